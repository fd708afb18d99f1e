/** Carries out `RecordsWrite`s, all of a call in one durable transaction. */
import { gzipSync } from 'node:zlib';
import type { AlarmLogEntry } from '../alarms/log.ts';
import { type RecordsDb, text, transaction } from './file.ts';
import type { RefillSummary } from './model.ts';
import type { RecordsWrite } from './writes.ts';

export class RecordsWriter {
  readonly #db: RecordsDb;
  readonly #statements;

  /** `DO NOTHING` names its key: `OR IGNORE` would also swallow a row that breaks another rule. */
  constructor(db: RecordsDb) {
    this.#db = db;
    this.#statements = {
      alarmState: db.prepare('INSERT INTO alarm_state VALUES (1, ?) ON CONFLICT DO UPDATE SET json = excluded.json'),
      alarmLog: db.prepare('INSERT INTO alarm_log VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING'),
      begun: db.prepare(
        `INSERT INTO refill (id, station, pump, began_ms, outcome, open, published, summary)
         VALUES (?, ?, ?, ?, ?, 1, 0, ?) ON CONFLICT (id) DO NOTHING`,
      ),
      input: db.prepare('INSERT INTO refill_input VALUES (?, ?, ?) ON CONFLICT (refill, n) DO NOTHING'),
      ended: db.prepare('UPDATE refill SET outcome = ?, open = 0, summary = ?, record = ? WHERE id = ?'),
      published: db.prepare('UPDATE refill SET published = 1 WHERE id = ?'),
      inputs: db.prepare('SELECT CAST(json AS BLOB) FROM refill_input WHERE refill = ? ORDER BY n').raw(true),
      pack: db.prepare('INSERT INTO refill_inputs_packed VALUES (?, ?) ON CONFLICT (refill) DO NOTHING'),
      unpacked: db.prepare('DELETE FROM refill_input WHERE refill = ?'),
      pump: db.prepare('INSERT INTO pump VALUES (?, ?) ON CONFLICT DO UPDATE SET json = excluded.json'),
      pumpGone: db.prepare('DELETE FROM pump WHERE id = ?'),
      audit: db.prepare('INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING'),
    };
  }

  write(writes: readonly RecordsWrite[]): void {
    transaction(this.#db, () => {
      for (const write of writes) this.#one(write);
    });
  }

  /** Deletes alarm log entries from before `ms`, and all but the last `keepEntries`; how many. */
  forgetAlarms(ms: number, keepEntries: number): number {
    const old = this.#db.prepare('DELETE FROM alarm_log WHERE at_ms < ?').run([ms]).changes;
    const many = this.#db
      .prepare('DELETE FROM alarm_log WHERE id <= (SELECT ifnull(max(id), 0) FROM alarm_log) - ?')
      .run([keepEntries]).changes;
    return old + many;
  }

  #one(write: RecordsWrite): void {
    switch (write.do) {
      case 'alarms':
        if (write.state !== null) this.#statements.alarmState.run([write.state]);
        for (const entry of write.log) this.#alarm(entry);
        break;
      case 'refill-begun':
        this.#begun(write.summary);
        this.#statements.input.run([write.summary.refill, 0, write.line]);
        break;
      case 'inputs':
        write.lines.forEach((line, i) => {
          this.#statements.input.run([write.refill, write.first + i, line]);
        });
        break;
      case 'refill-ended':
        this.#ended(write.summary, write.record);
        break;
      case 'record-published':
        this.#statements.published.run([write.refill]);
        break;
      case 'pump':
        if (write.json === null) this.#statements.pumpGone.run([write.pump]);
        else this.#statements.pump.run([write.pump, write.json]);
        break;
      case 'audit': {
        const { id, atUtcMs, by, login, what, subject, detail } = write.row;
        this.#statements.audit.run([id, Math.round(atUtcMs), by, login, what, subject, detail]);
      }
    }
  }

  #alarm({ id, atUtcMs, event, source, condition, priority, by, detail }: AlarmLogEntry): void {
    this.#statements.alarmLog.run([id, Math.round(atUtcMs), event, source, condition, priority, by, detail]);
  }

  #begun(summary: RefillSummary): void {
    const { refill, station, pump, beganMs, outcome } = summary;
    this.#statements.begun.run([refill, station, pump, Math.round(beganMs), outcome, JSON.stringify(summary)]);
  }

  /** A refill is some thousand inputs: packed, a tenth of the place. */
  #ended(summary: RefillSummary, record: string | null): void {
    const { refill, outcome } = summary;
    this.#statements.ended.run([outcome, JSON.stringify(summary), record, refill]);
    const lines = (this.#statements.inputs.all(refill) as unknown[][]).map(([json]) => `${text(json)}\n`);
    if (lines.length === 0) return;
    this.#statements.pack.run([refill, gzipSync(lines.join(''))]);
    this.#statements.unpacked.run([refill]);
  }
}
