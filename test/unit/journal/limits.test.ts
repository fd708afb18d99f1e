/** The journal within its limits: what gives way, what never does, and what is said meanwhile. */
import { closeSync, existsSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import Database from 'libsql';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JournalDisk } from '../../../src/journal/disk.ts';
import { openJournal } from '../../../src/journal/journal.ts';
import {
  bytesInFile,
  DEFAULT_JOURNAL_LIMITS,
  type Fill,
  fillOf,
  type JournalLimits,
} from '../../../src/journal/limits.ts';
import type { JournaledBatch, OpenJournal } from '../../../src/journal/port.ts';
import { diskHere } from './disk-here.ts';
import { collectingLogger, FakeClock, reading } from './support.ts';

const DAY_MS = 86_400_000;

/** In memory where there is such a folder: these files need not survive a power cut. */
function quickFolder() {
  const path = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'hai-limits-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

describe('how full it is', () => {
  const room = (waitingBytes: number, diskShort = false) => ({
    ...{ waitingBytes, usedBytes: waitingBytes, limitBytes: 1000, diskFreeBytes: 0, diskShort },
  });

  it('goes up at 80, 95 and 100 %, and down only well below', () => {
    const levels: Fill[] = [];
    let before: Fill = 'ok';
    for (const bytes of [0, 799, 800, 949, 950, 999, 1000, 971, 969, 921, 919, 771, 769, 0]) {
      before = fillOf(room(bytes), before);
      levels.push(before);
    }
    const up = ['ok', 'ok', 'filling', 'filling', 'nearly-full', 'nearly-full', 'full'];
    expect(levels).toEqual([...up, 'full', 'nearly-full', 'nearly-full', 'filling', 'filling', 'ok', 'ok']);
  });

  it('is nearly full when the disk is short, whatever waits', () => {
    expect(fillOf(room(1, true), 'ok')).toBe('nearly-full');
    expect(fillOf({ ...room(0, true), limitBytes: 0 }, 'ok')).toBe('full');
  });
});

describe('the journal within its limits', () => {
  let folder: ReturnType<typeof quickFolder>;
  let clock: FakeClock;
  let path: string;
  let journal: OpenJournal;
  let committed: JournaledBatch[];
  let diskFree: number;
  let line: number;
  let logger: ReturnType<typeof collectingLogger>;

  const open = async (limits: Partial<JournalLimits> = {}) => {
    const all = { ...DEFAULT_JOURNAL_LIMITS, minFreeBytes: 0, ...limits };
    const disk = diskHere(path, clock, { limits: all, diskFree: () => diskFree });
    journal = await openJournal({ path, bridge: 'b', clock, logger, disk });
    journal.onCommitted((batch) => committed.push(batch));
  };
  /** One commit of one batch. */
  const say = async (count: number, utcMs = clock.utc) => {
    for (let i = 0; i < count; i++)
      journal.append(reading('RS-1', line++, { received: { utcMs: utcMs + i, monotonicMs: 0 } }));
    await journal.flush();
  };
  const acknowledge = async (batches: readonly JournaledBatch[]) => {
    for (const batch of batches) journal.retire(batch.station, batch);
    await clock.passing(1000);
  };
  /** The calendar moves on, and the journal looks at it. */
  const days = async (count: number) => {
    clock.utc += count * DAY_MS;
    await clock.passing(6000);
  };
  const inFile = () => {
    const db = new Database(path);
    const seqs = (db.prepare('SELECT first_seq FROM batch ORDER BY position').raw(true).all() as [number][]).flat();
    db.close();
    return seqs;
  };
  const waiting = async () => (await journal.waiting(10_000, 0)).map((b) => b.firstSeq);

  beforeEach(() => {
    folder = quickFolder();
    clock = new FakeClock();
    path = join(folder.path, 'journal.db');
    committed = [];
    diskFree = 1e12;
    line = 0;
    logger = collectingLogger();
  });
  afterEach(async () => {
    await journal.close();
    folder.remove();
  });

  it('keeps what is acknowledged for its days, offers it to nobody, and lets it go afterwards', async () => {
    await open({ keepDays: 7 });
    for (let i = 0; i < 3; i++) {
      await say(10);
      await days(1);
    }
    await acknowledge(committed.slice(0, 2));
    expect(journal.counters).toMatchObject({ waiting: 1, retired: 2 });
    expect(await waiting()).toEqual([21]);
    expect(inFile()).toEqual([1, 11, 21]);
    await days(4.5);
    expect(inFile()).toEqual([11, 21]);
    // Long past its days, but no recorder has it.
    await days(30);
    expect(inFile()).toEqual([21]);
    expect(await waiting()).toEqual([21]);
  });

  it('deletes at once what is acknowledged when it is to keep nothing', async () => {
    await open({ keepDays: 0 });
    await say(10);
    await say(10);
    await acknowledge(committed.slice(0, 1));
    expect(inFile()).toEqual([11]);
  });

  it('lets the oldest acknowledged ones go for room, never one that waits', async () => {
    await open({ maxBytes: 300_000 });
    await say(1000);
    const [first] = committed;
    for (let i = 0; i < 30; i++) {
      await say(300);
      await acknowledge(committed.slice(-1));
    }
    expect(await waiting()).toEqual([first?.firstSeq]);
    const left = inFile();
    expect(left[0]).toBe(1);
    expect(left.length).toBeGreaterThan(5);
    expect(left.length).toBeLessThan(20);
    expect(left.at(-1)).toBe(committed.at(-1)?.firstSeq);
    const { room, fill } = journal.state();
    expect(fill).toBe('ok');
    expect(room.usedBytes).toBeLessThan(340_000);
  });

  it('when no more can wait: goes on, gives up what comes, counts it, and takes in again when there is room', async () => {
    await open({ maxBytes: 300_000 });
    const levels = new Set<string>();
    for (let i = 0; i < 200 && journal.counters.lost === 0; i++) {
      await say(100);
      levels.add(journal.state().fill);
    }
    expect([...levels]).toEqual(['ok', 'filling', 'nearly-full', 'full']);
    const { lost } = journal.counters;
    expect(lost).toBeGreaterThan(0);
    await say(100);
    expect(journal.counters.lost).toBe(lost + 100);
    expect(journal.state()).toMatchObject({ writing: false, fill: 'full' });
    expect(journal.state().reason).toMatch(/journal is full, .* wait for the store: new readings go out live only/);
    expect(statSync(path).size).toBeLessThan(400_000);
    const told = committed.length;
    expect(await waiting()).toHaveLength(told);

    await acknowledge(committed.slice(0, 10));
    expect(journal.state()).toMatchObject({ writing: true, reason: expect.stringMatching(/%|wait for the store/) });
    await say(100);
    expect(journal.counters.lost).toBe(lost + 100);
    // The gap is as long as what was counted as lost.
    const [before, after] = [committed[told - 1], committed[told]];
    expect((after?.firstSeq ?? 0) - (before?.lastSeq ?? 0) - 1).toBe(lost + 100);
    expect(logger.lines.some((l) => l.message.includes('readings are not journaled'))).toBe(true);
  });

  it('takes the disk for its limit when that has less, says so beforehand, and needs no hand to go on', async () => {
    await open({ minFreeBytes: 1_000_000 });
    await say(1000);
    await acknowledge(committed);
    expect(journal.state()).toMatchObject({ fill: 'ok', reason: null });
    diskFree = 900_000;
    await clock.passing(6000);
    expect(journal.state()).toMatchObject({ fill: 'nearly-full', writing: true });
    expect(journal.state().reason).toMatch(/the disk has only 900 kB free: make room/);
    for (let i = 0; i < 50; i++) await say(1000);
    expect(journal.state()).toMatchObject({ fill: 'full', writing: false });
    expect(statSync(path).size).toBeLessThan(500_000);
    expect(journal.counters.lost).toBeGreaterThan(0);
    diskFree = 1e9;
    await clock.passing(6000);
    expect(journal.state()).toMatchObject({ fill: 'ok', writing: true, reason: null });
    const { lost } = journal.counters;
    await say(10);
    expect(journal.counters.lost).toBe(lost);
  });

  it('on a full disk lets go of what is acknowledged, although nothing can be added, and says that it does not write', async () => {
    let full = false;
    const real = diskHere(path, clock, { limits: DEFAULT_JOURNAL_LIMITS, diskFree: () => diskFree });
    const disk: JournalDisk = {
      ...real,
      commit: async (group) => {
        if (full && group.batches.length > 0) throw Object.assign(new Error('disk is full'), { code: 'SQLITE_FULL' });
        return real.commit(group);
      },
      get isOpen() {
        return real.isOpen;
      },
    };
    journal = await openJournal({ path, bridge: 'b', clock, logger, disk });
    journal.onCommitted((batch) => committed.push(batch));
    for (let i = 0; i < 30; i++) await say(10);
    full = true;
    journal.append(reading('RS-1', line++));
    await clock.passing(900);
    expect(journal.state().writing).toBe(true);
    await clock.passing(3000);
    for (const batch of committed) {
      journal.retire(batch.station, batch);
      await clock.passing(700);
      expect(journal.state()).toMatchObject({
        writing: false,
        reason: expect.stringMatching(/disk is full: check free/),
      });
    }
    await clock.passing(10_000);
    expect(journal.counters).toMatchObject({ waiting: 0, retired: 30, lost: 0 });
    full = false;
    await clock.passing(6000);
    expect(journal.state()).toMatchObject({ writing: true, reason: null });
    expect(committed.at(-1)).toMatchObject({ firstSeq: 301, lastSeq: 301 });
  });

  it('says when it will be full at this rate', async () => {
    await open({ maxBytes: 1_000_000 });
    for (let i = 0; i < 200 && journal.state().fill === 'ok'; i++) {
      await say(100);
      await clock.passing(5000);
    }
    const { secondsLeft, room, reason } = journal.state();
    const perSecond = bytesInFile(committed.at(-1)?.payload.length ?? 0) / 5;
    const expected = (room.limitBytes - room.waitingBytes) / perSecond;
    expect(Math.abs((secondsLeft ?? 0) / expected - 1)).toBeLessThan(0.15);
    expect(reason).toMatch(/wait for the store, full in about \d+ (s|min): get recorder and store to work/);
    await acknowledge(committed);
    await clock.passing(120_000);
    expect(journal.state()).toMatchObject({ secondsLeft: null, reason: null });
  });

  it('sends everything again when the list of what waits is not as it was written', async () => {
    await open();
    for (let i = 0; i < 4; i++) await say(10);
    await acknowledge(committed.slice(0, 3));
    await journal.close();
    const db = new Database(path);
    db.exec('UPDATE waiting SET position = position - 1');
    db.close();
    await open();
    expect(await waiting()).toEqual([1, 11, 21, 31]);
    expect(logger.lines.map((l) => l.message)).toEqual([
      expect.stringMatching(/everything in the journal is sent again/),
    ]);
  });

  it('reads out a damaged file although its list of what waits holds bytes that are no text', async () => {
    await open();
    for (let i = 0; i < 40; i++) await say(30);
    await journal.close();
    const db = new Database(path);
    // The driver ends the whole process at such a cell if it is read as text.
    db.exec("UPDATE waiting SET bytes = CAST(x'ff41' AS TEXT) WHERE position = 7; PRAGMA wal_checkpoint(TRUNCATE)");
    const page = (sql: string) => (db.prepare(sql).raw(true).get() as [number])[0];
    const root = page("SELECT rootpage FROM sqlite_master WHERE name = 'sqlite_autoindex_batch_1'");
    db.close();
    const file = openSync(path, 'r+');
    writeSync(file, Buffer.alloc(4096, 0xa5), 0, 4096, (root - 1) * 4096);
    closeSync(file);
    await open();
    expect(await waiting()).toHaveLength(40);
    expect(journal.counters).toMatchObject({ asides: 1, waiting: 40 });
  });

  it('knows what a batch takes in the file, within a seventh', async () => {
    await open();
    await say(1);
    const base = journal.state().room.usedBytes;
    for (const rows of [1, 5, 30, 60, 200, 1000]) {
      const used = journal.state().room.usedBytes;
      const known = journal.state().room.waitingBytes;
      for (let i = 0; i < 500; i++) await say(rows);
      const really = journal.state().room.usedBytes - used;
      const counted = journal.state().room.waitingBytes - known;
      expect(Math.abs(counted / really - 1), `${rows} rows: ${counted} for ${really}`).toBeLessThan(0.15);
    }
    expect(base).toBeLessThan(50_000);
  });

  it('whatever is said and acknowledged: all that no recorder has is offered, and nothing else', {
    timeout: 60_000,
  }, async () => {
    const step = fc.oneof(
      { weight: 5, arbitrary: fc.record({ kind: fc.constant('say' as const), n: fc.integer({ min: 1, max: 400 }) }) },
      { weight: 4, arbitrary: fc.record({ kind: fc.constant('ack' as const), n: fc.nat(40) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('reopen' as const), n: fc.constant(0) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('days' as const), n: fc.integer({ min: 1, max: 9 }) }) },
    );
    await open({ maxBytes: 200_000 });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
        await journal.close();
        folder.remove();
        folder = quickFolder();
        path = join(folder.path, 'journal.db');
        committed = [];
        await open({ maxBytes: 200_000 });
        // By their own names: an emptied file begins its positions anew at the next opening.
        const nameOf = (b: JournaledBatch) => `${b.epoch}/${b.firstSeq}`;
        const acknowledged = new Set<string>();
        const said = () => journal.counters.readings;
        const lineAtStart = line;
        let readings = 0;
        let lost = 0;
        for (const { kind, n } of steps) {
          if (kind === 'say') await say(n);
          else if (kind === 'days') await days(n);
          else if (kind === 'reopen') {
            readings += said();
            lost += journal.counters.lost;
            await journal.close();
            await open({ maxBytes: 200_000 });
          } else {
            const batch = committed[n % Math.max(1, committed.length)];
            if (batch === undefined) continue;
            acknowledged.add(nameOf(batch));
            await acknowledge([batch]);
          }
        }
        const offered = (await journal.waiting(10_000, 0)).map((b) => b.payload);
        expect(offered).toEqual(committed.filter((b) => !acknowledged.has(nameOf(b))).map((b) => b.payload));
        const rows = committed.reduce((sum, b) => sum + b.lastSeq - b.firstSeq + 1, 0);
        expect(rows).toBe(readings + said());
        expect(journal.state().room.usedBytes).toBeLessThan(400_000);
        expect(lost + journal.counters.lost + rows).toBe(line - lineAtStart);
      }),
      { numRuns: 25 },
    );
  });
});
