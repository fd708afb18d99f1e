/** A store that may be read and not written: said as such, and taken again as soon as the rights are back. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../../../src/logger.ts';
import { createInfluxStore } from '../../../src/store/influx.ts';
import { StoreUnavailable } from '../../../src/store/port.ts';
import { batch, row } from '../../contract/store.ts';
import { influxQuery } from '../../contract/store-influx-query.ts';
import { startInfluxd, temporaryFolder } from '../../support/services.ts';
import { available } from '../../support/what-was-not-tested.ts';

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});
const NOBODY = 65_534;

describe('a SQLite file without write permission', () => {
  it('is read-only for pings and writes, and written again when the rights are back, without a restart', async () => {
    const folder = temporaryFolder();
    undo.push(() => folder.remove());
    chmodSync(folder.path, 0o777);
    const script = join(import.meta.dirname, 'read-only-child.ts');
    // Root may write whatever the rights say.
    const user = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
    const child = spawn(
      process.execPath,
      ['--import', import.meta.resolve('tsx'), script, join(folder.path, 'store.db')],
      {
        stdio: ['pipe', 'pipe', 'inherit'],
        ...user,
      },
    );
    undo.push(() => child.kill('SIGKILL'));
    const answers = createInterface({ input: child.stdout });
    const does = async (step: string) => {
      child.stdin.write(`${step}\n`);
      const [line] = await once(answers, 'line');
      return JSON.parse(String(line));
    };
    const readOnly = {
      name: 'StoreUnavailable',
      code: 'read-only',
      message: expect.stringMatching(/owner and rights/),
    };
    expect(await does('open')).not.toHaveProperty('name');
    expect(await does('write')).not.toHaveProperty('name');
    await does('close');
    await does('lock');
    expect(await does('open')).not.toHaveProperty('name');
    expect(await does('write')).toMatchObject(readOnly);
    expect(await does('ping')).toMatchObject(readOnly);
    expect((await does('count')).result).toMatchObject([{ rows: 1 }]);
    await does('unlock');
    expect(await does('ping')).not.toHaveProperty('name');
    // The file and its index in shared memory are still open read-only: the first attempts notice, a later one succeeds.
    let attempts = 0;
    while ('name' in (await does('write'))) expect(++attempts).toBeLessThan(5);
    expect((await does('count')).result).toMatchObject([{ rows: 2 }]);
  });
});

describe.skipIf(!available('an InfluxDB user without WRITE', 'influxd'))('an InfluxDB user without WRITE', () => {
  it('is read-only, with the statement that mends it', async () => {
    const service = await startInfluxd({ auth: true });
    undo.push(() => service.stop());
    const ask = (statement: string, login: { username?: string; password?: string } = {}) =>
      influxQuery(service.url, 'hai', statement, login);
    await ask(`CREATE USER root WITH PASSWORD 'r' WITH ALL PRIVILEGES`);
    const admin = { username: 'root', password: 'r' };
    await ask('CREATE DATABASE hai', admin);
    await ask(`CREATE USER reader WITH PASSWORD 'p'`, admin);
    await ask('GRANT READ ON hai TO reader', admin);
    const options = { url: service.url, database: 'hai', logger: silentLogger };
    const store = createInfluxStore({ ...options, username: 'reader', password: 'p' });
    undo.push(() => store.close());
    await store.open();
    const readOnly = { code: 'read-only', message: expect.stringMatching(/this user may not write there: GRANT ALL/) };
    await expect(store.ping()).rejects.toMatchObject(readOnly);
    await expect(store.write(batch([row('HS-1', 1)]))).rejects.toMatchObject(readOnly);
    await ask('GRANT ALL ON hai TO reader', admin);
    await store.ping();
    await store.write(batch([row('HS-1', 1)]));
    const stranger = createInfluxStore({ ...options, username: 'reader', password: 'wrong' });
    undo.push(() => stranger.close());
    const refused: unknown = await stranger.ping().catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(StoreUnavailable);
    expect(refused).toMatchObject({ code: 'refused' });
  });
});
