/** The journal's SQLite file: WAL with `synchronous=FULL`, so what is committed survives a power cut. */
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'libsql';
import type { Clock } from '../clock.ts';
import type { Logger } from '../logger.ts';
import type { BatchId } from '../mqtt/topics.ts';
import type { JournaledBatch } from './port.ts';
import type { PendingBatch, StationMark } from './station-log.ts';

const SCHEMA = `
CREATE TABLE IF NOT EXISTS station (
  name TEXT PRIMARY KEY, epoch INTEGER NOT NULL, time_ms INTEGER NOT NULL, time_ns INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS batch (
  position INTEGER PRIMARY KEY, station TEXT NOT NULL, epoch INTEGER NOT NULL,
  first_seq INTEGER NOT NULL, last_seq INTEGER NOT NULL, payload TEXT NOT NULL,
  UNIQUE (station, epoch, first_seq)
);
PRAGMA user_version = 1;`;

export interface Retirement extends BatchId {
  readonly station: string;
}

interface BatchRow {
  position: number;
  station: string;
  epoch: number;
  first_seq: number;
  last_seq: number;
  payload: string;
}

/** The file is not a journal any more: nothing more can be written to it or read from it. */
export function isDamage(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /SQLITE_(CORRUPT|NOTADB)/.test(code) || /malformed|not a database/i.test(String(error));
}

/** Opens the journal; a damaged one is put aside under a name that says so, and a fresh one is started. */
export function openJournalFile(path: string, clock: Clock, logger: Logger): JournalFile {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  try {
    return new JournalFile(path);
  } catch (error) {
    if (!isDamage(error)) throw error;
    putAside(path, clock, logger, error);
    return new JournalFile(path);
  }
}

export function putAside(path: string, clock: Clock, logger: Logger, error: unknown): void {
  const stamp = new Date(clock.utcMs()).toISOString().replaceAll(':', '');
  const kept = `${path}.damaged-${stamp}`;
  // The write-ahead log belongs to the damaged file: next to a fresh one it would be replayed into it.
  for (const part of ['', '-wal', '-shm'])
    if (existsSync(`${path}${part}`)) renameSync(`${path}${part}`, `${kept}${part}`);
  logger.error(
    { path, kept, problem: String(error) },
    'the journal file is damaged: it is kept under another name and a fresh one is started; batches in it that no recorder had are not sent again. Keep the file, and check the disk',
  );
}

export class JournalFile {
  readonly #db: InstanceType<typeof Database>;
  readonly #insert;
  readonly #upsertMark;
  readonly #delete;
  readonly #page;

  constructor(path: string) {
    this.#db = new Database(path, { timeout: 250 });
    try {
      this.#db.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA journal_size_limit=67108864');
      const [check] = this.#db.prepare('PRAGMA quick_check(1)').all() as [{ quick_check: string }];
      if (check.quick_check !== 'ok') throw new Error(`malformed: ${check.quick_check}`);
      this.#db.exec(SCHEMA);
      // The same batch again (a commit that failed late, yet stood): its content is the same, so the first one stays.
      this.#insert = this.#db.prepare(
        'INSERT INTO batch VALUES (?,?,?,?,?,?) ON CONFLICT (station, epoch, first_seq) DO NOTHING',
      );
      this.#upsertMark = this.#db.prepare('INSERT OR REPLACE INTO station VALUES (?,?,?,?)');
      this.#delete = this.#db.prepare('DELETE FROM batch WHERE station=? AND epoch=? AND first_seq=? AND last_seq=?');
      this.#page = this.#db.prepare('SELECT * FROM batch WHERE position>? AND position<=? ORDER BY position LIMIT ?');
    } catch (error) {
      this.#db.close();
      throw error;
    }
  }

  marks(): Map<string, StationMark> {
    const rows = this.#db.prepare('SELECT name, epoch, time_ms AS timeMs, time_ns AS timeNs FROM station').all();
    return new Map((rows as (StationMark & { name: string })[]).map((row) => [row.name, row]));
  }

  extent(): { count: number; lastPosition: number } {
    const [row] = this.#db.prepare('SELECT count(*) AS n, ifnull(max(position), 0) AS last FROM batch').all();
    const { n, last } = row as { n: number; last: number };
    return { count: n, lastPosition: last };
  }

  /** All or nothing; throws SQLite's error. Returns how many of the retired batches were there. */
  commit(
    batches: readonly PendingBatch[],
    firstPosition: number,
    marks: ReadonlyMap<string, StationMark>,
    retired: readonly Retirement[],
  ): number {
    let gone = 0;
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      for (let i = 0; i < batches.length; i++) {
        const b = batches[i] as PendingBatch;
        this.#insert.run([firstPosition + i, b.station, b.epoch, b.firstSeq, b.lastSeq, b.payload]);
      }
      for (const [name, mark] of marks) this.#upsertMark.run([name, mark.epoch, mark.timeMs, mark.timeNs]);
      for (const r of retired) gone += this.#delete.run([r.station, r.epoch, r.firstSeq, r.lastSeq]).changes;
      this.#db.exec('COMMIT');
      return gone;
    } catch (error) {
      try {
        this.#db.exec('ROLLBACK');
      } catch {
        // SQLite has rolled back by itself (disk full, I/O error).
      }
      throw error;
    }
  }

  page(after: number, upTo: number, limit: number): JournaledBatch[] {
    const rows = this.#page.all([after, upTo, limit]) as BatchRow[];
    return rows.map((r) => ({
      position: r.position,
      station: r.station,
      epoch: r.epoch,
      firstSeq: r.first_seq,
      lastSeq: r.last_seq,
      payload: r.payload,
    }));
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
}
