/** The journal's SQLite file: WAL with `synchronous=FULL`, so what is committed survives a power cut. */
import Database from 'libsql';
import type { BatchId } from '../mqtt/topics.ts';
import { batchChecksum, markChecksum, verifiedMark } from './checksum.ts';
import type { JournaledBatch } from './port.ts';
import type { PendingBatch, StationMark } from './station-log.ts';

const LAYOUT_VERSION = 2;
const SCHEMA = `
CREATE TABLE IF NOT EXISTS station (
  name TEXT PRIMARY KEY, epoch INTEGER NOT NULL, time_ms INTEGER NOT NULL, time_ns INTEGER NOT NULL, crc INTEGER
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS batch (
  position INTEGER PRIMARY KEY, station TEXT NOT NULL, epoch INTEGER NOT NULL,
  first_seq INTEGER NOT NULL, last_seq INTEGER NOT NULL, payload TEXT NOT NULL, crc INTEGER,
  UNIQUE (station, epoch, first_seq)
);
CREATE TABLE IF NOT EXISTS damaged_batch (position, station, epoch, first_seq, last_seq, payload, crc);`;

/** Structure is checked at opening up to this much content (about 0.1 s); beyond, damage is met when it is read. */
const CHECKED_BYTES = 64_000_000;
/** Payloads of one page; what is read is copied between threads and held in memory. */
export const PAGE_BYTES = 1_000_000;
/** The driver aborts the whole process at a text that is not UTF-8: damaged cells are never read as text. */
const COLUMNS = `position, CAST(station AS BLOB), CAST(epoch AS INTEGER), CAST(first_seq AS INTEGER),
  CAST(last_seq AS INTEGER), CAST(payload AS BLOB), CAST(crc AS INTEGER)`;

export interface Retirement extends BatchId {
  readonly station: string;
}

/** What one transaction writes. */
export interface CommitGroup {
  readonly batches: readonly PendingBatch[];
  /** Of the first batch; the others follow. */
  readonly firstPosition: number;
  readonly marks: ReadonlyMap<string, StationMark>;
  readonly retired: readonly Retirement[];
}

export class JournalFile {
  readonly #db: InstanceType<typeof Database>;
  readonly #insert;
  readonly #upsertMark;
  readonly #delete;
  readonly #fitting;
  readonly #page;

