/** One drill: prepare the ground, do the harm, wait for recovery each time, judge, take everything back. */
import { randomBytes } from 'node:crypto';
import type { Certificate } from '../certificate/certificate.ts';
import type { Config } from '../config.ts';
import { type Course, pauses, RECOVER_WITHIN_MS, runCourse } from './course.ts';
import { type DrillRow, type Examined, examine } from './examine.ts';
import { FAULTS, type Fault } from './faults.ts';
import { FULL_JOURNAL, GIVEN_UP, LOUD_RATE_HZ, SMALL_JOURNAL } from './full-journal.ts';
import { type Ground, prepareGround } from './ground.ts';
import { drained } from './recovery.ts';
import { type RigOptions, startRig } from './rig.ts';
import { probeStalls } from './stalls.ts';

export interface DrillOptions {
  readonly config: Config;
  readonly version: string;
  readonly length: 'full' | 'quick';
  readonly data: 'keep' | 'clear';
  /** What a killed daemon, or a cut cable, may take with it: ms before the end. */
  readonly windowMs: number;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

export interface DrillResult {
  /** `drill-1a2b3c4d`: the site under which everything stood. */
  readonly name: string;
  readonly broker: string;
  readonly store: string;
  readonly windowMs: number;
  readonly rows: readonly DrillRow[];
  /** Of the stations of all faults but the full journal, which must leave gaps. */
  readonly certificates: readonly Certificate[];
  /** The first few violations. */
  readonly details: readonly string[];
  /** What of the site was not used, and why. */
  readonly notDrilled: readonly string[];
  /** What was left behind, and where. */
  readonly notes: readonly string[];
  readonly tookMs: number;
  readonly passed: boolean;
}

/** Throws the signal's reason when it is aborted; then, too, everything is taken back. */
export async function drill(options: DrillOptions): Promise<DrillResult> {
  const { config, data, windowMs, say } = options;
  const beganMs = Date.now();
  const ground = await prepareGround(config, randomBytes(4).toString('hex'), data);
  try {
    say(`Ground: broker ${ground.broker}; store ${ground.store}; as site ${ground.name}`);
    for (const note of ground.notes) say(note);
    const { rows, certificates, details } = await onGround(ground, options);
    const left = await ground.clear();
    const { name, broker, store, notes } = ground;
    const kept = data === 'keep' ? [`The data of the drill is kept in ${ground.folder}, and under site ${name}.`] : [];
    const passed =
      rows.every((row) => row.verdict === 'ok') &&
      certificates.length > 0 &&
      certificates.every((c) => c.verdict === 'complete');
    return {
      ...{ name, broker, store, windowMs, rows, certificates, details, passed },
      ...{ notDrilled: notes, notes: [...left, ...kept], tookMs: Date.now() - beganMs },
    };
  } catch (error) {
    for (const line of await ground.clear()) say(line);
    throw error;
  } finally {
    await ground.close();
  }
}

async function onGround(ground: Ground, options: DrillOptions): Promise<Examined> {
  const { version, length, say } = options;
  const faults = FAULTS.filter((fault) => fault.lastsMs[length] !== null);
  const all = faults.length + 1;
  const common = { ground, version };
  const first = await leg({ ...common, name: 'A', stations: 2, rateHz: 50 }, faults, { first: 1, all }, options);
  // A daemon of its own: what a full journal gives up would stand in everybody's certificate.
  const loud = { ...common, name: 'Q', stations: 1, rateHz: LOUD_RATE_HZ, config: SMALL_JOURNAL };
  const second = await leg(loud, [FULL_JOURNAL], { first: all, all }, options);
  say('Done.');
  return {
    rows: [...first.rows, ...second.rows],
    certificates: first.certificates,
    details: [...first.details, ...(second.rows.every((row) => row.verdict === 'ok') ? [] : second.details)],
  };
}

/** One rig from its start to its verdict. */
async function leg(
  rigOptions: RigOptions,
  faults: readonly Fault[],
  numbers: Pick<Course, 'first' | 'all'>,
  { version, length, windowMs, say, signal }: DrillOptions,
): Promise<Examined> {
  const { ground, stations } = rigOptions;
  const pause = pauses(signal);
  const probe = probeStalls(ground.folder);
  const rig = await startRig(rigOptions);
  try {
    const phases = await runCourse(rig, faults, { length, say, pause, leadMs: windowMs + 200, stations, ...numbers });
    say('     waiting for what is under way; then the store is read back');
    await rig.endStations();
    const empty = await drained(rig.daemon, { pause, withinMs: RECOVER_WITHIN_MS });
    const last = phases.at(-1);
    if (last) last.givenUp = (await rig.daemon.metric(GIVEN_UP).catch(() => null)) ?? 0;
    if (last && !empty) last.recoveredMs = null;
    await rig.daemon.stop();
    const examined = await examine(rig, phases, { version, windowMs, stalls: probe.stalls, signal });
    const unfinished = empty ? [] : ['the journal still holds batches that no recorder has acknowledged'];
    return { ...examined, details: [...unfinished, ...examined.details] };
  } finally {
    await probe.stop();
    await rig.stop();
  }
}
