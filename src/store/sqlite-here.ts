/**
 * The embedded store in the thread that calls it (in the daemon: `sqlite-worker.ts`). Every call blocks that thread, so
 * writes go in transactions of at most `CHUNK_ROWS` rows (about 10 ms) and reads in slices: a long query and a write do
 * not wait for each other's end.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { assertAcceptable, isName } from './accept.ts';
import { bucketGrid } from './buckets.ts';
import { type ProvableStore, StoreUnavailable } from './port.ts';
import { assertWritable, explainSqlite, openSqliteFile, type SqliteFile } from './sqlite-file.ts';
import { elsewhere, epochsBetween, eventsBetween, readingsBetween } from './sqlite-proof.ts';
import { countRows, queryBuckets, readRows } from './sqlite-reader.ts';
import { type SqliteWriter, sqliteWriter } from './sqlite-writer.ts';

const CHUNK_ROWS = 2000;

export function sqliteStoreHere(path: string): ProvableStore {
  let opened: { db: SqliteFile; writer: SqliteWriter } | undefined;
  let state: 'closed' | 'open' = 'closed';

  const openFile = () => {
    const db = openSqliteFile(path);
    opened = { db, writer: sqliteWriter(db) };
    return opened;
  };
  const need = () => {
    if (state === 'closed') throw new StoreUnavailable(`store file ${path}: not open`);
    return opened ?? openFile();
  };
  /** A file that was opened read-only stays so, whatever its rights have become: it is opened again when next needed. */
  const letGo = () => {
    opened?.db.close();
    opened = undefined;
  };
  const plain = async <T>(work: () => T | Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      const explained = explainSqlite(error, path);
      if (explained instanceof StoreUnavailable && explained.code === 'read-only') letGo();
      throw explained;
    }
  };
  /** One uninterrupted piece of work, after letting everything else have its turn. */
  const slice = async <T>(step: () => T): Promise<T> => {
    await nextTurn();
    need();
    return step();
  };

  return {
    description: `sqlite ${path}`,

    open: async () => {
      if (state === 'open') return;
      openFile();
      state = 'open';
    },

    write: (batch) =>
      plain(async () => {
        need();
        assertAcceptable(batch);
        const { site, rows, events } = batch;
        for (let from = 0; from < rows.length; from += CHUNK_ROWS) {
          if (from > 0) await nextTurn();
          need().writer.writeRows(site, rows, from, Math.min(rows.length, from + CHUNK_ROWS));
        }
        for (let from = 0; from < events.length; from += CHUNK_ROWS) {
          if (from > 0 || rows.length > 0) await nextTurn();
          need().writer.writeEvents(site, events, from, Math.min(events.length, from + CHUNK_ROWS));
        }
      }),

    query: (range) => plain(() => queryBuckets(need().db, range.station, bucketGrid(range), slice)),
    count: (station) => plain(() => countRows(need().db, station, slice)),
    read: (station, epoch, fromSeq, toSeq, limit) =>
      plain(() => readRows(need().db, { station, epoch, fromSeq, toSeq, limit }, slice)),

    epochsBetween: (station, fromNs, toNs) => plain(() => epochsBetween(need().db, station, fromNs, toNs, slice)),
    readingsBetween: (span) => plain(() => readingsBetween(need().db, span, slice)),
    eventsBetween: (span) => plain(() => eventsBetween(need().db, span, slice)),
    elsewhere: (query) => plain(() => elsewhere(need().db, query, slice)),

    stations: () =>
      plain(() => {
        // As bytes: at a text that is not UTF-8 (a damaged file) the driver ends the process.
        const names = need().db.prepare('SELECT CAST(name AS BLOB) FROM station ORDER BY name').raw(true).all().flat();
        return names.map((name) => Buffer.from(name as ArrayBuffer).toString('utf8')).filter(isName);
      }),

    ping: () =>
      plain(() => {
        need().db.prepare('SELECT count(*) FROM station').get();
        assertWritable(path);
      }),

    close: async () => {
      const db = opened?.db;
      opened = undefined;
      state = 'closed';
      if (!db) return;
      try {
        // Leaves one plain file to copy; harmless if another process still reads.
        db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      } finally {
        db.close();
      }
    },
  };
}
