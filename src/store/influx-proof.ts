/** InfluxQL for reading the store back for proof: by time and by number, not trusting that one fits the other. */
import { escape as escapes } from 'influx';
import { CHANNEL_NAMES } from '../../protocols/reading.ts';
import { nsFromRfc3339, type Series } from './influx-answers.ts';
import { EVENT, TELEMETRY } from './influx-lines.ts';
import type { ElsewhereQuery, EpochTime, StoredEpoch, StoredEvent, StoredKey } from './port.ts';

const of = (station: string): string => `"station" = ${escapes.stringLit(station)}`;

export function epochsStatement(measurement: string, station: string, fromNs: bigint, toNs: bigint): string {
  return `SELECT count("seq") FROM "${measurement}" WHERE ${of(station)} AND time >= ${fromNs} AND time <= ${toNs} GROUP BY "epoch"`;
}

export function epochsFrom(telemetry: readonly Series[], events: readonly Series[]): StoredEpoch[] {
  const counts = new Map<number, { readings: number; events: number }>();
  for (const [name, list] of [
    ['readings', telemetry],
    ['events', events],
  ] as const) {
    for (const { tags, rows } of list) {
      const count = counts.get(Number(tags.epoch)) ?? { readings: 0, events: 0 };
      count[name] += Number(rows[0]?.[1] ?? 0);
      counts.set(Number(tags.epoch), count);
    }
  }
  return [...counts].sort(([a], [b]) => a - b).map(([epoch, count]) => ({ epoch, ...count }));
}

function between(measurement: string, names: readonly string[], span: EpochTime): string {
  const { station, epoch, fromNs, toNs, limit } = span;
  const columns = names.map((name) => `"${name}"`).join(', ');
  return `SELECT ${columns} FROM "${measurement}" WHERE ${of(station)} AND "epoch" = '${epoch}' AND time >= ${fromNs} AND time <= ${toNs} ORDER BY time ASC LIMIT ${limit}`;
}

export function readingsStatement(span: EpochTime): string {
  return between(TELEMETRY, ['seq', 'tick', 'line', 'flags', ...CHANNEL_NAMES], span);
}

export function eventsStatement(span: EpochTime): string {
  return between(EVENT, ['seq', 'tick', 'line', 'source', 'state', 'data'], span);
}

export function eventsFrom(series: readonly Series[], { station, epoch }: EpochTime): StoredEvent[] {
  return (series[0]?.rows ?? []).map(([time, seq, tick, line, source, state, data]) => ({
    station,
    epoch,
    seq: Number(seq),
    timeNs: nsFromRfc3339(time) ?? 0n,
    deviceTickMs: Number(tick),
    lineSeq: Number(line),
    source: String(source),
    state: String(state),
    data: String(data),
  }));
}

export function elsewhereStatement(measurement: string, side: 'before' | 'after', query: ElsewhereQuery): string {
  const { station, epoch, fromSeq, toSeq, fromNs, toNs, limit } = query;
  const time = side === 'before' ? `time < ${fromNs}` : `time > ${toNs}`;
  return `SELECT "seq" FROM "${measurement}" WHERE ${of(station)} AND "epoch" = '${epoch}' AND "seq" >= ${fromSeq} AND "seq" <= ${toSeq} AND ${time} LIMIT ${limit}`;
}

export function elsewhereFrom(series: readonly Series[], kind: StoredKey['kind']): StoredKey[] {
  return (series[0]?.rows ?? []).map(([time, seq]) => ({
    kind,
    seq: Number(seq),
    timeNs: nsFromRfc3339(time) ?? 0n,
  }));
}
