import { join } from 'node:path';
import Database from 'libsql';
import type { StoredEvent } from '../../src/store/port.ts';
import { createSqliteStore } from '../../src/store/sqlite.ts';
import { temporaryFolder } from '../support/services.ts';
import { storeContract } from './store.ts';

storeContract('sqlite', async () => {
  const folder = temporaryFolder();
  const path = join(folder.path, 'sub', 'folder', 'store.db');
  return {
    store: createSqliteStore({ path }),
    storedEvents: async (station) => {
      const db = new Database(path);
      const found = db
        .prepare(
          'SELECT epoch, seq, time_ns, tick, line, source, state, data FROM event WHERE station = ? ORDER BY seq',
        )
        .raw(true)
        .safeIntegers(true)
        .all(station) as [bigint, bigint, bigint, bigint, bigint, string, string, string][];
      db.close();
      return found.map(
        ([epoch, seq, timeNs, tick, line, source, state, data]): StoredEvent => ({
          station,
          epoch: Number(epoch),
          seq: Number(seq),
          timeNs,
          deviceTickMs: Number(tick),
          lineSeq: Number(line),
          source,
          state,
          data,
        }),
      );
    },
    cleanup: async () => folder.remove(),
  };
});
