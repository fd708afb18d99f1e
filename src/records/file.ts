/** The file of the records: its tables, and how it is opened. Any SQLite tool can read it. */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'libsql';
import { RecordsUnavailable } from './port.ts';

export type RecordsDb = Database.Database;

const LAYOUT_VERSION = 1;
const BUSY_MS = 250;

/** `refill.n` orders refills by their begin; JSON columns hold what `model.ts` describes. */
const LAYOUT = `
CREATE TABLE alarm_state (one INTEGER PRIMARY KEY CHECK (one = 1), json TEXT NOT NULL);
CREATE TABLE alarm_log (
  id INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, event TEXT NOT NULL, source TEXT, condition TEXT, priority TEXT,
  by TEXT, detail TEXT
);
CREATE INDEX alarm_log_source ON alarm_log (source, id);
CREATE TABLE pump (id TEXT PRIMARY KEY, json TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE refill (
  n INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, station TEXT NOT NULL, pump TEXT NOT NULL,
  began_ms INTEGER NOT NULL, outcome TEXT NOT NULL, open INTEGER NOT NULL, published INTEGER NOT NULL,
  summary TEXT NOT NULL, record TEXT
);
CREATE INDEX refill_pump ON refill (pump, n);
CREATE INDEX refill_station ON refill (station, n);
CREATE INDEX refill_unfinished ON refill (n) WHERE open = 1 OR published = 0;
CREATE TABLE refill_input (
  refill TEXT NOT NULL, n INTEGER NOT NULL, json TEXT NOT NULL, PRIMARY KEY (refill, n)
) WITHOUT ROWID;
CREATE TABLE refill_inputs_packed (refill TEXT PRIMARY KEY, gzip BLOB NOT NULL);
CREATE TABLE audit (
  id TEXT PRIMARY KEY, at_ms INTEGER NOT NULL, by TEXT NOT NULL, login TEXT, what TEXT NOT NULL, subject TEXT NOT NULL,
  detail TEXT NOT NULL
) WITHOUT ROWID;
PRAGMA user_version = ${LAYOUT_VERSION};
`;

const REMEDIES: readonly (readonly [prefix: string, remedy: string])[] = [
  ['SQLITE_FULL', 'the disk is full: free some space, writing goes on by itself'],
  ['SQLITE_BUSY', 'another program is writing it: stop that program'],
  ['SQLITE_READONLY', 'it may not be written: check the owner and rights of the file and its folder'],
  ['SQLITE_PERM', 'access is denied: check the owner and rights of the file and its folder'],
  ['SQLITE_CANTOPEN', 'it cannot be opened: check that the path is a file and that its folder may be written'],
  ['SQLITE_IOERR', 'the disk reports an error: check the disk'],
];

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : '');

export function isDamaged(error: unknown): boolean {
  return /SQLITE_(CORRUPT|NOTADB)/.test(codeOf(error)) || /malformed|not a database/i.test(String(error));
}

/** Only a mistake of ours: the same write would fail for ever. */
export function isRejected(error: unknown): boolean {
  return /^SQLITE_(CONSTRAINT|MISMATCH|TOOBIG|RANGE|ERROR)/.test(codeOf(error));
}

export function explained(error: unknown, path: string): RecordsUnavailable {
  if (error instanceof RecordsUnavailable) return error;
  const detail = error instanceof Error ? error.message : String(error);
  const remedy = REMEDIES.find(([prefix]) => codeOf(error).startsWith(prefix))?.[1];
  return new RecordsUnavailable(`records file ${path}: ${remedy ?? detail}`, { cause: error });
}

/** Creates folder, file and tables as needed. Throws SQLite's error, or `RecordsUnavailable` for a file that is not ours. */
export function openRecordsFile(path: string): RecordsDb {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const db = new Database(path, { timeout: BUSY_MS });
  try {
    const [version] = db.prepare('PRAGMA user_version').raw(true).get() as [number];
    if (version > LAYOUT_VERSION) {
      throw new RecordsUnavailable(
        `records file ${path}: a newer hai-bridge wrote it (layout ${version}, this one knows ${LAYOUT_VERSION}): update hai-bridge`,
      );
    }
    db.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA journal_size_limit=16777216');
    const [tables] = db.prepare('SELECT count(*) FROM sqlite_schema').raw(true).get() as [number];
    if (version === 0 && tables > 0) {
      throw new RecordsUnavailable(`records file ${path}: another program's database: move it away`);
    }
    if (version === 0) db.exec(`BEGIN IMMEDIATE;${LAYOUT}COMMIT;`);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** All or nothing. */
export function transaction<T>(db: RecordsDb, work: () => T): T {
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    if (db.inTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

/** Text is read as bytes: at one that is not UTF-8 (a damaged file) the driver ends the process. */
export function text(cell: unknown): string {
  return Buffer.from(cell as ArrayBuffer).toString('utf8');
}

export function textOrNull(cell: unknown): string | null {
  return cell === null || cell === undefined ? null : text(cell);
}
