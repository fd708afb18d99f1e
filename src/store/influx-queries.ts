/** InfluxQL of the store, and what its answers mean. Stations are strict names; they are escaped all the same. */
import { escape as escapes } from 'influx';
import { CHANNEL_NAMES } from '../../protocols/reading.ts';
import type { BucketGrid } from './buckets.ts';
import { nsFromRfc3339, numberOrNull, type Series } from './influx-answers.ts';
import { EVENT, TELEMETRY } from './influx-lines.ts';
import type { RangeResult, SeriesBuckets, StoredCount, StoredRow } from './port.ts';

const text = (value: string) => escapes.stringLit(value);

/** `count("seq")` keeps the buckets in which no wanted channel has a value. */
export function bucketStatement(station: string, grid: BucketGrid): string {
  const { fromMs, toMs, bucketMs, channels } = grid;
  const sums = channels.map((c) => `, min("${c}"), max("${c}"), mean("${c}")`).join('');
  return `SELECT count("seq")${sums} FROM "${TELEMETRY}" WHERE "station" = ${text(station)} AND time >= ${fromMs}ms AND time < ${toMs}ms GROUP BY time(${bucketMs}ms, ${fromMs % bucketMs}ms) fill(none)`;
}

export function bucketsFrom(series: readonly Series[], grid: BucketGrid): RangeResult {
  const rows = series[0]?.rows ?? [];
  const column = (at: number) => rows.map((row) => numberOrNull(row[at]));
  const channels: RangeResult['channels'] = {};
  grid.channels.forEach((name, c) => {
    const first = 2 + c * 3;
    channels[name] = { min: column(first), max: column(first + 1), mean: column(first + 2) } satisfies SeriesBuckets;
  });
  return { bucketMs: grid.bucketMs, times: rows.map((row) => Number(row[0])), channels };
}

export function countStatement(station: string): string {
  return `SELECT count("seq"), min("seq"), max("seq") FROM "${TELEMETRY}" WHERE "station" = ${text(station)} GROUP BY "epoch"`;
}

export function countsFrom(series: readonly Series[]): StoredCount[] {
  return series
    .map(({ tags, rows }) => {
      const [, count, firstSeq, lastSeq] = (rows[0] ?? []).map(Number);
      return { epoch: Number(tags.epoch), rows: count ?? 0, firstSeq: firstSeq ?? 0, lastSeq: lastSeq ?? 0 };
    })
    .sort((a, b) => a.epoch - b.epoch);
}

export interface ReadKey {
  readonly station: string;
  readonly epoch: number;
  readonly fromSeq: number;
  readonly toSeq: number;
  readonly limit: number;
  /** Rows from `fromSeq` on are not older than this: spares reading the epoch from its beginning. */
  readonly notBeforeNs: bigint;
}

export function readStatement(key: ReadKey): string {
  const { station, epoch, fromSeq, toSeq, limit, notBeforeNs } = key;
  const columns = ['seq', 'tick', 'line', 'flags', ...CHANNEL_NAMES].map((name) => `"${name}"`).join(', ');
  return `SELECT ${columns} FROM "${TELEMETRY}" WHERE "station" = ${text(station)} AND "epoch" = '${epoch}' AND "seq" >= ${fromSeq} AND "seq" <= ${toSeq} AND time >= ${notBeforeNs} ORDER BY time ASC LIMIT ${limit}`;
}

export function rowsFrom(series: readonly Series[], station: string, epoch: number): StoredRow[] {
  return (series[0]?.rows ?? []).map(([time, seq, tick, line, flags, ...values]) => ({
    station,
    epoch,
    seq: Number(seq),
    timeNs: nsFromRfc3339(time) ?? 0n,
    deviceTickMs: Number(tick),
    lineSeq: Number(line),
    flags: Number(flags),
    values: values.map(numberOrNull),
  }));
}

export const STATIONS_STATEMENT = `SHOW TAG VALUES FROM "${TELEMETRY}", "${EVENT}" WITH KEY = "station"`;

export function stationsFrom(series: readonly Series[]): string[] {
  return [...new Set(series.flatMap(({ rows }) => rows.map((row) => String(row[1]))))].sort();
}
