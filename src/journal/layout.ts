/** The journal's tables, and how files of earlier versions become ones of this. */
import type Database from 'libsql';
import { batchChecksum, markChecksum } from './checksum.ts';
import { bytesInFile } from './limits.ts';
import type { JournaledBatch } from './port.ts';
import type { StationMark } from './station-log.ts';

type Db = InstanceType<typeof Database>;

export const LAYOUT_VERSION = 3;

/**
 * `batch` holds what was journaled, `at` is the UTC second of that; `waiting` says which of them no recorder has
 * acknowledged. `twin` repeats `position` and `bytes`, so that a changed bit in this small table is noticed.
 */
const TABLES = `
CREATE TABLE IF NOT EXISTS station (
  name TEXT PRIMARY KEY, epoch INTEGER NOT NULL, time_ms INTEGER NOT NULL, time_ns INTEGER NOT NULL, crc INTEGER
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS batch (
  position INTEGER PRIMARY KEY, station TEXT NOT NULL, epoch INTEGER NOT NULL,
  first_seq INTEGER NOT NULL, last_seq INTEGER NOT NULL, payload TEXT NOT NULL, crc INTEGER, at INTEGER,
  UNIQUE (station, epoch, first_seq)
);
CREATE TABLE IF NOT EXISTS waiting (position INTEGER PRIMARY KEY, bytes INTEGER NOT NULL, twin INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS damaged_batch (position, station, epoch, first_seq, last_seq, payload, crc);`;

export const twinOf = (position: number, bytes: number): number => -(position * 3 + bytes);
export const TWIN_IS_WRONG = 'twin IS NOT -(position * 3 + bytes)';

/** Within a transaction. `version` is 0 for an empty file. */
export function layOut(db: Db, version: number, nowS: number): void {
  if (version === 1) {
    db.exec('ALTER TABLE station ADD COLUMN crc INTEGER; ALTER TABLE batch ADD COLUMN crc INTEGER');
  }
  if (version === 1 || version === 2) db.exec('ALTER TABLE batch ADD COLUMN at INTEGER');
  db.exec(TABLES);
  if (version === 1) addChecksums(db);
  if (version === 1 || version === 2) {
    db.exec(`UPDATE batch SET at = ${nowS}`);
    allWait(db);
  }
  db.exec(`PRAGMA user_version = ${LAYOUT_VERSION}`);
}

/** Every batch in the file waits for a recorder (again). Within a transaction. */
export function allWait(db: Db): void {
  db.exec('DELETE FROM waiting');
  const page = db.prepare(
    'SELECT position, length(CAST(payload AS BLOB)) FROM batch WHERE position > ? ORDER BY position LIMIT 1000',
  );
  const put = db.prepare('INSERT INTO waiting VALUES (?,?,?)');
  for (let after = 0; ; ) {
    const rows = page.raw(true).all([after]) as [number, number][];
    for (const [position, length] of rows) {
      const bytes = bytesInFile(length);
      put.run([position, bytes, twinOf(position, bytes)]);
      after = position;
    }
    if (rows.length < 1000) return;
  }
}

function addChecksums(db: Db): void {
  const all = db.prepare('SELECT name, epoch, time_ms AS timeMs, time_ns AS timeNs FROM station').all();
  const setMark = db.prepare('UPDATE station SET crc=? WHERE name=?');
  for (const m of all as (StationMark & { name: string })[]) setMark.run([markChecksum(m.name, m), m.name]);
  const one = db.prepare(
    'SELECT position, station, epoch, first_seq AS firstSeq, last_seq AS lastSeq, payload FROM batch WHERE position>? ORDER BY position LIMIT 1',
  );
  const setBatch = db.prepare('UPDATE batch SET crc=? WHERE position=?');
  for (let b = one.get([-1]) as JournaledBatch | undefined; b; b = one.get([b.position]) as typeof b) {
    setBatch.run([batchChecksum(b, b.position, b.payload), b.position]);
  }
}
