/**
 * What a chart draws: the store's buckets, and after them the live readings put into buckets of the same size.
 * Where nothing was measured there is a gap, never a line across it.
 */
import type { HistoryResponse, LatestReading } from '../../api-types.ts';

interface Bucket {
  readonly startMs: number;
  readonly count: number[];
  readonly mean: (number | null)[];
  readonly min: (number | null)[];
  readonly max: (number | null)[];
}

/** Aligned columns of one channel; x in seconds since the Unix epoch, as uPlot wants it. */
export interface Columns {
  readonly x: number[];
  readonly mean: (number | null)[];
  readonly min: (number | null)[];
  readonly max: (number | null)[];
}

/** Live readings kept to bridge the seconds that the store does not have yet when a history arrives. */
const RECENT = 2000;
/** Times are those of reception: a busy computer delivers in bursts, and those are no missing data. */
const LEAST_GAP_MS = 1000;
/** A partly stored bucket counts as so many readings a second when live ones are added to its mean. */
const ASSUMED_HZ = 4;

export class ChartSeries {
  readonly #channels: readonly string[];
  readonly #windowMs: number;
  #bucketMs: number;
  #gapMs: number;
  #buckets: Bucket[] = [];
  #recent: LatestReading[] = [];

  /** `expectedMs`: usual time between readings; three times as long without one, and at least a second, is a gap. */
  constructor(channels: readonly string[], windowMs: number, bucketMs: number, expectedMs: number) {
    this.#channels = channels;
    this.#windowMs = windowMs;
    this.#bucketMs = bucketMs;
    this.#gapMs = Math.max(3 * expectedMs, 1.5 * bucketMs, LEAST_GAP_MS);
  }

  get bucketMs(): number {
    return this.#bucketMs;
  }

  /** Replaces everything by what the store has, then puts the newest live readings on top again. */
  load(history: HistoryResponse): void {
    this.#gapMs = Math.max(this.#gapMs, 1.5 * history.bucketMs);
    this.#bucketMs = history.bucketMs;
    const columns = this.#channels.map((name) => history.channels[name as keyof HistoryResponse['channels']]);
    this.#buckets = history.times.map((startMs, i) => ({
      startMs,
      count: columns.map((c) => (c?.mean[i] == null ? 0 : Math.max(1, (history.bucketMs / 1000) * ASSUMED_HZ))),
      mean: columns.map((c) => c?.mean[i] ?? null),
      min: columns.map((c) => c?.min[i] ?? null),
      max: columns.map((c) => c?.max[i] ?? null),
    }));
    const newest = this.#buckets.at(-1);
    const from = newest?.startMs ?? Number.NEGATIVE_INFINITY;
    const live = this.#recent;
    // The store may still be writing its newest bucket: if we heard all of it ourselves, ours is the better one.
    if (newest && live[0] && live[0].atUtcMs <= newest.startMs) this.#buckets.pop();
    this.#recent = [];
    for (const reading of live) {
      if (reading.atUtcMs >= from) this.add(reading);
      else this.#recent.push(reading);
    }
  }

  add(reading: LatestReading): void {
    this.#recent.push(reading);
    if (this.#recent.length > RECENT) this.#recent.splice(0, RECENT / 4);
    const last = this.#buckets.at(-1);
    if (last && reading.atUtcMs < last.startMs) return;
    const bucket =
      last && reading.atUtcMs < last.startMs + this.#bucketMs ? last : this.#append(this.#startOf(reading.atUtcMs));
    for (let c = 0; c < this.#channels.length; c++) {
      const value = reading.values[c] ?? null;
      if (value === null) continue;
      const count = bucket.count[c] ?? 0;
      const mean = bucket.mean[c] ?? 0;
      bucket.mean[c] = mean + (value - mean) / (count + 1);
      bucket.count[c] = count + 1;
      bucket.min[c] = Math.min(bucket.min[c] ?? value, value);
      bucket.max[c] = Math.max(bucket.max[c] ?? value, value);
    }
    const oldest = reading.atUtcMs - this.#windowMs - this.#bucketMs;
    while (this.#buckets[0] && this.#buckets[0].startMs < oldest) this.#buckets.shift();
  }

  columns(channel: number, fromMs: number, toMs: number): Columns {
    const out: Columns = { x: [], mean: [], min: [], max: [] };
    const push = (atMs: number, mean: number | null, min: number | null, max: number | null) => {
      out.x.push(atMs / 1000);
      out.mean.push(mean);
      out.min.push(min);
      out.max.push(max);
    };
    let previousMs: number | null = null;
    for (const bucket of this.#buckets) {
      if (bucket.startMs + this.#bucketMs < fromMs || bucket.startMs > toMs) continue;
      if (previousMs !== null && bucket.startMs - previousMs > this.#gapMs) {
        push((previousMs + bucket.startMs + this.#bucketMs) / 2, null, null, null);
      }
      const middle = Math.min(bucket.startMs + this.#bucketMs / 2, Math.max(toMs, bucket.startMs));
      push(middle, bucket.mean[channel] ?? null, bucket.min[channel] ?? null, bucket.max[channel] ?? null);
      previousMs = bucket.startMs;
    }
    return out;
  }

  #startOf(atMs: number): number {
    const origin = this.#buckets[0]?.startMs ?? 0;
    return origin + Math.floor((atMs - origin) / this.#bucketMs) * this.#bucketMs;
  }

  #append(startMs: number): Bucket {
    const blank = () => this.#channels.map(() => null);
    const bucket = { startMs, count: this.#channels.map(() => 0), mean: blank(), min: blank(), max: blank() };
    this.#buckets.push(bucket);
    return bucket;
  }
}
