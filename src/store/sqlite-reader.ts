/**
 * Reading the embedded store in slices: SQLite runs in our own thread, so a long range is added up a few milliseconds
 * at a time, with the event loop free in between.
 */
import { CHANNEL_NAMES } from '../../protocols/reading.ts';
import type { BucketGrid } from './buckets.ts';
import type { RangeResult, SeriesBuckets, StoredCount, StoredRow } from './port.ts';
import type { SqliteFile } from './sqlite-file.ts';

/** About 15 ms of aggregation. */
const SLICE_ROWS = 15_000;
const COUNT_SLICE_ROWS = 60_000;
const READ_SLICE_ROWS = 2000;
const NS_PER_MS = 1_000_000n;

export type Slice = <T>(step: () => T) => Promise<T>;

export function rowsOf(result: unknown[]): unknown[][] {
  return result.filter((row) => Array.isArray(row));
}

export function numberOrNull(cell: unknown): number | null {
  return cell === null || cell === undefined ? null : Number(cell);
}

interface Tally {
  min: (number | null)[];
  max: (number | null)[];
  sum: number[];
  count: number[];
}

function addSlice(tally: Tally, at: number, min: unknown, max: unknown, sum: unknown, count: unknown): void {
  const low = numberOrNull(min);
  const high = numberOrNull(max);
  if (low === null || high === null) return;
  tally.min[at] = Math.min(tally.min[at] ?? low, low);
  tally.max[at] = Math.max(tally.max[at] ?? high, high);
  tally.sum[at] = (tally.sum[at] ?? 0) + Number(sum);
  tally.count[at] = (tally.count[at] ?? 0) + Number(count);
}

/** min, max and mean per non-empty bucket; buckets are counted from `grid.fromMs`. */
export async function queryBuckets(
  db: SqliteFile,
  station: string,
  grid: BucketGrid,
  slice: Slice,
): Promise<RangeResult> {
  const { fromMs, toMs, bucketMs, channels } = grid;
  const fromNs = BigInt(fromMs) * NS_PER_MS;
  const toNs = BigInt(toMs) * NS_PER_MS;
  const sums = channels.map((c) => `, min("${c}"), max("${c}"), sum("${c}"), count("${c}")`).join('');
  const columns = channels.map((c) => `, "${c}"`).join('');
  const statement = db
    .prepare(
      `SELECT bucket, count(*), max(time_ns)${sums} FROM (
         SELECT (time_ns - ?) / ? AS bucket, time_ns${columns} FROM telemetry
         WHERE station = ? AND time_ns >= ? AND time_ns < ? ORDER BY time_ns LIMIT ${SLICE_ROWS}
       ) GROUP BY bucket ORDER BY bucket`,
    )
    .raw(true)
    .safeIntegers(true);

  const times: number[] = [];
  const tallies = channels.map((): Tally => ({ min: [], max: [], sum: [], count: [] }));
  for (let cursor = fromNs; cursor < toNs; ) {
    const start = cursor;
    const rows = await slice(() => rowsOf(statement.all(fromNs, BigInt(bucketMs) * NS_PER_MS, station, start, toNs)));
    let seen = 0;
    for (const row of rows) {
      const time = fromMs + Number(row[0]) * bucketMs;
      if (times.at(-1) !== time) times.push(time);
      seen += Number(row[1]);
      cursor = BigInt(String(row[2])) + 1n;
      tallies.forEach((tally, c) => {
        const [min, max, sum, count] = row.slice(3 + c * 4);
        addSlice(tally, times.length - 1, min, max, sum, count);
      });
    }
    if (seen < SLICE_ROWS) break;
  }

  const result: RangeResult['channels'] = {};
  channels.forEach((name, c) => {
    const tally = tallies[c];
    if (tally) result[name] = bucketsOf(tally, times.length);
  });
  return { bucketMs, times, channels: result };
}

function bucketsOf(tally: Tally, length: number): SeriesBuckets {
  const filled = (pick: (at: number) => number | null | undefined) =>
    Array.from({ length }, (_, at) => pick(at) ?? null);
  return {
    min: filled((at) => tally.min[at]),
    max: filled((at) => tally.max[at]),
    mean: filled((at) => {
      const count = tally.count[at] ?? 0;
      return count === 0 ? null : (tally.sum[at] ?? 0) / count;
    }),
  };
}

/** Rows per epoch, ascending. */
export async function countRows(db: SqliteFile, station: string, slice: Slice): Promise<StoredCount[]> {
  const statement = db
    .prepare(
      `SELECT epoch, count(*), min(seq), max(seq) FROM (
         SELECT epoch, seq FROM telemetry WHERE station = ? AND (epoch, seq) > (?, ?)
         ORDER BY epoch, seq LIMIT ${COUNT_SLICE_ROWS}
       ) GROUP BY epoch ORDER BY epoch`,
    )
    .raw(true);
  const counts: StoredCount[] = [];
  for (;;) {
    const last = counts.at(-1);
    const rows = await slice(() => rowsOf(statement.all(station, last?.epoch ?? 0, last?.lastSeq ?? 0)));
    let seen = 0;
    for (const row of rows) {
      const [epoch = 0, n = 0, firstSeq = 0, lastSeq = 0] = row.map(Number);
      seen += n;
      const before = counts.at(-1);
      if (before?.epoch === epoch) {
        counts[counts.length - 1] = { epoch, rows: before.rows + n, firstSeq: before.firstSeq, lastSeq };
      } else {
        counts.push({ epoch, rows: n, firstSeq, lastSeq });
      }
    }
    if (seen < COUNT_SLICE_ROWS) return counts;
  }
}

export async function readRows(
  db: SqliteFile,
  key: { station: string; epoch: number; fromSeq: number; toSeq: number; limit: number },
  slice: Slice,
): Promise<StoredRow[]> {
  const { station, epoch, toSeq, limit } = key;
  const columns = CHANNEL_NAMES.map((name) => `, "${name}"`).join('');
  const statement = db
    .prepare(
      `SELECT seq, time_ns, tick, line, flags${columns} FROM telemetry
       WHERE station = ? AND epoch = ? AND seq >= ? AND seq <= ? ORDER BY seq LIMIT ?`,
    )
    .raw(true)
    .safeIntegers(true);
  const found: StoredRow[] = [];
  let next = key.fromSeq;
  while (found.length < limit) {
    const wanted = Math.min(READ_SLICE_ROWS, limit - found.length);
    const from = next;
    const rows = await slice(() => rowsOf(statement.all(station, epoch, from, toSeq, wanted)));
    for (const [seq, timeNs, tick, line, flags, ...values] of rows) {
      found.push({
        station,
        epoch,
        seq: Number(seq),
        timeNs: BigInt(String(timeNs)),
        deviceTickMs: Number(tick),
        lineSeq: Number(line),
        flags: Number(flags),
        values: values.map(numberOrNull),
      });
    }
    if (rows.length < wanted) break;
    next = (found.at(-1)?.seq ?? toSeq) + 1;
  }
  return found;
}
