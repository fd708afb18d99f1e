import { closeSync, openSync, readdirSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'libsql';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JournalDisk } from '../../../src/journal/disk.ts';
import { openJournal } from '../../../src/journal/journal.ts';
import type { Journal, JournaledBatch } from '../../../src/journal/port.ts';
import { resend } from '../../../src/journal/resend.ts';
import { silentLogger } from '../../../src/logger.ts';
import { telemetryPayload } from '../../../src/mqtt/topics.ts';
import { temporaryFolder } from '../../support/services.ts';
import { diskHere } from './disk-here.ts';
import { allWaiting, collectingLogger, FakeClock, reading, settled, stationEvent } from './support.ts';

let folder: ReturnType<typeof temporaryFolder>;
let clock: FakeClock;
let path: string;
const opened: Journal[] = [];

beforeEach(() => {
  folder = temporaryFolder();
  path = join(folder.path, 'journal.db');
  clock = new FakeClock();
});
afterEach(async () => {
  for (const journal of opened.splice(0)) await journal.close();
  folder.remove();
});

async function open(over: { memoryLimit?: number; logger?: ReturnType<typeof collectingLogger> } = {}) {
  const disk = diskHere(path, clock);
  const journal = await openJournal({ path, bridge: 'bridge-1', clock, logger: silentLogger, disk, ...over });
  opened.push(journal);
  const committed: JournaledBatch[] = [];
  journal.onCommitted((batch) => committed.push(batch));
  return { journal, committed };
}
const decode = (batch: JournaledBatch) => telemetryPayload.parse(JSON.parse(batch.payload));

