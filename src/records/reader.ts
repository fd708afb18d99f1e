/** What the records hold. */
import { gunzipSync } from 'node:zlib';
import type { AlarmLogEntry } from '../alarms/log.ts';
import { type RecordsDb, text, textOrNull } from './file.ts';
import type { AlarmLogQuery, RefillPage, RefillQuery, RefillSummary } from './model.ts';

/** Of one refill unpacked; a day at 10 Hz is a tenth of it. */
const MOST_INPUT_BYTES = 2_000_000_000;

export interface OpenRefillRow {
  readonly refill: string;
  /** `RefillSummary` as JSON, from its begin. */
  readonly summary: string;
  /** As JSON, in their order. */
  readonly inputs: readonly string[];
}

const MOST_UNPUBLISHED = 1000;

/** What the daemon goes on with at its start. */
export interface Kept {
  readonly alarmState: string | null;
  readonly lastAlarmId: number;
  readonly pumps: readonly string[];
  readonly open: readonly OpenRefillRow[];
  /** Records as JSON that the broker has not got yet, oldest first, at most `MOST_UNPUBLISHED`. */
  readonly unpublished: readonly string[];
}

const ALARM_COLUMNS = ['event', 'source', 'condition', 'priority', 'by', 'detail'].map((c) => `CAST(${c} AS BLOB)`);

export function readKept(db: RecordsDb): Kept {
  const all = (sql: string, ...values: unknown[]) =>
    db
      .prepare(sql)
      .raw(true)
      .all(...values) as unknown[][];
  const open = all('SELECT CAST(id AS BLOB), CAST(summary AS BLOB) FROM refill WHERE open = 1 ORDER BY n');
  const unpublished = all(
    `SELECT CAST(record AS BLOB) FROM refill WHERE open = 0 AND published = 0 AND record IS NOT NULL
     ORDER BY n LIMIT ${MOST_UNPUBLISHED}`,
  );
  return {
    alarmState: textOrNull(all('SELECT CAST(json AS BLOB) FROM alarm_state')[0]?.[0]),
    lastAlarmId: Number(all('SELECT ifnull(max(id), 0) FROM alarm_log')[0]?.[0]),
    pumps: all('SELECT CAST(json AS BLOB) FROM pump ORDER BY id').map(([json]) => text(json)),
    open: open.map(([id, summary]) => ({ refill: text(id), summary: text(summary), inputs: inputsOf(db, text(id)) })),
    unpublished: unpublished.map(([record]) => text(record)),
  };
}

/** Of an open refill or an ended one; empty for one that is not on record. */
export function inputsOf(db: RecordsDb, refill: string): string[] {
  const rows = db
    .prepare('SELECT CAST(json AS BLOB) FROM refill_input WHERE refill = ? ORDER BY n')
    .raw(true)
    .all(refill) as unknown[][];
  if (rows.length > 0) return rows.map(([json]) => text(json));
  const packed = db.prepare('SELECT gzip FROM refill_inputs_packed WHERE refill = ?').raw(true).get(refill);
  if (!Array.isArray(packed)) return [];
  const lines = gunzipSync(Buffer.from(packed[0] as ArrayBuffer), { maxOutputLength: MOST_INPUT_BYTES });
  return lines.toString('utf8').split('\n').slice(0, -1);
}

/** Latest first. */
export function alarmLog(db: RecordsDb, { before, source, fromMs, toMs, limit }: AlarmLogQuery): AlarmLogEntry[] {
  const where = conditions([
    ['id < ?', before],
    ['source = ?', source],
    ['at_ms >= ?', fromMs],
    ['at_ms < ?', toMs],
  ]);
  const rows = db
    .prepare(`SELECT id, at_ms, ${ALARM_COLUMNS.join(', ')} FROM alarm_log ${where.sql} ORDER BY id DESC LIMIT ?`)
    .raw(true)
    .all(...where.values, limit) as unknown[][];
  return rows.map(([id, atMs, event, from, condition, priority, by, detail]) => ({
    id: Number(id),
    atUtcMs: Number(atMs),
    event: text(event) as AlarmLogEntry['event'],
    source: textOrNull(from),
    condition: textOrNull(condition) as AlarmLogEntry['condition'],
    priority: textOrNull(priority) as AlarmLogEntry['priority'],
    by: textOrNull(by),
    detail: textOrNull(detail),
  }));
}

/** Latest first. */
export function refills(db: RecordsDb, query: RefillQuery): RefillPage {
  const { pump, station, fromMs, toMs, outcome, before, limit } = query;
  const where = conditions([
    ['pump = ?', pump],
    ['station = ?', station],
    ['began_ms >= ?', fromMs],
    ['began_ms < ?', toMs],
    ['outcome = ?', outcome],
    ['n < ?', before],
  ]);
  const rows = db
    .prepare(`SELECT n, CAST(summary AS BLOB) FROM refill ${where.sql} ORDER BY n DESC LIMIT ?`)
    .raw(true)
    .all(...where.values, limit + 1) as unknown[][];
  const page = rows.slice(0, limit);
  return {
    refills: page.map(([, summary]) => JSON.parse(text(summary)) as RefillSummary),
    next: rows.length > limit ? Number(page.at(-1)?.[0]) : null,
  };
}

/** The record as JSON; `null` when there is none, or when the refill is still open. */
export function recordOf(db: RecordsDb, refill: string): string | null {
  const row = db.prepare('SELECT CAST(record AS BLOB) FROM refill WHERE id = ?').raw(true).get(refill);
  return Array.isArray(row) ? textOrNull(row[0]) : null;
}

function conditions(parts: readonly (readonly [sql: string, value: string | number | null])[]): {
  sql: string;
  values: (string | number)[];
} {
  const used = parts.filter(([, value]) => value !== null);
  return {
    sql: used.length === 0 ? '' : `WHERE ${used.map(([sql]) => sql).join(' AND ')}`,
    values: used.map(([, value]) => value as string | number),
  };
}
