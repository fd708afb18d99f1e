import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { configSchema } from '../../../src/config.ts';
import { silentLogger } from '../../../src/logger.ts';
import { createStore } from '../../../src/store/create.ts';
import { temporaryFolder } from '../../support/services.ts';

const folder = temporaryFolder();
afterAll(() => folder.remove());

const storeOf = (config: object) => createStore(configSchema.parse(config), { logger: silentLogger });

describe('the store named by the configuration', () => {
  it('is by default a file in the data folder', () => {
    expect(storeOf({ data: 'some/folder' }).description).toBe(`sqlite ${join('some/folder', 'store.db')}`);
    expect(storeOf({ store: { kind: 'sqlite', path: '/elsewhere/x.db' } }).description).toBe('sqlite /elsewhere/x.db');
  });

  it('is an InfluxDB, with the password from its file, which nothing shows', () => {
    const passwordFile = join(folder.path, 'password');
    writeFileSync(passwordFile, 'hidden words\n');
    const store = storeOf({ store: { kind: 'influx', url: 'https://db:9999', username: 'hai', passwordFile } });
    expect(store.description).toBe('influx https://db:9999/hai');
    expect(JSON.stringify(store)).not.toContain('hidden');
  });

  it('names the key whose file cannot be used', () => {
    const influx = { kind: 'influx', username: 'hai' };
    const missing = join(folder.path, 'missing');
    const empty = join(folder.path, 'empty');
    const lines = join(folder.path, 'lines');
    writeFileSync(empty, '\n');
    writeFileSync(lines, 'user\nsecret\n');
    expect(() => storeOf({ store: { ...influx, passwordFile: missing } })).toThrow(/store.passwordFile: cannot read/);
    expect(() => storeOf({ store: { ...influx, caFile: missing } })).toThrow(/store.caFile: cannot read/);
    expect(() => storeOf({ store: { ...influx, passwordFile: empty } })).toThrow(/alone, on one line/);
    expect(() => storeOf({ store: { ...influx, passwordFile: lines } })).toThrow(/alone, on one line/);
    expect(() => storeOf({ store: { ...influx, passwordFile: lines } })).not.toThrow(/secret/);
  });
});
