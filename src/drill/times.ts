/** Whether a row's time fits the moment its line was said, also when the host's clock has been stepped. */
import type { HeldRow } from './judge.ts';
import type { LedgerLine } from './ledger.ts';

/** From `atMs` (true UTC ms) on, the daemon's clock is off by `offsetMs`. */
export interface ClockStep {
  readonly atMs: number;
  readonly offsetMs: number;
}

/** A received line's time against its tick: a reading is never earlier, and late by what a busy machine takes. */
const EARLIEST_MS = -1000;
const LATEST_MS = 15_000;
/** From the order to step a clock until it is stepped. */
const STEP_TAKES_MS = 2000;
/** Of true time: how fast the times of a station may go on while the clock is behind them (`journal/station-log.ts`). */
const MOST_PACE_WHEN_AHEAD = 7 / 8;

export function timeProblem(
  row: HeldRow,
  said: LedgerLine | undefined,
  startedUtcMs: number,
  steps: readonly ClockStep[],
): string | null {
  if (said === undefined) return null;
  const saidMs = startedUtcMs + said.tick;
  const offMs = Number(row.timeNs / 1_000_000n) - saidMs;
  const [least, most] = allowedMs(saidMs, steps);
  if (offMs >= least && offMs <= most) return null;
  return `its time is ${offMs} ms off, ${least} to ${most} are right`;
}

/**
 * Times of one station never go back: after a step backwards they go on from the last one given, more slowly than the
 * clock, until it has caught up. A line said around a step may have been received on either side of it.
 */
function allowedMs(saidMs: number, steps: readonly ClockStep[]): readonly [least: number, most: number] {
  const from = saidMs + EARLIEST_MS;
  const to = saidMs + LATEST_MS;
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  let offsetMs = 0;
  let sinceMs = Number.NEGATIVE_INFINITY;
  for (const step of [...steps, { atMs: Number.POSITIVE_INFINITY, offsetMs: 0 }]) {
    // One stretch of the clock: from `sinceMs` to `step.atMs` it was off by `offsetMs`.
    const endMs = step.atMs + STEP_TAKES_MS;
    if (sinceMs <= to && endMs >= from) least = Math.min(least, Math.max(from, sinceMs) + offsetMs);
    if (sinceMs <= to) {
      const lastMs = Math.min(to, endMs);
      most = Math.max(most, lastMs + offsetMs + (to - lastMs) * MOST_PACE_WHEN_AHEAD);
    }
    offsetMs = step.offsetMs;
    sinceMs = step.atMs;
  }
  return [least - saidMs, most - saidMs];
}