  constructor(path: string) {
    this.#db = new Database(path, { timeout: 250 });
    try {
      this.#db.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA journal_size_limit=67108864');
      if (this.#number('PRAGMA page_count') - this.#number('PRAGMA freelist_count') < CHECKED_BYTES / 4096) {
        const [check] = this.#db.prepare('PRAGMA integrity_check(1)').raw(true).all() as [[string]];
        if (check[0] !== 'ok') throw new Error(`malformed: ${check[0]}`);
      }
      const version = this.#number('PRAGMA user_version');
      if (version < LAYOUT_VERSION) this.#layOut(version);
      // The same batch again (a commit that failed late, yet stood): its content is the same, so the first one stays.
      this.#insert = this.#db.prepare(
        'INSERT INTO batch VALUES (?,?,?,?,?,?,?) ON CONFLICT (station, epoch, first_seq) DO NOTHING',
      );
      this.#upsertMark = this.#db.prepare('INSERT OR REPLACE INTO station VALUES (?,?,?,?,?)');
      this.#delete = this.#db.prepare('DELETE FROM batch WHERE station=? AND epoch=? AND first_seq=? AND last_seq=?');
      // The lengths stand in the heads of the rows: no payload is read for them.
      this.#fitting = this.#db
        .prepare(
          'SELECT count(*) FROM (SELECT sum(octet_length(payload)) OVER (ORDER BY position) AS total FROM batch WHERE position>? AND position<=? ORDER BY position LIMIT ?) WHERE total<=?',
        )
        .raw(true);
      this.#page = this.#db
        .prepare(`SELECT ${COLUMNS} FROM batch WHERE position>? AND position<=? ORDER BY position LIMIT ?`)
        .raw(true);
    } catch (error) {
      this.#db.close();
      throw error;
    }
  }

  /** Marks that are not as they were written are left out. */
  marks(): Map<string, StationMark> {
    const rows = this.#db
      .prepare(
        'SELECT CAST(name AS BLOB), CAST(epoch AS INTEGER), CAST(time_ms AS INTEGER), CAST(time_ns AS INTEGER), CAST(crc AS INTEGER) FROM station',
      )
      .raw(true)
      .all() as unknown[][];
    return new Map(rows.map(verifiedMark).flatMap((found) => (found ? [[found.name, found.mark] as const] : [])));
  }

  extent(): { count: number; lastPosition: number } {
    const lastPosition = this.#number('SELECT ifnull(max(position), 0) FROM batch');
    if (!Number.isSafeInteger(lastPosition + 1e9)) throw new Error(`malformed: a batch at position ${lastPosition}`);
    return { count: this.#number('SELECT count(*) FROM batch NOT INDEXED'), lastPosition };
  }

  /** All or nothing; throws SQLite's error. */
  commit({ batches, firstPosition, marks, retired }: CommitGroup): { added: number; gone: number } {
    return this.#transaction(() => {
      let added = 0;
      let gone = 0;
      batches.forEach((b, i) => {
        added += this.#put(b, firstPosition + i);
      });
      for (const [name, mark] of marks) {
        this.#upsertMark.run([name, mark.epoch, mark.timeMs, mark.timeNs, markChecksum(name, mark)]);
      }
      for (const r of retired) gone += this.#delete.run([r.station, r.epoch, r.firstSeq, r.lastSeq]).changes;
      return { added, gone };
    });
  }

  /** Batches saved from a damaged file, with the positions they had, and rows of it that are no batches any more. */
  restore(batches: readonly JournaledBatch[], damaged: readonly (readonly unknown[])[]): number {
    return this.#transaction(() => {
      let added = 0;
      for (const b of batches) added += this.#put(b, b.position);
      const keep = this.#db.prepare('INSERT INTO damaged_batch VALUES (?,?,?,?,?,?,?)');
      for (const row of damaged) keep.run(row.map((cell) => (cell instanceof ArrayBuffer ? Buffer.from(cell) : cell)));
      return added;
    });
  }

  /** Rows for `verifiedBatch`, ascending: one at least, more while their payloads come to no more than `PAGE_BYTES`. */
  page(after: number, upTo: number, limit: number): unknown[][] {
    const [fitting] = this.#fitting.get([after, upTo, limit, PAGE_BYTES]) as [number];
    return this.#page.all([after, upTo, Math.max(1, fitting)]) as unknown[][];
  }

  /** Batches whose checksum is wrong are kept in a table of their own, as they are. */
  setAside(positions: readonly number[]): void {
    this.#transaction(() => {
      const copy = this.#db.prepare('INSERT INTO damaged_batch SELECT * FROM batch WHERE position=?');
      const remove = this.#db.prepare('DELETE FROM batch WHERE position=?');
      for (const position of positions) {
        copy.run([position]);
        remove.run([position]);
      }
    });
  }

  close(): void {
    try {
      // Leaves one self-contained file; the driver lets go of the write-ahead log only when it is collected.
      this.#db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').all();
    } catch {
      // A reader holds it, or the disk is full: the write-ahead log stays and is replayed at the next open.
    }
    this.#db.close();
  }

  #put(b: PendingBatch, position: number): number {
    const { station, epoch, firstSeq, lastSeq, payload } = b;
    const crc = batchChecksum(b, position, payload);
    return this.#insert.run([position, station, epoch, firstSeq, lastSeq, payload, crc]).changes;
  }

  #transaction<T>(work: () => T): T {
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.#db.exec('COMMIT');
      return result;
    } catch (error) {
      try {
        this.#db.exec('ROLLBACK');
      } catch {
        // SQLite has rolled back by itself (disk full, I/O error).
      }
      throw error;
    }
  }

  /** New tables, or the checksums that layout 1 did not have. */
  #layOut(version: number): void {
    this.#transaction(() => {
      if (version === 1) {
        this.#db.exec('ALTER TABLE station ADD COLUMN crc INTEGER; ALTER TABLE batch ADD COLUMN crc INTEGER');
      }
      this.#db.exec(SCHEMA);
      if (version === 1) this.#addChecksums();
      this.#db.exec(`PRAGMA user_version = ${LAYOUT_VERSION}`);
    });
  }

  #addChecksums(): void {
    const all = this.#db.prepare('SELECT name, epoch, time_ms AS timeMs, time_ns AS timeNs FROM station').all();
    const setMark = this.#db.prepare('UPDATE station SET crc=? WHERE name=?');
    for (const m of all as (StationMark & { name: string })[]) setMark.run([markChecksum(m.name, m), m.name]);
    const one = this.#db.prepare(
      'SELECT position, station, epoch, first_seq AS firstSeq, last_seq AS lastSeq, payload FROM batch WHERE position>? ORDER BY position LIMIT 1',
    );
    const setBatch = this.#db.prepare('UPDATE batch SET crc=? WHERE position=?');
    for (let b = one.get([-1]) as JournaledBatch | undefined; b; b = one.get([b.position]) as typeof b) {
      setBatch.run([batchChecksum(b, b.position, b.payload), b.position]);
    }
  }

  #number(sql: string): number {
    return Number((this.#db.prepare(sql).raw(true).get() as [unknown] | undefined)?.[0] ?? 0);
  }
}
