/**
 * Batches that the store has had once are made to wait again, so that they are sent again: a store that was lost or
 * restored from an old copy is filled up. Done in the file, beside a running bridge, which notices within seconds, or
 * without one. A store that has them already takes them without change.
 */
import { existsSync } from 'node:fs';
import Database from 'libsql';
import { LAYOUT_VERSION, twinOf } from './layout.ts';
import { bytesInFile } from './limits.ts';

export interface ResendRequest {
  /** `null`: all. */
  readonly station: string | null;
  /** Of what was journaled at this time, UTC seconds, inclusive; `null`: no bound. */
  readonly fromS: number | null;
  readonly toS: number | null;
  /** Most bytes that may wait afterwards: new readings need room too. */
  readonly mostBytes: number;
}

export interface ResendResult {
  readonly batches: number;
  readonly bytes: number;
  /** There are more that had no room. */
  readonly more: boolean;
  /** UTC seconds of the oldest batch in the journal; `null`: it is empty. */
  readonly oldestS: number | null;
}

/** A bridge at work waits this long for its turn without noticing. */
const AT_ONCE = 300;
const BUSY_MS = 5000;

/** Throws SQLite's error, or a plain one when there is no journal of this version. */
export function resend(path: string, { station, fromS, toS, mostBytes }: ResendRequest): ResendResult {
  if (!existsSync(path)) throw new Error(`${path} does not exist`);
  const db = new Database(path, { timeout: BUSY_MS });
  const number = (sql: string) => (db.prepare(sql).raw(true).get() as [number | null] | undefined)?.[0] ?? null;
  try {
    if (number('PRAGMA user_version') !== LAYOUT_VERSION) throw new Error(`${path} is of another version`);
    db.exec('PRAGMA synchronous=FULL');
    const find = db
      .prepare(
        `SELECT position, octet_length(payload) FROM batch
         WHERE position > ? AND position NOT IN (SELECT position FROM waiting)
           AND (?2 IS NULL OR station = ?2) AND (?3 IS NULL OR at >= ?3) AND (?4 IS NULL OR at <= ?4)
         ORDER BY position LIMIT ${AT_ONCE}`,
      )
      .raw(true);
    const put = db.prepare('INSERT INTO waiting VALUES (?,?,?)');
    const result = {
      batches: 0,
      bytes: 0,
      more: false,
      oldestS: number('SELECT CAST(at AS INTEGER) FROM batch ORDER BY position LIMIT 1'),
    };
    for (let after = 0; ; ) {
      db.exec('BEGIN IMMEDIATE');
      const waits = number('SELECT ifnull(sum(bytes), 0) FROM waiting') ?? 0;
      const found = find.all([after, station, fromS, toS]) as [number, number][];
      let room = mostBytes - waits;
      for (const [position, length] of found) {
        const bytes = bytesInFile(length);
        room -= bytes;
        if (room < 0) {
          result.more = true;
          break;
        }
        put.run([position, bytes, twinOf(position, bytes)]);
        result.batches++;
        result.bytes += bytes;
        after = position;
      }
      db.exec('COMMIT');
      if (result.more || found.length < AT_ONCE) return result;
    }
  } catch (error) {
    if (db.inTransaction) db.exec('ROLLBACK');
    throw error;
  } finally {
    db.close();
  }
}
