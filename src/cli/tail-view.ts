/** A station as one aligned line. A value past its expiry is blanked: an old number must never look live. */

import type { Hello, Row } from './tail-stations.ts';
import { plain } from './terminal.ts';

/** Shown in this order, under these short heads; further channels are left to `--json`. */
const COLUMNS = [
  { channel: 'reservoirVolume', head: 'LEVEL', width: 7 },
  { channel: 'lineFlow', head: 'FLOW', width: 8 },
  { channel: 'linePressure', head: 'PRESSURE', width: 8 },
  { channel: 'fluidTemperature', head: 'TEMP', width: 6 },
] as const;
const UNIT_WIDTH = 7;
const STATION_WIDTH = 16;
const STATE_WIDTH = 12;
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
  return number === null || !meta ? BLANK : number.toFixed(Math.min(2, meta.decimals));
}

function unit(hello: Hello, channel: string): string {
  const code = hello.channels.find((c) => c.name === channel)?.unit ?? '';
  return READABLE[code] ?? code;
}

/** Head line of the table. */
export function headLine(): string {
  const values = COLUMNS.map((c) => `${c.head.padStart(c.width)} ${''.padEnd(UNIT_WIDTH - 1)}`);
  return ['STATION'.padEnd(STATION_WIDTH), 'STATE'.padEnd(STATE_WIDTH), ...values, 'AGE'.padStart(8), ' NOTES']
    .join(' ')
    .trimEnd();
}

export function stationLine(row: Row, hello: Hello, nowMs: number): string {
  const fresh = isFresh(row, hello, nowMs);
  const values = COLUMNS.map(
    (c) => `${value(row, hello, c.channel, fresh).padStart(c.width)} ${unit(hello, c.channel).padEnd(UNIT_WIDTH - 1)}`,
  );
  // The mark is said elsewhere in words; twice would only push the rest out of sight.
  const flags = (fresh ? (row.latest?.flags ?? []) : []).filter((flag) => flag !== 'simulated');
  const notes = [row.simulated ? 'SIMULATED' : '', flags.join(','), row.reason ?? ''].filter(Boolean).join('  ');
  const cells = [
    plain(row.station ?? row.link, STATION_WIDTH).padEnd(STATION_WIDTH),
    plain(row.state, STATE_WIDTH).padEnd(STATE_WIDTH),
    ...values,
    age(ageMs(row, nowMs)).padStart(8),
    ` ${plain(notes, 300)}`,
  ];
  return cells.join(' ').trimEnd();
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
