import { describe } from 'vitest';
import { silentLogger } from '../../src/logger.ts';
import { createInfluxStore } from '../../src/store/influx.ts';
import { nsFromRfc3339 } from '../../src/store/influx-answers.ts';
import type { StoredEvent } from '../../src/store/port.ts';
import { startInfluxd } from '../support/services.ts';
import { available } from '../support/what-was-not-tested.ts';
import { type StoreUnderTest, storeContract } from './store.ts';
import { influxQuery } from './store-influx-query.ts';

const LOGIN = { username: 'hai-writer', password: 'correct, "horse" battery' };

async function influx(auth: 'auth off' | 'auth on'): Promise<StoreUnderTest> {
  const server = await startInfluxd({ auth: auth === 'auth on' });
  const login = auth === 'auth on' ? LOGIN : {};
  if (auth === 'auth on') {
    // The first user of an InfluxDB with authentication is made without any.
    const password = LOGIN.password.replaceAll('"', '\\"');
    await influxQuery(
      server.url,
      '',
      `CREATE USER "${LOGIN.username}" WITH PASSWORD '${password}' WITH ALL PRIVILEGES`,
      {},
    );
  }
  return {
    store: createInfluxStore({ url: server.url, database: 'hai', ...login, logger: silentLogger }),
    storedEvents: async (station) => {
      const { columns, rows } = await influxQuery(
        server.url,
        'hai',
        `SELECT epoch, seq, tick, line, source, state, data FROM event WHERE station = '${station}'`,
        login,
      );
      const at = (row: unknown[], name: string) => row[columns.indexOf(name)];
      return rows.map(
        (row): StoredEvent => ({
          station,
          epoch: Number(at(row, 'epoch')),
          seq: Number(at(row, 'seq')),
          timeNs: nsFromRfc3339(at(row, 'time')) ?? 0n,
          deviceTickMs: Number(at(row, 'tick')),
          lineSeq: Number(at(row, 'line')),
          source: String(at(row, 'source')),
          state: String(at(row, 'state')),
          data: String(at(row, 'data')),
        }),
      );
    },
    cleanup: () => server.stop(),
  };
}

describe.skipIf(!available('the store contract on InfluxDB 1.x', 'influxd'))('InfluxDB 1.x', () => {
  storeContract('influx, authentication off', () => influx('auth off'));
  storeContract('influx, authentication on', () => influx('auth on'));
});
