import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'libsql';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StoredRow, TimeSeriesStore } from '../../../src/store/port.ts';
import { RejectedByStore, StoreUnavailable } from '../../../src/store/port.ts';
import { createSqliteStore } from '../../../src/store/sqlite.ts';
import { batch, row, rows } from '../../contract/store.ts';
import { temporaryFolder } from '../../support/services.ts';
import { notTested } from '../../support/what-was-not-tested.ts';

let folder: ReturnType<typeof temporaryFolder>;
let path: string;
let store: TimeSeriesStore;
beforeEach(() => {
  folder = temporaryFolder();
  path = join(folder.path, 'store.db');
  store = createSqliteStore({ path });
});
afterEach(async () => {
  await store.close();
  folder.remove();
});

function change(sql: string): void {
  const db = new Database(path);
  db.exec(sql);
  db.close();
}

describe('the file of the embedded store', () => {
  it.each([
    ['text', () => writeFileSync(path, 'this is no database '.repeat(500)), /damaged.*move it away/],
    ['a folder', () => mkdirSync(path), /check that the path is a file/],
    [
      "another program's database",
      () => change('CREATE TABLE patients (name TEXT)'),
      /another program's database.*store.path/,
    ],
    ['written by a newer version', () => change('PRAGMA user_version = 99'), /newer hai-bridge.*update/],
  ])('that is %s is refused with its name and the remedy, and left as it was', async (_, make, text) => {
    make();
    const before = statSync(path).isFile() ? readFileSync(path) : null;
    const error: unknown = await store.open().catch((e: unknown) => e);
    expect(error).toBeInstanceOf(StoreUnavailable);
    expect(String(error)).toContain(path);
    expect(String(error)).toMatch(text);
    if (before) expect(readFileSync(path).equals(before)).toBe(true);
    await expect(store.write(batch([row('HS-1', 1)]))).rejects.toBeInstanceOf(StoreUnavailable);
  });

  it('that is damaged in the middle says so when the damage is met', async () => {
    await store.open();
    await store.write(batch(rows('HS-1', 5000)));
    await store.close();
    const bytes = readFileSync(path);
    bytes.fill(0xa5, 8192, bytes.length);
    writeFileSync(path, bytes);
    await store.open();
    await expect(store.count('HS-1')).rejects.toMatchObject({
      name: 'StoreUnavailable',
      message: expect.stringMatching(/damaged: move it away/),
    });
  });

  it('in a folder that may not be written says so', async () => {
    if (process.getuid?.() === 0) {
      notTested('a store folder without write permission', 'running as root, to whom everything is permitted');
      return;
    }
    chmodSync(folder.path, 0o500);
    await expect(store.open()).rejects.toMatchObject({ message: expect.stringMatching(/rights|may be written/) });
    chmodSync(folder.path, 0o700);
  });

  it('gets a column for a channel that an older version did not have, and keeps its rows', async () => {
    await store.open();
    await store.write(batch(rows('HS-1', 3)));
    await store.close();
    change('ALTER TABLE telemetry DROP COLUMN "ambientPressure"');
    await store.open();
    await store.write(batch([row('HS-1', 4)]));
    const found = await store.read('HS-1', 1, 3, 4, 10);
    expect(found.map((r) => r.values[5])).toEqual([null, 101.325]);
    expect(found.map((r) => r.values[0])).toEqual([23.125, 24.125]);
  });

  it('is durable and read by any SQLite tool, with the site of each station', async () => {
    await store.open();
    await store.write(batch(rows('HS-1', 3)));
    await store.write({ site: 'ward-7', rows: [row('HS-1', 4)], events: [] });
    const other = new Database(path);
    expect(other.prepare('PRAGMA journal_mode').raw(true).get()).toEqual(['wal']);
    expect(other.prepare('SELECT count(*), max("reservoirVolume") FROM telemetry').raw(true).get()).toEqual([
      4, 24.125,
    ]);
    expect(other.prepare('SELECT name, site FROM station').raw(true).all()).toEqual([['HS-1', 'ward-7']]);
    other.close();
    await store.close();
    expect(existsSync(`${path}-wal`) && statSync(`${path}-wal`).size > 0).toBe(false);
  });

  it('is unavailable, not broken, while another program writes it', async () => {
    await store.open();
    const other = new Database(path);
    other.exec('BEGIN IMMEDIATE');
    await expect(store.write(batch([row('HS-1', 1)]))).rejects.toMatchObject({
      name: 'StoreUnavailable',
      message: expect.stringMatching(/another program/),
    });
    other.exec('ROLLBACK');
    other.close();
    await store.write(batch([row('HS-1', 1)]));
    expect(await store.count('HS-1')).toHaveLength(1);
  });

  it('never skips silently: a key or a time that is taken by another reading is rejected', async () => {
    await store.open();
    await store.write(batch(rows('HS-1', 30)));
    const reused: StoredRow[] = [
      row('HS-1', 5, { timeNs: row('HS-1', 500).timeNs }),
      row('HS-1', 99, { timeNs: row('HS-1', 7).timeNs }),
    ];
    for (const wrong of reused) {
      for (const beside of [[], rows('HS-1', 30)]) {
        const error: unknown = await store.write(batch([...beside, wrong])).catch((e: unknown) => e);
        expect(error).toBeInstanceOf(RejectedByStore);
        expect(String(error)).toContain(`seq ${wrong.seq}`);
      }
    }
    expect(await store.count('HS-1')).toEqual([{ epoch: 1, rows: 30, firstSeq: 1, lastSeq: 30 }]);
  });

  it('adds up ranges longer than one slice exactly', async () => {
    await store.open();
    const many = rows('HS-1', 40_000);
    await store.write(batch(many));
    const fromMs = Number((many[0]?.timeNs ?? 0n) / 1_000_000n);
    const found = await store.query({
      station: 'HS-1',
      fromMs,
      toMs: fromMs + 10_000_000,
      channels: ['reservoirVolume', 'collectorMass'],
      buckets: 1,
    });
    expect(found.times).toEqual([fromMs]);
    expect(found.channels.reservoirVolume).toEqual({ min: [21.125], max: [40_020.125], mean: [20_020.625] });
    expect(found.channels.collectorMass?.mean[0]).toBeCloseTo(-20.0005, 6);
  });
});
