import { CHANNEL_NAMES, type Channel } from '../../protocols/reading.ts';
import type { RangeQuery } from './port.ts';

const MOST_BUCKETS = 2000;
/** Year 2262: the last whole ms that fits 63 bits of ns. */
const LAST_MS = 9_223_372_036_854;

/** A range made sound: whole ms within what a store can hold, buckets counted from `fromMs`. */
export interface BucketGrid {
  readonly fromMs: number;
  readonly toMs: number;
  readonly bucketMs: number;
  readonly channels: readonly Channel[];
}

function wholeMs(ms: number): number {
  return Number.isNaN(ms) ? 0 : Math.trunc(Math.min(LAST_MS, Math.max(0, ms)));
}

/** Never more than `range.buckets` (and 2000) buckets; an empty or backward range has `toMs <= fromMs`. */
export function bucketGrid(range: RangeQuery): BucketGrid {
  const fromMs = wholeMs(range.fromMs);
  const toMs = wholeMs(range.toMs);
  const wanted = Number.isNaN(range.buckets) ? 1 : Math.trunc(Math.min(MOST_BUCKETS, Math.max(1, range.buckets)));
  return {
    fromMs,
    toMs,
    bucketMs: Math.max(1, Math.ceil((toMs - fromMs) / wanted)),
    channels: CHANNEL_NAMES.filter((name) => range.channels.includes(name)),
  };
}
