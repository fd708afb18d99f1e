/** A station as one aligned line. A value past its expiry is blanked: an old number must never look live. */

import type { Hello, Row } from './tail-stations.ts';
import { plain } from './terminal.ts';

/** Shown in this order, under these short heads; further channels are left to `--json`. */
const COLUMNS = [
  { channel: 'reservoirVolume', head: 'LEVEL', width: 8 },
  { channel: 'lineFlow', head: 'FLOW', width: 12 },
  { channel: 'linePressure', head: 'PRESSURE', width: 10 },
  { channel: 'fluidTemperature', head: 'TEMP', width: 8 },
] as const;
/** The mark of simulated data stands before the numbers, where a narrow window does not cut it off. */
const HEAD = ['STATION', 'STATE', '', ...COLUMNS.map((c) => c.head), 'AGE', 'NOTES'];
/** Widths of a line on its own, which knows nothing of the lines to come. */
const LINE_WIDTHS = [16, 11, 9, ...COLUMNS.map((c) => c.width), 8, 0];
const NUMBERS_FROM = 3;
const NUMBERS_TO = NUMBERS_FROM + COLUMNS.length;
const BLANK = '--';
/** People read `°C`; `Cel` is its UCUM code. */
const READABLE: Readonly<Record<string, string>> = { Cel: '°C' };

export function ageMs(row: Row, nowMs: number): number | null {
  return row.latest === null ? null : row.latest.ageMs + Math.max(0, nowMs - row.latestAtMs);
}

/** `true` when the numbers of this row may be shown. */
export function isFresh(row: Row, hello: Hello, nowMs: number): boolean {
  const age = ageMs(row, nowMs);
  return age !== null && age <= hello.expiryMs;
}

function age(ms: number | null): string {
  if (ms === null) return BLANK;
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  if (ms < 600_000) return `${Math.round(ms / 1000)} s`;
  return `${Math.round(ms / 60_000)} min`;
}

function value(row: Row, hello: Hello, channel: string, fresh: boolean): string {
  const index = hello.channels.findIndex((c) => c.name === channel);
  const meta = hello.channels[index];
  const number = fresh ? (row.latest?.values[index] ?? null) : null;
  if (number === null || !meta) return BLANK;
  const digits = number.toFixed(Math.min(2, meta.decimals)).replace(/^-(?=0(\.0*)?$)/, '');
  return `${digits} ${READABLE[meta.unit] ?? meta.unit}`;
}

function cells(row: Row, hello: Hello, nowMs: number): string[] {
  const fresh = isFresh(row, hello, nowMs);
  // The mark is said already, in words.
  const flags = (fresh ? (row.latest?.flags ?? []) : []).filter((flag) => flag !== 'simulated');
  return [
    plain(row.station ?? row.link, 40),
    plain(row.state, 11),
    row.simulated ? 'SIMULATED' : '',
    ...COLUMNS.map((c) => value(row, hello, c.channel, fresh)),
    age(ageMs(row, nowMs)),
    plain([flags.join(','), row.reason ?? ''].filter(Boolean).join('  '), 300),
  ];
}

function align(row: readonly string[], widths: readonly number[]): string {
  const padded = row.map((cell, i) => {
    const width = widths[i] ?? 0;
    return i >= NUMBERS_FROM && i <= NUMBERS_TO ? cell.padStart(width) : cell.padEnd(width);
  });
  return padded.join(' ').trimEnd();
}

export function stationLine(row: Row, hello: Hello, nowMs: number): string {
  return align(cells(row, hello, nowMs), LINE_WIDTHS);
}

/** Head and one line per row, as narrow as they can be without dancing when a number grows by a digit. */
export function stationTable(rows: readonly Row[], hello: Hello, nowMs: number): string[] {
  const all = [HEAD, ...rows.map((row) => cells(row, hello, nowMs))];
  const widths = HEAD.map((_, i) => {
    const least = i >= NUMBERS_FROM && i < NUMBERS_TO ? (LINE_WIDTHS[i] ?? 0) : 0;
    return Math.max(least, ...all.map((row) => row[i]?.length ?? 0));
  });
  return all.map((row) => align(row, widths));
}

/** The same for programs: one JSON object. */
export function stationJson(row: Row, hello: Hello, nowMs: number): string {
  const fresh = isFresh(row, hello, nowMs);
  const values = hello.channels.map((c, i) => [c.name, fresh ? (row.latest?.values[i] ?? null) : null] as const);
  const milliseconds = ageMs(row, nowMs);
  return JSON.stringify({
    station: row.station,
    link: row.link,
    state: row.state,
    reason: row.reason,
    simulated: row.simulated,
    at: row.latest === null ? null : new Date(row.latest.atUtcMs).toISOString(),
    ageMs: milliseconds === null ? null : Math.round(milliseconds),
    expired: !fresh,
    values: Object.fromEntries(values),
    flags: row.latest?.flags ?? [],
  });
}