describe('journal', () => {
  it('commits the first reading after a pause at once, and coalesces what follows closely', async () => {
    const { journal, committed } = await open();
    journal.append(reading('RS-1', 1));
    expect(committed).toEqual([]);
    await clock.passing(0);
    expect(committed).toHaveLength(1);
    for (let i = 2; i <= 9; i++) journal.append(reading('RS-1', i));
    await clock.passing(9);
    expect(committed).toHaveLength(1);
    await clock.passing(1);
    expect(committed).toHaveLength(2);
    expect(committed[1]).toMatchObject({ station: 'RS-1', firstSeq: 2, lastSeq: 9 });
    expect(journal.counters).toMatchObject({ readings: 9, commits: 2, waiting: 2, lost: 0 });
  });

  it('makes payloads that the published schema accepts, with every value as it was', async () => {
    const { journal, committed } = await open();
    journal.append(reading('RS-1', 1));
    journal.appendEvent(stationEvent('RS-1', 2, { source: 'scan', state: 'QR', data: 'lot "7\\8" ü ' }));
    journal.append(reading('RS-1', 3));
    await clock.passing(0);
    expect(committed).toHaveLength(1);
    const batch = decode(committed[0] as JournaledBatch);
    expect(batch).toMatchObject({ bridge: 'bridge-1', bootId: '0A1B2C3D', firstSeq: 1, lastSeq: 3, history: false });
    expect(batch.t0).toBe(`${Date.UTC(2026, 2, 14, 9, 26, 53) + 100}000000`);
    expect(batch.rows).toEqual([
      [1, 0, 100, 1, 128, 18.249, -0.5, 12.34, 33.1, null, 101.325],
      [3, 200_000_000, 300, 3, 128, 18.247, -0.5, 12.34, 33.1, null, 101.325],
    ]);
    expect(batch.events).toEqual([
      { seq: 2, dtNs: 100_000_000, tickMs: 200, lineSeq: 2, source: 'scan', state: 'QR', data: 'lot "7\\8" ü ' },
    ]);
  });

  it('writes all stations in one transaction', async () => {
    const { journal, committed } = await open();
    for (let s = 0; s < 20; s++) for (let i = 0; i < 5; i++) journal.append(reading(`RS-${s}`, i));
    await clock.passing(0);
    expect(committed).toHaveLength(20);
    expect(journal.counters.commits).toBe(1);
  });

  it('keeps batches at 1000 rows', async () => {
    const { journal, committed } = await open();
    for (let i = 0; i < 2500; i++) journal.append(reading('RS-1', i));
    await clock.passing(0);
    expect(committed.map((b) => [b.firstSeq, b.lastSeq])).toEqual([
      [1, 1000],
      [1001, 2000],
      [2001, 2500],
    ]);
  });

  it('begins a new epoch at every boot of the station and every start of the daemon', async () => {
    const first = await open();
    first.journal.append(reading('RS-1', 1));
    first.journal.append(reading('RS-1', 0, { bootId: 'FFFFFFFF' }));
    await clock.passing(0);
    await first.journal.close();
    const second = await open();
    second.journal.append(reading('RS-1', 2, { bootId: 'FFFFFFFF' }));
    await clock.passing(0);
    const epochs = [...first.committed, ...second.committed].map((b) => b.epoch);
    expect(new Set(epochs).size).toBe(3);
    expect([...epochs].sort((a, b) => a - b)).toEqual(epochs);
    expect([...first.committed, ...second.committed].map((b) => b.firstSeq)).toEqual([1, 1, 1]);
  });

  it('never gives an epoch twice, even when the file is lost', async () => {
    const first = await open();
    first.journal.append(reading('RS-1', 1));
    await clock.passing(0);
    await first.journal.close();
    for (const name of readdirSync(folder.path))
      writeFileSync(join(folder.path, name), 'not a database at all, but long enough to be looked at');
    await clock.passing(2000);
    const second = await open();
    second.journal.append(reading('RS-1', 2, { received: { utcMs: clock.utc, monotonicMs: 0 } }));
    await clock.passing(0);
    expect(second.committed[0]?.epoch).toBeGreaterThan(first.committed[0]?.epoch ?? Number.NaN);
  });

  it('splits a batch when UTC leaps, so that no nanosecond is rounded away', async () => {
    const { journal, committed } = await open();
    journal.append(reading('RS-1', 1, { received: { utcMs: 86_400_000, monotonicMs: 0 } }));
    journal.append(reading('RS-1', 2, { received: { utcMs: Date.UTC(2026, 0, 1), monotonicMs: 1 } }));
    journal.append(reading('RS-1', 3, { received: { utcMs: Number.NaN, monotonicMs: 2 } }));
    await clock.passing(0);
    expect(committed.map((b) => decode(b).t0)).toEqual(['86400000000000', `${Date.UTC(2026, 0, 1)}000000`]);
    expect(decode(committed[1] as JournaledBatch).rows.map((r) => r[1])).toEqual([0, 875_000]);
  });

  it('gives back the oldest unacknowledged batches, behind a position, of a given age', async () => {
    const { journal, committed } = await open();
    for (let i = 0; i < 5; i++) {
      journal.append(reading('RS-1', i));
      await clock.passing(1000);
    }
    const seqs = (list: readonly JournaledBatch[]) => list.map((b) => b.firstSeq);
    expect(seqs(await journal.waiting(10, 0))).toEqual([1, 2, 3, 4, 5]);
    expect(seqs(await journal.waiting(2, 0))).toEqual([1, 2]);
    expect(seqs(await journal.waiting(10, 2500))).toEqual([1, 2, 3]);
    expect(seqs(await journal.waiting(10, 0, committed[2]?.position))).toEqual([4, 5]);
    journal.retire('RS-1', committed[0] as JournaledBatch);
    expect(seqs(await journal.waiting(2, 0))).toEqual([2, 3]);
    expect((await journal.waiting(1, 0))[0]?.payload).toBe(committed[1]?.payload);
  });

  it('asks the disk only when something old enough waits in the file', async () => {
    const real = diskHere(path, clock);
    let pages = 0;
    const disk: JournalDisk = {
      ...real,
      page: (...range) => {
        pages++;
        return real.page(...range);
      },
      get isOpen() {
        return real.isOpen;
      },
    };
    const journal = await openJournal({ path, bridge: 'b', clock, logger: silentLogger, disk });
    opened.push(journal);
    const committed: JournaledBatch[] = [];
    journal.onCommitted((batch) => committed.push(batch));
    const found = async (ageMs: number) => {
      const before = pages;
      const batches = (await journal.waiting(10, ageMs)).map((b) => b.firstSeq);
      return { batches, asked: pages > before };
    };
    expect(await found(0)).toEqual({ batches: [], asked: false });
    for (let i = 0; i < 2; i++) {
      journal.append(reading('RS-1', i));
      await clock.passing(1000);
    }
    expect(await found(5000)).toEqual({ batches: [], asked: false });
    await clock.passing(3200);
    expect(await found(5000)).toEqual({ batches: [1], asked: true });
    // The first is acknowledged: the second is what waits longest, and not old enough.
    journal.retire('RS-1', committed[0] as JournaledBatch);
    await clock.passing(600);
    expect(journal.counters.retired).toBe(1);
    expect(await found(5000)).toEqual({ batches: [], asked: false });
    await clock.passing(1000);
    expect(await found(5000)).toEqual({ batches: [2], asked: true });
    // Another program makes the first wait again: it counts as soon as the journal has looked.
    resend(path, { station: null, fromS: null, toS: null, mostBytes: 1e9 });
    await clock.passing(20_000);
    expect((await found(5000)).batches).toEqual([1, 2]);
  });

  it('forgets what is retired, ignores what it does not know, and offers the rest after a restart', async () => {
    const first = await open();
    for (let i = 0; i < 3; i++) {
      first.journal.append(reading('RS-1', i));
      await clock.passing(1000);
    }
    const [one, two] = first.committed as [JournaledBatch, JournaledBatch];
    first.journal.retire('RS-1', one);
    first.journal.retire('RS-1', { ...two, lastSeq: two.lastSeq + 1 });
    first.journal.retire('RS-2', two);
    await clock.passing(1000);
    expect(first.journal.counters).toMatchObject({ waiting: 2, retired: 1 });
    await first.journal.close();
    const second = await open();
    expect(second.journal.counters.waiting).toBe(2);
    expect((await second.journal.waiting(10, 60_000)).map((b) => b.firstSeq)).toEqual([2, 3]);
  });

  it('keeps readings while the disk takes none, up to its limit, and shows what it had to give up as a gap', async () => {
    const logger = collectingLogger();
    const { journal, committed } = await open({ memoryLimit: 10, logger });
    const other = new Database(path);
    other.exec('BEGIN IMMEDIATE');
    for (let i = 0; i < 12; i++) journal.append(reading('RS-1', i));
    await clock.passing(0);
    expect(committed).toEqual([]);
    expect(journal.counters.lost).toBe(2);
    expect(logger.lines.filter((l) => l.level === 'error').length).toBeGreaterThan(0);
    other.exec('ROLLBACK');
    other.close();
    await clock.passing(500);
    journal.append(reading('RS-1', 12));
    await clock.passing(500);
    expect(committed.map((b) => [b.firstSeq, b.lastSeq])).toEqual([
      [1, 10],
      [13, 13],
    ]);
    expect(journal.counters).toMatchObject({ readings: 11, lost: 2, waiting: 2 });
  });

  it('logs a failing disk at most every 10 s', async () => {
    const logger = collectingLogger();
    const { journal } = await open({ logger });
    const other = new Database(path);
    other.exec('BEGIN IMMEDIATE');
    journal.append(reading('RS-1', 1));
    await clock.passing(9000);
    expect(logger.lines).toHaveLength(1);
    await clock.passing(6000);
    expect(logger.lines.length).toBe(2);
    other.exec('ROLLBACK');
    other.close();
  });

  it.each(['garbage', 'torn'])('puts a damaged file (%s) aside and starts a fresh one', async (kind) => {
    const first = await open();
    for (let i = 0; i < 300; i++) first.journal.append(reading(`RS-${i}`, i));
    await clock.passing(0);
    await first.journal.close();
    if (kind === 'garbage') writeFileSync(path, 'x'.repeat(10_000));
    else {
      const db = new Database(path);
      const pages = (db.prepare('PRAGMA page_count').all() as [{ page_count: number }])[0].page_count;
      db.close();
      const file = openSync(path, 'r+');
      for (let page = 2; page < pages; page += 2) writeSync(file, Buffer.alloc(2048, 0xa5), 0, 2048, page * 4096);
      closeSync(file);
    }
    const logger = collectingLogger();
    const second = await open({ logger });
    expect(readdirSync(folder.path).filter((n) => /^journal\.db\.damaged-.*Z$/.test(n))).toHaveLength(1);
    expect(logger.lines[0]).toMatchObject({ level: 'error' });
    second.journal.append(reading('RS-1', 2));
    await clock.passing(0);
    expect(second.committed).toHaveLength(1);
  });

  it('meets damage while it works: a fresh file takes over, and all but the damaged place is offered again', async () => {
    const first = await open();
    // Larger than SQLite's cache, so that it has to read again what the disk has changed meanwhile.
    for (let i = 0; i < 120; i++) {
      for (let n = 0; n < 1000; n++) first.journal.append(reading('RS-1', i * 1000 + n));
      await first.journal.flush();
    }
    await first.journal.close();
    const logger = collectingLogger();
    const { journal, committed } = await open({ logger });
    const file = openSync(path, 'r+');
    const middle = Math.floor(statSync(path).size / 2 / 4096) * 4096;
    writeSync(file, Buffer.alloc(3 * 4096, 0xa5), 0, 3 * 4096, middle);
    closeSync(file);

    let served = await allWaiting(journal);
    for (let turn = 0; served.length < journal.counters.waiting && turn < 20; turn++) {
      await settled();
      served = await allWaiting(journal);
    }
    const original = new Map(first.committed.map((b) => [b.position, b.payload]));
    expect(served.filter((b) => original.get(b.position) !== b.payload)).toEqual([]);
    expect(served.length).toBeGreaterThanOrEqual(117);
    expect(served.length).toBeLessThan(120);
    expect(readdirSync(folder.path).filter((n) => /^journal\.db\.damaged-.*Z$/.test(n))).toHaveLength(1);
    expect(logger.lines.map((l) => l.level)).toEqual(['error', 'error']);
    journal.append(reading('RS-1', 1, { bootId: 'FFFFFFFF' }));
    await journal.flush();
    expect(committed).toHaveLength(1);
    expect(committed[0]?.epoch).toBeGreaterThan(first.committed[0]?.epoch ?? Number.NaN);
  });

  it('takes over the file of a version that knew no checksums', async () => {
    const old = new Database(path);
    old.exec(`PRAGMA journal_mode=WAL;
      CREATE TABLE station (name TEXT PRIMARY KEY, epoch INTEGER NOT NULL, time_ms INTEGER NOT NULL, time_ns INTEGER NOT NULL) WITHOUT ROWID;
      CREATE TABLE batch (position INTEGER PRIMARY KEY, station TEXT NOT NULL, epoch INTEGER NOT NULL,
        first_seq INTEGER NOT NULL, last_seq INTEGER NOT NULL, payload TEXT NOT NULL, UNIQUE (station, epoch, first_seq));
      INSERT INTO station VALUES ('RS-1', 2000000000, 1773480413000, 7);
      INSERT INTO batch VALUES (5, 'RS-1', 2000000000, 1, 3, '{"a":1}'), (6, 'RS-1', 2000000000, 4, 4, '{"ü":2}');
      PRAGMA user_version = 1`);
    old.close();
    const { journal, committed } = await open();
    expect((await journal.waiting(10, 0)).map((b) => [b.position, b.lastSeq, b.payload])).toEqual([
      [5, 3, '{"a":1}'],
      [6, 4, '{"ü":2}'],
    ]);
    journal.append(reading('RS-1', 1));
    await journal.flush();
    expect(committed).toMatchObject([{ position: 7, epoch: 2_000_000_001 }]);
    expect(journal.counters).toMatchObject({ waiting: 3, damaged: 0 });
  });

  it('refuses a station whose name cannot be a topic, and counts it', async () => {
    const { journal, committed } = await open();
    journal.append(reading('a/b', 1));
    await clock.passing(1000);
    expect(committed).toEqual([]);
    expect(journal.counters.lost).toBe(1);
  });
});
