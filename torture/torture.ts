/** One run: start everything, kill for a while, let it come to rest, and judge. */

import { probeStalls } from '../src/drill/stalls.ts';
import { newestLine } from './database.ts';
import { judge, type Verdict } from './judge.ts';
import { startMayhem } from './mayhem.ts';
import { watchRecovery } from './recovery.ts';
import { type Part, startRig } from './rig.ts';

export interface TortureOptions {
  readonly parts: readonly Part[];
  /** Of each part. */
  readonly kills: number;
  readonly seed: number;
  readonly stations: number;
  readonly rateHz: number;
  readonly links: 'tcp' | 'pty';
  /** Longest time before a kill of the bridge whose lines may be gone with it, ms. */
  readonly windowMs: number;
  readonly say: (line: string) => void;
}

export interface TortureResult extends Verdict {
  readonly kills: Readonly<Record<Part, number>>;
  readonly restarts: Readonly<Record<Part, number>>;
  /** Longest time in which the machine itself stood still, ms. */
  readonly longestStallMs: number;
  /** Longest time in which everything ran and nothing new reached the database, ms. */
  readonly longestRecoveryMs: number;
  /** From the last restart until the database held everything, ms. */
  readonly settledMs: number;
  readonly tookMs: number;
  readonly crashes: readonly string[];
  readonly passed: boolean;
  /** What is left of a failed run; `null` when it passed. */
  readonly folder: string | null;
}

const SAY_EVERY_MS = 10_000;
const SETTLE_WITHIN_MS = 180_000;

const count = <T extends readonly unknown[]>(of: Readonly<Record<Part, T>>): Record<Part, number> => ({
  bridge: of.bridge.length,
  recorder: of.recorder.length,
  broker: of.broker.length,
  database: of.database.length,
});

export async function torture(options: TortureOptions): Promise<TortureResult> {
  const { parts, seed, say } = options;
  const beganMs = Date.now();
  const rig = await startRig(options);
  const probe = probeStalls(rig.folder);
  let kept: 'remove' | 'keep' = 'keep';
  try {
    say(`${rig.stations.length} stations at ${options.rateHz} Hz over ${options.links}; data in ${rig.folder}`);
    // Not before the whole road has worked once: whatever is killed then is killed under load.
    const first = await firstLine(rig.databaseUrl, rig.stations[0] ?? '');
    say(first ? 'readings reach the database' : 'no reading has reached the database within 60 s');
    const mayhem = startMayhem(rig, { parts, kills: options.kills, seed });
    const recovery = watchRecovery(rig.databaseUrl, rig.stations[0] ?? '', () =>
      mayhem.down.size > 0 ? null : mayhem.wholeSinceMs(),
    );
    const progress = setInterval(() => {
      const done = parts.map((part) => `${part} ${mayhem.kills[part].length}/${options.kills}`).join(', ');
      say(`${seconds(Date.now() - beganMs)}  killed: ${done}; newest line in the database ${recovery.newest()}`);
    }, SAY_EVERY_MS);
    const finish = async () => {
      clearInterval(progress);
      await recovery.stop();
    };
    await mayhem.done.catch(async (error: unknown) => {
      await finish();
      throw error;
    });
    const wholeMs = mayhem.wholeSinceMs();
    // Everybody is alive once more: the last link is identified, then the stations end in order.
    await settled(() => recovery.newest(), say);
    await rig.endStations();
    await finish();
    const evidence = {
      ledger: rig.ledger,
      databaseUrl: rig.databaseUrl,
      startedUtcMs: rig.startedUtcMs,
      bridgeKills: mayhem.kills.bridge,
      windowMs: options.windowMs,
      stalls: probe.stalls,
    };
    say('all parts run again: waiting for what is under way');
    const verdict = await atRest(() => judge(evidence));
    const passed =
      verdict.lostOutside === 0 &&
      verdict.duplicates === 0 &&
      verdict.falseValues === 0 &&
      verdict.held > 0 &&
      rig.crashes.length === 0;
    if (passed) kept = 'remove';
    return {
      ...verdict,
      kills: count(mayhem.kills),
      restarts: mayhem.restarts,
      longestStallMs: Math.max(0, ...probe.stalls.map(({ fromMs, toMs }) => toMs - fromMs)),
      longestRecoveryMs: recovery.longestMs(),
      settledMs: Date.now() - wholeMs,
      tookMs: Date.now() - beganMs,
      crashes: [...rig.crashes],
      passed,
      folder: passed ? null : rig.folder,
    };
  } finally {
    await probe.stop();
    await rig.stop(kept);
  }
}

export const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

async function firstLine(url: string, station: string): Promise<boolean> {
  for (const end = Date.now() + 60_000; Date.now() < end; ) {
    if ((await newestLine(url, station)) > 0) return true;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return false;
}

/** Waits until fresh readings reach the database again after the last restart. */
async function settled(newest: () => number, say: (line: string) => void): Promise<void> {
  const before = newest();
  const end = Date.now() + 30_000;
  while (newest() === before) {
    if (Date.now() > end) {
      say('no fresh reading has reached the database 30 s after the last restart');
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Judges again until nothing is missing any more, or nothing has changed for a while. */
async function atRest(look: () => Promise<Verdict>): Promise<Verdict> {
  const end = Date.now() + SETTLE_WITHIN_MS;
  let verdict = await look();
  let changedMs = Date.now();
  // What is lost inside the window may only be late as well: a recorder gets a batch again 10 s after it was sent.
  while (Date.now() < end) {
    const complete = verdict.lostOutside === 0 && Date.now() - changedMs > 1000;
    if (complete || Date.now() - changedMs > 40_000) break;
    await new Promise((resolve) => setTimeout(resolve, 500));
    const next = await look();
    if (next.held !== verdict.held) changedMs = Date.now();
    verdict = next;
  }
  return verdict;
}
