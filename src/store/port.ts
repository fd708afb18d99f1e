/**
 * The time-series store as the rest of the daemon sees it. `test/contract/store.ts` is the suite every implementation passes.
 *
 * Writes are idempotent: a row is identified by (station, epoch, seq) and always carries the same `timeNs`,
 * so writing it twice changes nothing.
 */
import type { Channel } from '../../protocols/reading.ts';

export interface StoredRow {
  readonly station: string;
  readonly epoch: number;
  readonly seq: number;
  /** ns since the Unix epoch, strictly increasing per station, assigned once when journaled. */
  readonly timeNs: bigint;
  readonly deviceTickMs: number;
  readonly lineSeq: number;
  readonly flags: number;
  /** In the order of `CHANNELS`; `null` = missing. All finite. */
  readonly values: readonly (number | null)[];
}

export interface StoredEvent {
  readonly station: string;
  readonly epoch: number;
  readonly seq: number;
  readonly timeNs: bigint;
  readonly deviceTickMs: number;
  readonly lineSeq: number;
  readonly source: string;
  readonly state: string;
  readonly data: string;
}

export interface WriteBatch {
  readonly site: string;
  readonly rows: readonly StoredRow[];
  readonly events: readonly StoredEvent[];
}

export interface RangeQuery {
  readonly station: string;
  /** Inclusive, UTC ms. */
  readonly fromMs: number;
  /** Exclusive, UTC ms. */
  readonly toMs: number;
  readonly channels: readonly Channel[];
  /** Largest number of buckets wanted, 1..2000; the store may use fewer. */
  readonly buckets: number;
}

export interface SeriesBuckets {
  readonly min: readonly (number | null)[];
  readonly max: readonly (number | null)[];
  readonly mean: readonly (number | null)[];
}

export interface RangeResult {
  readonly bucketMs: number;
  /** Start of each non-empty bucket, UTC ms, ascending. */
  readonly times: readonly number[];
  /** Same length as `times`. A bucket in which a channel had no value holds `null`. */
  readonly channels: Partial<Record<Channel, SeriesBuckets>>;
}

export interface StoredCount {
  readonly epoch: number;
  readonly rows: number;
  readonly firstSeq: number;
  readonly lastSeq: number;
}

/** One epoch of one station within a time, both ends inclusive. */
export interface EpochTime {
  readonly station: string;
  readonly epoch: number;
  readonly fromNs: bigint;
  readonly toNs: bigint;
  /** Most records wanted. */
  readonly limit: number;
}

/** Numbers of an epoch, looked for outside of a time. */
export interface ElsewhereQuery extends EpochTime {
  readonly fromSeq: number;
  readonly toSeq: number;
}

export interface StoredEpoch {
  readonly epoch: number;
  readonly readings: number;
  readonly events: number;
}

export interface StoredKey {
  readonly kind: 'reading' | 'event';
  readonly seq: number;
  readonly timeNs: bigint;
}

/** The store said no for good: writing the same rows again cannot succeed. */
export class RejectedByStore extends Error {
  override readonly name = 'RejectedByStore';
}
/**
 * What keeps a store from taking rows.
 * - `unreachable` nobody answers
 * - `refused`     user or password are not accepted
 * - `read-only`   it answers, but we may not write
 * - `full`        no space left
 * - `failing`     anything else: overloaded, damaged, not what we think it is
 */
export type StoreTrouble = 'unreachable' | 'refused' | 'read-only' | 'full' | 'failing';

/** The store cannot be reached, is busy or forbids it: the same write may succeed later. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
  /** Under this name it survives the way from a thread. */
  readonly code: StoreTrouble;
  constructor(message: string, options: ErrorOptions & { readonly trouble?: StoreTrouble } = {}) {
    super(message, options);
    this.code = options.trouble ?? 'failing';
  }
}

/** What those who use the store have met: a ping cannot know that rows are refused. */
export interface StoreImpression {
  /** Of the last attempt to open or to write; `null` when it went well. */
  readonly trouble: { readonly state: StoreTrouble; readonly reason: string } | null;
  /** Of the last write, or of the one under way, ms; `null` before the first. */
  readonly tookMs: number | null;
}

export interface TimeSeriesStore {
  /** For people: `sqlite hai-data/store.db`, `influx http://host:8086/hai`. No credentials. */
  readonly description: string;
  /** Creates what is missing (file, tables, database). Throws `StoreUnavailable` when it cannot be reached. */
  open(): Promise<void>;
  /** Resolves when the store has all of it durably by its own promise. Throws `RejectedByStore` or `StoreUnavailable`. */
  write(batch: WriteBatch): Promise<void>;
  /** Downsampled in the store: never more than `buckets` buckets reach the caller. */
  query(range: RangeQuery): Promise<RangeResult>;
  /** Rows per epoch of one station, for counting against a ledger or journal. */
  count(station: string): Promise<readonly StoredCount[]>;
  /** Rows with from <= seq <= to of one epoch, ascending; for read-back. At most `limit`. */
  read(station: string, epoch: number, fromSeq: number, toSeq: number, limit: number): Promise<readonly StoredRow[]>;
  stations(): Promise<readonly string[]>;
  /** Resolves if the store answers; throws `StoreUnavailable` with the reason if not. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** What a completeness certificate needs beyond: everything there is, not trusting that time and number fit each other. */
export interface ProvableStore extends TimeSeriesStore {
  /** What is stored of a station within a time (both ends inclusive), per epoch, ascending. */
  epochsBetween(station: string, fromNs: bigint, toNs: bigint): Promise<readonly StoredEpoch[]>;
  /** By time, whatever their numbers are: finds what was added, and every copy. Ascending in time; page on by the last time. */
  readingsBetween(span: EpochTime): Promise<readonly StoredRow[]>;
  eventsBetween(span: EpochTime): Promise<readonly StoredEvent[]>;
  /** Records with one of these numbers before or after the time: copies, and what was moved. */
  elsewhere(query: ElsewhereQuery): Promise<readonly StoredKey[]>;
}
