/** Reading the embedded store back for proof: by time and by number, not trusting that one fits the other. */
import { CHANNEL_NAMES } from '../../protocols/reading.ts';
import type { ElsewhereQuery, EpochTime, StoredEpoch, StoredEvent, StoredKey, StoredRow } from './port.ts';
import type { SqliteFile } from './sqlite-file.ts';
import { numberOrNull, rowsOf, type Slice } from './sqlite-reader.ts';

const COUNT_SLICE_ROWS = 60_000;
const READ_SLICE_ROWS = 2000;
const SEQS_AT_ONCE = 100_000;
const TABLES = [
  ['reading', 'telemetry'],
  ['event', 'event'],
] as const;

const ns = (cell: unknown): bigint => BigInt(String(cell));

export async function epochsBetween(
  db: SqliteFile,
  station: string,
  fromNs: bigint,
  toNs: bigint,
  slice: Slice,
): Promise<StoredEpoch[]> {
  const counts = new Map<number, { readings: number; events: number }>();
  for (const [kind, table] of TABLES) {
    const statement = db
      .prepare(
        `SELECT epoch, count(*), max(time_ns) FROM (
           SELECT epoch, time_ns FROM ${table} WHERE station = ? AND time_ns >= ? AND time_ns <= ?
           ORDER BY time_ns LIMIT ${COUNT_SLICE_ROWS}
         ) GROUP BY epoch`,
      )
      .raw(true)
      .safeIntegers(true);
    for (let cursor = fromNs, seen = COUNT_SLICE_ROWS; seen === COUNT_SLICE_ROWS; ) {
      const start = cursor;
      const rows = await slice(() => rowsOf(statement.all(station, start, toNs)));
      seen = 0;
      for (const [epoch, n, last] of rows) {
        seen += Number(n);
        const count = counts.get(Number(epoch)) ?? { readings: 0, events: 0 };
        if (kind === 'reading') count.readings += Number(n);
        else count.events += Number(n);
        counts.set(Number(epoch), count);
        if (ns(last) >= cursor) cursor = ns(last) + 1n;
      }
    }
  }
  return [...counts].sort(([a], [b]) => a - b).map(([epoch, count]) => ({ epoch, ...count }));
}

/** Rows in time order; `limit` of them, a slice at a time. */
async function between(
  db: SqliteFile,
  table: string,
  columns: string,
  { station, epoch, fromNs, toNs, limit }: EpochTime,
  slice: Slice,
): Promise<unknown[][]> {
  const statement = db
    .prepare(
      `SELECT time_ns, seq, tick, line, ${columns} FROM ${table}
       WHERE station = ? AND time_ns >= ? AND time_ns <= ? AND epoch = ? ORDER BY time_ns LIMIT ?`,
    )
    .raw(true)
    .safeIntegers(true);
  const found: unknown[][] = [];
  let next = fromNs;
  while (found.length < limit) {
    const wanted = Math.min(READ_SLICE_ROWS, limit - found.length);
    const from = next;
    const rows = await slice(() => rowsOf(statement.all(station, from, toNs, epoch, wanted)));
    for (const row of rows) found.push(row);
    if (rows.length < wanted) break;
    // The time is the table's key: no two rows of a station share one.
    next = ns(rows.at(-1)?.[0]) + 1n;
  }
  return found;
}

export async function readingsBetween(db: SqliteFile, span: EpochTime, slice: Slice): Promise<StoredRow[]> {
  const columns = ['flags', ...CHANNEL_NAMES.map((name) => `"${name}"`)].join(', ');
  const rows = await between(db, 'telemetry', columns, span, slice);
  return rows.map(([time, seq, tick, line, flags, ...values]) => ({
    station: span.station,
    epoch: span.epoch,
    seq: Number(seq),
    timeNs: ns(time),
    deviceTickMs: Number(tick),
    lineSeq: Number(line),
    flags: Number(flags),
    values: values.map(numberOrNull),
  }));
}

export async function eventsBetween(db: SqliteFile, span: EpochTime, slice: Slice): Promise<StoredEvent[]> {
  const rows = await between(db, 'event', 'source, state, data', span, slice);
  return rows.map(([time, seq, tick, line, source, state, data]) => ({
    station: span.station,
    epoch: span.epoch,
    seq: Number(seq),
    timeNs: ns(time),
    deviceTickMs: Number(tick),
    lineSeq: Number(line),
    source: String(source),
    state: String(state),
    data: String(data),
  }));
}

export async function elsewhere(db: SqliteFile, query: ElsewhereQuery, slice: Slice): Promise<StoredKey[]> {
  const { station, epoch, fromSeq, toSeq, fromNs, toNs, limit } = query;
  const found: StoredKey[] = [];
  for (const [kind, table] of TABLES) {
    const statement = db
      .prepare(
        `SELECT seq, time_ns FROM ${table} WHERE station = ? AND epoch = ? AND seq >= ? AND seq <= ?
         AND (time_ns < ? OR time_ns > ?) ORDER BY seq LIMIT ?`,
      )
      .raw(true)
      .safeIntegers(true);
    for (let from = fromSeq; from <= toSeq && found.length < limit; from += SEQS_AT_ONCE) {
      const first = from;
      const to = Math.min(toSeq, first + SEQS_AT_ONCE - 1);
      const room = limit - found.length;
      const rows = await slice(() => rowsOf(statement.all(station, epoch, first, to, fromNs, toNs, room)));
      for (const [seq, time] of rows) found.push({ kind, seq: Number(seq), timeNs: ns(time) });
    }
  }
  return found;
}
