/**
 * The embedded store: one SQLite file (WAL, synchronous=FULL), the default where no database server is wanted. SQLite
 * works in a thread of its own, so a slow disk or a long query holds up nothing else.
 */
import { type Calls, startWorker, WorkerGone } from '../worker/calls.ts';
import { assertAcceptable } from './accept.ts';
import { type ProvableStore, RejectedByStore, type StoreTrouble, StoreUnavailable } from './port.ts';
import { pack } from './sqlite-rows.ts';
import type { SqliteCalls } from './sqlite-worker.ts';

export interface SqliteStoreOptions {
  /** The file; its folder is created if missing. */
  readonly path: string;
}

export function createSqliteStore({ path }: SqliteStoreOptions): ProvableStore {
  let thread: Calls<SqliteCalls> | null = null;
  /** Of the thread that is there now. */
  let opening: Promise<void> | null = null;
  let state: 'closed' | 'open' = 'closed';

  /** The classes of errors do not survive the way between threads, their names do. */
  const explained = (error: unknown): unknown => {
    if (!(error instanceof Error)) return error;
    if (error.name === 'RejectedByStore') return new RejectedByStore(error.message);
    if (error.name === 'StoreUnavailable') {
      return new StoreUnavailable(error.message, {
        trouble: 'code' in error ? (error.code as StoreTrouble) : 'failing',
      });
    }
    if (!(error instanceof WorkerGone)) return error;
    return new StoreUnavailable(`store file ${path}: ${error.message}; it is started again`, { cause: error });
  };

  const start = async (): Promise<void> => {
    const own = startWorker<SqliteCalls>(import.meta.url, 'sqlite-worker', path);
    thread = own;
    try {
      await own.call('open', []);
    } catch (error) {
      await own.end();
      throw explained(error);
    }
  };

  /** The open file; a thread that has ended is replaced. */
  const need = async (): Promise<Calls<SqliteCalls>> => {
    if (state === 'closed') throw new StoreUnavailable(`store file ${path}: not open`);
    if (!thread?.alive) opening = start();
    await opening;
    if (thread === null) throw new StoreUnavailable(`store file ${path}: not open`);
    return thread;
  };

  const ask = async <T>(run: (calls: Calls<SqliteCalls>) => Promise<T>): Promise<T> => {
    const calls = await need();
    try {
      return await run(calls);
    } catch (error) {
      throw explained(error);
    }
  };

  return {
    description: `sqlite ${path}`,

    open: async () => {
      if (state === 'closed' || !thread?.alive) opening = start();
      state = 'open';
      try {
        await opening;
      } catch (error) {
        state = 'closed';
        throw error;
      }
    },

    write: async (batch) => {
      await need();
      assertAcceptable(batch);
      const packed = pack(batch);
      await ask((calls) => calls.call('write', [packed], [packed.numbers.buffer, packed.timesNs.buffer]));
    },

    query: (range) => ask((calls) => calls.call('query', [range])),
    count: (station) => ask((calls) => calls.call('count', [station])),
    read: (...which) => ask((calls) => calls.call('read', which)),
    epochsBetween: (...span) => ask((calls) => calls.call('epochsBetween', span)),
    readingsBetween: (span) => ask((calls) => calls.call('readingsBetween', [span])),
    eventsBetween: (span) => ask((calls) => calls.call('eventsBetween', [span])),
    elsewhere: (query) => ask((calls) => calls.call('elsewhere', [query])),
    stations: () => ask((calls) => calls.call('stations', [])),
    ping: () => ask((calls) => calls.call('ping', [])),

    close: async () => {
      const own = thread;
      state = 'closed';
      thread = null;
      if (own === null) return;
      try {
        if (own.alive) await own.call('close', []);
      } catch (error) {
        throw explained(error);
      } finally {
        await own.end();
      }
    },
  };
}
