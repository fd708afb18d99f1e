/** The rows of the embedded store, read straight from its file: not through the code that is judged. */
import { existsSync } from 'node:fs';
import Database from 'libsql';
import { CHANNEL_NAMES } from '../../../protocols/reading.ts';
import type { StoreRow } from '../recording.ts';

export function storeRows(path: string): StoreRow[] {
  if (!existsSync(path)) return [];
  const db = new Database(path, { readonly: true, timeout: 2000 });
  try {
    const columns = CHANNEL_NAMES.map((name) => `"${name}"`).join(', ');
    const common = 'station, epoch, seq, CAST(time_ns AS TEXT), tick, line';
    const telemetry = db.prepare(`SELECT ${common}, flags, ${columns} FROM telemetry ORDER BY station, time_ns`);
    const events = db.prepare(`SELECT ${common}, 0 FROM event ORDER BY station, time_ns`);
    return [
      ...(telemetry.raw(true).all() as unknown[][]).map((row) => rowOf('telemetry', row)),
      ...(events.raw(true).all() as unknown[][]).map((row) => rowOf('event', row)),
    ];
  } finally {
    db.close();
  }
}

function rowOf(kind: StoreRow['kind'], [station, epoch, seq, time, tick, line, flags, ...values]: unknown[]): StoreRow {
  return {
    station: String(station),
    kind,
    epoch: Number(epoch),
    seq: Number(seq),
    timeNs: BigInt(String(time)),
    tick: Number(tick),
    line: Number(line),
    flags: Number(flags),
    values: values.map((value) => (value === null ? null : Number(value))),
  };
}
