/** The file of the embedded store: its tables, how it is opened, and what its errors mean in plain words. */
import { accessSync, constants, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'libsql';
import { CHANNEL_NAMES } from '../../protocols/reading.ts';
import { RejectedByStore, type StoreTrouble, StoreUnavailable } from './port.ts';

export type SqliteFile = Database.Database;

const LAYOUT_VERSION = 1;
/** How long SQLite may block us while another process writes the same file. */
const BUSY_MS = 100;

const CHANNEL_COLUMNS = CHANNEL_NAMES.map((name) => `"${name}" REAL`);

/**
 * `telemetry` is clustered by time, so that a range is read from one place of the file; the unique key makes a second
 * write of the same reading change nothing. Any SQLite tool can read it.
 */
const LAYOUT = `
CREATE TABLE station (name TEXT PRIMARY KEY, site TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE telemetry (
  station TEXT NOT NULL, epoch INTEGER NOT NULL, seq INTEGER NOT NULL, time_ns INTEGER NOT NULL,
  tick INTEGER NOT NULL, line INTEGER NOT NULL, flags INTEGER NOT NULL, ${CHANNEL_COLUMNS.join(', ')},
  PRIMARY KEY (station, time_ns), UNIQUE (station, epoch, seq)
) WITHOUT ROWID;
CREATE TABLE event (
  station TEXT NOT NULL, epoch INTEGER NOT NULL, seq INTEGER NOT NULL, time_ns INTEGER NOT NULL,
  tick INTEGER NOT NULL, line INTEGER NOT NULL, source TEXT NOT NULL, state TEXT NOT NULL, data TEXT NOT NULL,
  PRIMARY KEY (station, time_ns), UNIQUE (station, epoch, seq)
) WITHOUT ROWID;
PRAGMA user_version = ${LAYOUT_VERSION};
`;

const REMEDIES: Readonly<Record<string, string>> = {
  SQLITE_NOTADB: 'it is damaged or not a database: move it away (and its -wal file) and start again, or restore a copy',
  SQLITE_CORRUPT: 'it is damaged: move it away (and its -wal file) and start again, or restore a copy',
  SQLITE_FULL: 'the disk is full: free some space, writing goes on by itself',
  SQLITE_BUSY: 'another program is writing it: stop that program, or give this daemon its own file (store.path)',
  SQLITE_READONLY: 'it may not be written: check the owner and rights of the file and its folder',
  SQLITE_PERM: 'access is denied: check the owner and rights of the file and its folder',
  SQLITE_CANTOPEN: 'it cannot be opened: check that the path is a file and that its folder may be written',
  SQLITE_IOERR: 'the disk reports an error: check the disk',
};

const TROUBLES: readonly (readonly [code: string, trouble: StoreTrouble])[] = [
  ['SQLITE_FULL', 'full'],
  ['SQLITE_READONLY', 'read-only'],
  ['SQLITE_PERM', 'read-only'],
  ['SQLITE_CANTOPEN', 'refused'],
];

function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (typeof code === 'string' && code !== '') return code;
  // Opening fails with the bare SQLite result code in the text: 14 is SQLITE_CANTOPEN.
  return error instanceof Error && /: 14"?\)/.test(error.message) ? 'SQLITE_CANTOPEN' : '';
}

/** The same error in the terms of the port; ours pass through. */
export function explainSqlite(error: unknown, path: string): Error {
  if (error instanceof RejectedByStore || error instanceof StoreUnavailable) return error;
  const code = codeOf(error);
  const detail = error instanceof Error ? error.message : String(error);
  if (/^SQLITE_(CONSTRAINT|MISMATCH|TOOBIG|RANGE)/.test(code)) {
    return new RejectedByStore(`store file ${path}: ${detail}`, { cause: error });
  }
  const remedy = Object.entries(REMEDIES).find(([prefix]) => code.startsWith(prefix))?.[1];
  const trouble = TROUBLES.find(([prefix]) => code.startsWith(prefix))?.[1] ?? 'failing';
  return new StoreUnavailable(`store file ${path}: ${remedy ?? detail}`, { cause: error, trouble });
}

/** Asks the file system, so that nothing is written. Throws `StoreUnavailable`. */
export function assertWritable(path: string): void {
  for (const place of [path, dirname(path)]) {
    try {
      accessSync(place, constants.W_OK);
    } catch {
      throw new StoreUnavailable(`store file ${path}: ${REMEDIES.SQLITE_READONLY}`, { trouble: 'read-only' });
    }
  }
}

function singleNumber(db: SqliteFile, sql: string): number {
  const row = db.prepare(sql).raw(true).get();
  return Array.isArray(row) ? Number(row[0]) : 0;
}

/** Layout version of the file, 0 for a new one. Only reads: a file that is not ours stays as it was. */
function layoutOf(db: SqliteFile, path: string): number {
  const version = singleNumber(db, 'PRAGMA user_version');
  if (version > LAYOUT_VERSION) {
    throw new StoreUnavailable(
      `store file ${path}: a newer hai-bridge wrote it (layout ${version}, this one knows ${LAYOUT_VERSION}): update hai-bridge, or name another file in store.path`,
    );
  }
  if (version === 0 && singleNumber(db, 'SELECT count(*) FROM sqlite_schema') > 0) {
    throw new StoreUnavailable(`store file ${path}: another program's database: name another file in store.path`);
  }
  return version;
}

function addMissingChannels(db: SqliteFile): void {
  const columns = db.prepare('SELECT name FROM pragma_table_info(?)').raw(true).all('telemetry').flat();
  for (const [i, name] of CHANNEL_NAMES.entries()) {
    if (!columns.includes(name)) db.exec(`ALTER TABLE telemetry ADD COLUMN ${CHANNEL_COLUMNS[i]}`);
  }
}

/** Creates folder, file and tables as needed. Throws `StoreUnavailable` naming the file and the remedy. */
export function openSqliteFile(path: string): SqliteFile {
  let db: SqliteFile | undefined;
  try {
    mkdirSync(dirname(path), { recursive: true });
    db = new Database(path, { timeout: BUSY_MS });
    const layout = layoutOf(db, path);
    db.exec('PRAGMA journal_mode = WAL');
    db.exec('PRAGMA synchronous = FULL');
    if (layout === 0) db.exec(`BEGIN IMMEDIATE;${LAYOUT}COMMIT;`);
    else addMissingChannels(db);
    return db;
  } catch (error) {
    db?.close();
    throw explainSqlite(error, path);
  }
}
