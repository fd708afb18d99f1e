/** When is all well again? Every station live with a fresh reading, the backlog in the store, and new rows following. */
import type { DaemonProcess } from './daemon-process.ts';

const LOOK_EVERY_MS = 50;
const FRESH_MS = 1000;
/** Batches on their way at any time in good health: a commit every 100 ms or so, and the acknowledgement behind it. */
const ON_THE_WAY = 6;
const WRITTEN = 'hai_recorder{counter="written"}';

export interface Look {
  readonly stations: number;
  readonly pause: (ms: number) => Promise<void>;
  readonly withinMs: number;
}

/** ms until then; `null` when it did not come in time. */
export async function recovered(daemon: DaemonProcess, { stations, pause, withinMs }: Look): Promise<number | null> {
  const from = performance.now();
  let before: number | null = null;
  while (performance.now() - from < withinMs) {
    const found = await look(daemon, stations).catch(() => null);
    if (found !== null) {
      if (before !== null && found > before) return Math.round(performance.now() - from);
      before ??= found;
    }
    await pause(LOOK_EVERY_MS);
  }
  return null;
}

/** Rows written so far, if all else is well. */
async function look(daemon: DaemonProcess, expected: number): Promise<number | null> {
  const stations = await daemon.stations();
  const live = stations.filter((s) => s.state === 'live' && (s.latest?.ageMs ?? Number.POSITIVE_INFINITY) < FRESH_MS);
  const waiting = await daemon.metric('hai_journal_waiting');
  if (live.length < expected || waiting === null || waiting > ON_THE_WAY) return null;
  return daemon.metric(WRITTEN);
}

/** Nothing waits any more; for when the stations have ended. */
export async function drained(daemon: DaemonProcess, { pause, withinMs }: Omit<Look, 'stations'>): Promise<boolean> {
  const end = performance.now() + withinMs;
  while (performance.now() < end) {
    if ((await daemon.metric('hai_journal_waiting').catch(() => null)) === 0) return true;
    await pause(LOOK_EVERY_MS);
  }
  return false;
}
