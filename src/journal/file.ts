/** The journal's SQLite file: WAL with `synchronous=FULL`, so what is committed survives a power cut. */
import Database from 'libsql';
import type { BatchId } from '../mqtt/topics.ts';
import { batchChecksum, markChecksum, verifiedMark } from './checksum.ts';
import { type Eviction, KeptBatches } from './kept.ts';
import { allWait, LAYOUT_VERSION, layOut, TWIN_IS_WRONG, twinOf } from './layout.ts';
import { bytesInFile } from './limits.ts';
import type { JournaledBatch } from './port.ts';
import type { PendingBatch, StationMark } from './station-log.ts';

/** Structure is checked at opening up to this much content (about 0.1 s); beyond, damage is met when it is read. */
const CHECKED_BYTES = 64_000_000;
/** Payloads of one page. It is copied from thread to thread, and beyond 128 KiB into fresh pages of the system: ten times the time. */
const PAGE_BYTES = 100_000;
/** Batches whose sizes are added up for a page, at least; else twice as many as the page before held: it is most of its cost. */
const LEAST_LOOKED_AT = 64;
const DISK_PAGE_BYTES = 4096;
/** The driver aborts the whole process at a text that is not UTF-8: damaged cells are never read as text. */
const COLUMNS = `batch.position, CAST(station AS BLOB), CAST(epoch AS INTEGER), CAST(first_seq AS INTEGER),
  CAST(last_seq AS INTEGER), CAST(payload AS BLOB), CAST(crc AS INTEGER)`;

export type { Eviction };

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

/** Batches that no recorder has acknowledged. */
export interface Backlog {
  readonly count: number;
  readonly bytes: number;
}

export interface CommitHow {
  /** UTC seconds. */
  readonly atS: number;
  /** Acknowledged batches stay in the file, until they are evicted. */
  readonly keep: boolean;
  /** In the same transaction, so that it costs no flush of its own. */
  readonly evict: Eviction | null;
}

const PLAINLY: CommitHow = { atS: 0, keep: false, evict: null };

export interface CommitResult {
  readonly added: Backlog;
  readonly gone: Backlog;
}

export class JournalFile {
  readonly #db: InstanceType<typeof Database>;
  readonly #kept: KeptBatches;
  readonly #insert;
  readonly #wait;
  readonly #upsertMark;
  readonly #acknowledge;
  readonly #remove;
  readonly #fitting;
  readonly #page;
  readonly #pageCount;
  readonly #freePages;
  readonly #dataVersion;
  readonly #firstWaiting;
  #looksAt = LEAST_LOOKED_AT;

