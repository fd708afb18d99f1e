/**
 * When is a pump's next refill? Nobody tells: there are no appointments here. But a pump is refilled in a rhythm of its own,
 * because it must never run dry; so the next one is expected where the fills on record lead.
 */
import type { PastFill } from './model.ts';

const DAY_MS = 86_400_000;
/** "Every two weeks": until a pump has a rhythm of its own. */
const USUAL_MS = 14 * DAY_MS;
/** Older intervals say little of the therapy now. */
const LAST_INTERVALS = 5;

export interface ExpectedRefill {
  /** UTC ms. */
  readonly atMs: number;
  /** Whole days between fills. */
  readonly everyDays: number;
  /** From the pump's own fills, or only what is usual. */
  readonly from: 'rhythm' | 'usual';
}

/** `fills` oldest first; `null` without one. The median, so that one holiday does not move it. */
export function expectedRefill(fills: readonly Pick<PastFill, 'atMs'>[]): ExpectedRefill | null {
  const last = fills.at(-1);
  if (last === undefined) return null;
  const recent = fills.slice(-LAST_INTERVALS - 1);
  const intervals = recent.slice(1).map(({ atMs }, i) => atMs - (recent[i]?.atMs ?? atMs));
  const everyMs = median(intervals) ?? USUAL_MS;
  return {
    atMs: last.atMs + everyMs,
    everyDays: Math.round(everyMs / DAY_MS),
    from: intervals.length > 0 ? 'rhythm' : 'usual',
  };
}

function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.floor(sorted.length / 2)]];
  return low === undefined || high === undefined ? null : (low + high) / 2;
}
