/**
 * Reads what can still be read out of a damaged journal, a little at a time: from the front, from the back, and then
 * place by place in between, so that one damaged page costs only the batches that stand on it.
 */
import { existsSync } from 'node:fs';
import Database from 'libsql';
import { verifiedBatch, verifiedMark } from './checksum.ts';
import { twinOf } from './layout.ts';
import type { JournaledBatch } from './port.ts';
import type { StationMark } from './station-log.ts';

const COLUMNS = `position, CAST(station AS BLOB), CAST(epoch AS INTEGER), CAST(first_seq AS INTEGER),
  CAST(last_seq AS INTEGER), CAST(payload AS BLOB), CAST(crc AS INTEGER)`;
const WAITING = `SELECT position, CAST(bytes AS INTEGER), CAST(twin AS INTEGER) FROM waiting WHERE position>?
  ORDER BY position LIMIT ?`;
const ROWS_AT_ONCE = 50;
const PROBES_AT_ONCE = 500;
/** Unreadable places in a row after which the rest is given up. */
const MOST_MISSES = 2000;
const POSITIONS_AT_ONCE = 10_000;
const MOST_POSITIONS = 500_000;

export interface Salvaged {
  readonly batches: JournaledBatch[];
  /** Rows whose checksum is wrong, as they were read. */
  readonly damaged: unknown[][];
}

export class Salvage {
  readonly #db: InstanceType<typeof Database> | null;
  #stage: 'forwards' | 'backwards' | 'between' | 'done' = 'forwards';
  #low = 0;
  #high = Number.MAX_SAFE_INTEGER;
  #misses = 0;
  #places: Generator<number, undefined> | null = null;
  /** Positions that no recorder has acknowledged; `null` when that cannot be told: then all of them. */
  readonly #waiting: ReadonlySet<number> | null;

  /** `kept` is only read; SQLite may still fold its own write-ahead log into it. */
  constructor(kept: string) {
    let db: InstanceType<typeof Database> | null = null;
    try {
      if (existsSync(kept)) {
        db = new Database(kept, { timeout: 250 });
        // With a writable schema SQLite reads on in a file that is shorter than its header says.
        db.exec('PRAGMA writable_schema=1; PRAGMA query_only=1');
      }
    } catch {
      // Nothing of it can be read: the file is kept, and that has been said.
    }
    this.#db = db;
    this.#waiting = this.#waitingPositions();
    if (db === null) this.#stage = 'done';
  }

  get done(): boolean {
    return this.#stage === 'done';
  }

  marks(): Map<string, StationMark> {
    const rows = this.#read(
      'SELECT CAST(name AS BLOB), CAST(epoch AS INTEGER), CAST(time_ms AS INTEGER), CAST(time_ns AS INTEGER), CAST(crc AS INTEGER) FROM station',
      [],
    );
    return new Map((rows ?? []).map(verifiedMark).flatMap((m) => (m ? [[m.name, m.mark] as const] : [])));
  }

  /** The next waiting batches that can be read; none may mean only that the next ones cannot. */
  step(): Salvaged {
    const rows = this.#next();
    const found: Salvaged = { batches: [], damaged: [] };
    for (const row of rows) {
      const batch = verifiedBatch(row);
      if (batch && this.#waiting?.has(batch.position) === false) continue;
      if (batch) found.batches.push(batch);
      else found.damaged.push(row);
    }
    return found;
  }

  close(): void {
    this.#stage = 'done';
    this.#db?.close();
  }

  #waitingPositions(): Set<number> | null {
    const positions = new Set<number>();
    for (let after = 0; ; ) {
      const rows = this.#read(WAITING, [after, POSITIONS_AT_ONCE]);
      if (rows === null) return null;
      for (const [position, bytes, twin] of rows as [number, number, number][]) {
        if (twin !== twinOf(position, bytes) || position <= after) return null;
        positions.add(position);
        after = position;
      }
      if (rows.length < POSITIONS_AT_ONCE) return positions;
      if (positions.size > MOST_POSITIONS) return null;
    }
  }

  /**
   * Only what is as it was written says how far a stage has come: a damaged place may claim any position, and SQLite
   * follows it to anywhere, or to the end.
   */
  #next(): unknown[][] {
    switch (this.#stage) {
      case 'forwards': {
        const rows = this.#read(`SELECT ${COLUMNS} FROM batch WHERE position>? ORDER BY position LIMIT ?`, [
          this.#low,
          ROWS_AT_ONCE,
        ]);
        const { trusted, end } = asFarAsTrusted(rows ?? []);
        if (rows === null || (rows.length > 0 && !(end > this.#low))) this.#stage = 'backwards';
        else if (rows.length < ROWS_AT_ONCE) this.#stage = trusted.length === rows.length ? 'done' : 'backwards';
        this.#low = Math.max(this.#low, end);
        return trusted;
      }
      case 'backwards': {
        const rows = this.#read(
          `SELECT ${COLUMNS} FROM batch WHERE position>? AND position<? ORDER BY position DESC LIMIT ?`,
          [this.#low, this.#high, ROWS_AT_ONCE],
        );
        const { trusted, end } = asFarAsTrusted(rows ?? []);
        if (trusted.length < ROWS_AT_ONCE || !(end < this.#high)) this.#stage = 'between';
        if (trusted.length > 0) this.#high = Math.min(this.#high, end);
        return trusted;
      }
      case 'between': {
        this.#places ??= this.#between();
        const rows: unknown[][] = [];
        for (let i = 0; i < PROBES_AT_ONCE; i++) {
          const { value: position } = this.#places.next();
          if (position === undefined || this.#misses > MOST_MISSES) {
            this.#stage = 'done';
            break;
          }
          const found = this.#read(`SELECT ${COLUMNS} FROM batch WHERE position=?`, [position]);
          this.#misses = found?.length ? 0 : this.#misses + 1;
          rows.push(...(found ?? []));
        }
        return rows;
      }
      case 'done':
        return [];
    }
  }

  /** Positions that neither stage has come to: those that wait, or all from a place where there was something. */
  *#between(): Generator<number, undefined> {
    const low = this.#low;
    const high = this.#high;
    if (this.#waiting !== null) {
      for (const position of this.#waiting) if (position > low && position < high) yield position;
    } else if (low > 0 || high === Number.MAX_SAFE_INTEGER) {
      for (let position = low + 1; position < high; position++) yield position;
    } else for (let position = high - 1; position > 0; position--) yield position;
  }

  /** `null`: unreadable. */
  #read(sql: string, values: readonly number[]): unknown[][] | null {
    try {
      return (this.#db
        ?.prepare(sql)
        .raw(true)
        .all([...values]) ?? []) as unknown[][];
    } catch {
      return null;
    }
  }
}

/** The rows up to the last one that is as it was written, and its position. */
function asFarAsTrusted(rows: readonly unknown[][]): { readonly trusted: unknown[][]; readonly end: number } {
  const last = rows.findLastIndex((row) => verifiedBatch(row) !== null);
  return { trusted: rows.slice(0, last + 1), end: last < 0 ? Number.NEGATIVE_INFINITY : Number(rows[last]?.[0]) };
}
