/** A look into a journal's file beside whoever works with it; nothing in it is changed. */
import { existsSync } from 'node:fs';
import Database from 'libsql';
import { LAYOUT_VERSION } from './layout.ts';

export interface JournalContent {
  readonly waiting: number;
  readonly waitingBytes: number;
  readonly usedBytes: number;
  /** UTC seconds; `null` when nothing waits. */
  readonly oldestWaitingS: number | null;
  readonly newestS: number | null;
  /** Of what was written lately; `null` when that was too little to tell. */
  readonly bytesPerS: number | null;
}

/** Batches from whose times the rate is told. */
const LATEST = 2000;
const SHORTEST_S = 10;

/** `null`: there is no such file. Throws SQLite's error, or a plain one for a file of another version. */
export function inspectJournal(path: string): JournalContent | null {
  if (!existsSync(path)) return null;
  const db = new Database(path, { timeout: 1000 });
  const row = (sql: string) => db.prepare(sql).raw(true).get() as (number | null)[];
  try {
    db.exec('PRAGMA query_only = 1');
    const [version = 0] = row('PRAGMA user_version');
    if (version !== LAYOUT_VERSION) throw new Error(`layout ${version}, this program knows ${LAYOUT_VERSION}`);
    const [waiting, waitingBytes] = row('SELECT count(*), ifnull(sum(bytes), 0) FROM waiting');
    const [pages] = row('PRAGMA page_count');
    const [free] = row('PRAGMA freelist_count');
    const [oldestWaitingS] = row(
      'SELECT (SELECT CAST(at AS INTEGER) FROM batch WHERE position = (SELECT min(position) FROM waiting))',
    );
    const [bytes, fromS, newestS] = row(
      `SELECT sum(octet_length(payload)), min(at), max(at) FROM (SELECT payload, CAST(at AS INTEGER) AS at FROM batch ORDER BY position DESC LIMIT ${LATEST})`,
    );
    const seconds = (newestS ?? 0) - (fromS ?? 0);
    return {
      waiting: waiting ?? 0,
      waitingBytes: waitingBytes ?? 0,
      usedBytes: ((pages ?? 0) - (free ?? 0)) * 4096,
      oldestWaitingS: oldestWaitingS ?? null,
      newestS: newestS ?? null,
      bytesPerS: seconds >= SHORTEST_S ? (bytes ?? 0) / seconds : null,
    };
  } finally {
    db.close();
  }
}