  /** `nowS`: UTC seconds, for batches of an earlier version that do not say when they were written. */
  constructor(path: string, nowS = 0) {
    this.#db = new Database(path, { timeout: 250 });
    const db = this.#db;
    try {
      db.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA journal_size_limit=67108864');
      this.#pageCount = db.prepare('PRAGMA page_count').raw(true);
      this.#freePages = db.prepare('PRAGMA freelist_count').raw(true);
      this.#dataVersion = db.prepare('PRAGMA data_version').raw(true);
      if (this.size.usedBytes < CHECKED_BYTES) {
        const [check] = db.prepare('PRAGMA integrity_check(1)').raw(true).all() as [[string]];
        if (check[0] !== 'ok') throw new Error(`malformed: ${check[0]}`);
      }
      const version = this.#number('PRAGMA user_version');
      if (version < LAYOUT_VERSION) this.#transaction(() => layOut(db, version, nowS));
      // The same batch again (a commit that failed late, yet stood): its content is the same, so the first one stays.
      this.#insert = db.prepare(
        'INSERT INTO batch VALUES (?,?,?,?,?,?,?,?) ON CONFLICT (station, epoch, first_seq) DO NOTHING',
      );
      this.#wait = db.prepare('INSERT OR REPLACE INTO waiting VALUES (?,?,?)');
      this.#upsertMark = db.prepare('INSERT OR REPLACE INTO station VALUES (?,?,?,?,?)');
      this.#acknowledge = db
        .prepare(
          `DELETE FROM waiting WHERE position =
             (SELECT position FROM batch WHERE station=? AND epoch=? AND first_seq=? AND last_seq=?)
           RETURNING position, CAST(bytes AS INTEGER)`,
        )
        .raw(true);
      this.#remove = db.prepare('DELETE FROM batch WHERE position=?');
      this.#fitting = db
        .prepare(
          `SELECT count(*) FROM (SELECT sum(bytes) OVER (ORDER BY position) AS total FROM waiting
           WHERE position>? AND position<=? ORDER BY position LIMIT ?) WHERE total<=?`,
        )
        .raw(true);
      this.#page = db
        .prepare(
          `SELECT ${COLUMNS} FROM waiting CROSS JOIN batch USING (position)
           WHERE waiting.position>? AND waiting.position<=? ORDER BY waiting.position LIMIT ?`,
        )
        .raw(true);
      this.#firstWaiting = db.prepare('SELECT CAST(min(position) AS TEXT) FROM waiting').raw(true);
      this.#kept = new KeptBatches(db);
    } catch (error) {
      db.close();
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

  get lastPosition(): number {
    const position = this.#number('SELECT ifnull(max(position), 0) FROM batch');
    if (!Number.isSafeInteger(position + 1e9)) throw new Error(`malformed: a batch at position ${position}`);
    return position;
  }

  /** On the disk, and of that the pages in use. */
  get size(): { readonly fileBytes: number; readonly usedBytes: number } {
    const [pages] = this.#pageCount.get() as [number];
    const [free] = this.#freePages.get() as [number];
    return { fileBytes: pages * DISK_PAGE_BYTES, usedBytes: (pages - free) * DISK_PAGE_BYTES };
  }

  /** Changes when another program has written into the file. */
  get dataVersion(): number {
    return (this.#dataVersion.get() as [number])[0];
  }

  backlog(): Backlog {
    const row = this.#db.prepare('SELECT count(*), ifnull(sum(bytes), 0) FROM waiting').raw(true).get();
    const [count, bytes] = row as [number, number];
    return { count, bytes };
  }

  /** Position of the first batch that waits; `null`: none does. */
  get firstWaiting(): number | null {
    const [position] = this.#firstWaiting.get() as [unknown];
    return position === null ? null : Number(position);
  }

  /**
   * When the list of what waits is not as it was written, everything in the file waits again: the store takes a batch
   * twice without harm. Returns whether that was so.
   */
  mendWaiting(): boolean {
    if (this.#number(`SELECT EXISTS (SELECT 1 FROM waiting WHERE ${TWIN_IS_WRONG})`) === 0) return false;
    this.#transaction(() => allWait(this.#db));
    return true;
  }

  /** All or nothing; throws SQLite's error. */
  commit(
    { batches, firstPosition, marks, retired }: CommitGroup,
    { atS, keep, evict }: CommitHow = PLAINLY,
  ): CommitResult {
    return this.#transaction(() => {
      const added = { count: 0, bytes: 0 };
      const gone = { count: 0, bytes: 0 };
      batches.forEach((b, i) => {
        this.#put(b, firstPosition + i, atS, added);
      });
      for (const [name, mark] of marks) {
        this.#upsertMark.run([name, mark.epoch, mark.timeMs, mark.timeNs, markChecksum(name, mark)]);
      }
      for (const r of retired) {
        const found = this.#acknowledge.get([r.station, r.epoch, r.firstSeq, r.lastSeq]) as
          | [number, number]
          | undefined;
        if (found === undefined) continue;
        gone.count++;
        gone.bytes += found[1];
        if (keep) this.#kept.acknowledged(found[0]);
        else this.#remove.run([found[0]]);
      }
      if (evict !== null) this.#kept.evict(evict);
      return { added, gone };
    });
  }

  /** Deletes acknowledged batches, oldest first; returns how many. */
  evict(eviction: Eviction): number {
    return this.#transaction(() => this.#kept.evict(eviction));
  }

  /** Batches saved from a damaged file, with the positions they had, and rows of it that are no batches any more. */
  restore(batches: readonly JournaledBatch[], damaged: readonly (readonly unknown[])[], atS: number): Backlog {
    return this.#transaction(() => {
      const added = { count: 0, bytes: 0 };
      for (const b of batches) this.#put(b, b.position, atS, added);
      const keep = this.#db.prepare('INSERT INTO damaged_batch VALUES (?,?,?,?,?,?,?)');
      for (const row of damaged) keep.run(row.map((cell) => (cell instanceof ArrayBuffer ? Buffer.from(cell) : cell)));
      return added;
    });
  }

  /**
   * Batches that wait, ascending, as rows for `verifiedBatch`: one at least, more as long as their payloads come to no more
   * than `PAGE_BYTES`, though not all that would fit.
   */
  page(after: number, upTo: number, limit: number): unknown[][] {
    const [fitting] = this.#fitting.get([after, upTo, Math.min(limit, this.#looksAt), PAGE_BYTES]) as [number];
    this.#looksAt = Math.max(LEAST_LOOKED_AT, 2 * fitting);
    return this.#page.all([after, upTo, Math.max(1, fitting)]) as unknown[][];
  }

  /** Batches whose checksum is wrong are kept in a table of their own, as they are. */
  setAside(positions: readonly number[]): void {
    this.#transaction(() => {
      const copy = this.#db.prepare(
        'INSERT INTO damaged_batch SELECT position, station, epoch, first_seq, last_seq, payload, crc FROM batch WHERE position=?',
      );
      const unwait = this.#db.prepare('DELETE FROM waiting WHERE position=?');
      for (const position of positions) {
        copy.run([position]);
        this.#remove.run([position]);
        unwait.run([position]);
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

  #put(b: PendingBatch, position: number, atS: number, added: { count: number; bytes: number }): void {
    const { station, epoch, firstSeq, lastSeq, payload } = b;
    const crc = batchChecksum(b, position, payload);
    const { changes } = this.#insert.run([position, station, epoch, firstSeq, lastSeq, payload, crc, atS]);
    if (changes === 0) return;
    const bytes = bytesInFile(payload.length);
    this.#wait.run([position, bytes, twinOf(position, bytes)]);
    added.count++;
    added.bytes += bytes;
  }

  #transaction<T>(work: () => T): T {
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.#db.exec('COMMIT');
      return result;
    } catch (error) {
      this.#kept?.rolledBack();
      try {
        this.#db.exec('ROLLBACK');
      } catch {
        // SQLite has rolled back by itself (disk full, I/O error).
      }
      throw error;
    }
  }

  #number(sql: string): number {
    return Number((this.#db.prepare(sql).raw(true).get() as [unknown] | undefined)?.[0] ?? 0);
  }
}
