import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'libsql';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkJournal } from '../../../src/cli/doctor/journal.ts';
import { checkQuarantine } from '../../../src/cli/doctor/quarantine.ts';
import { configSchema } from '../../../src/config.ts';
import { openJournal } from '../../../src/journal/journal.ts';
import type { JournaledBatch, OpenJournal } from '../../../src/journal/port.ts';
import { silentLogger } from '../../../src/logger.ts';
import { temporaryFolder } from '../../support/services.ts';
import { diskHere } from '../journal/disk-here.ts';
import { FakeClock, reading } from '../journal/support.ts';

describe('what the doctor says of the journal', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let path: string;
  let clock: FakeClock;
  let journal: OpenJournal | null;
  let committed: JournaledBatch[];
  const check = async (maxBytes = 1_000_000) => {
    const config = configSchema.parse({ data: folder.path, journal: { maxBytes, minFreeBytes: 1_000_000 } });
    const [finding, ...more] = await checkJournal(config);
    expect(more).toEqual([]);
    return finding;
  };
  /** A second and 50 readings at a time, the last one now. */
  const outage = async (seconds: number) => {
    clock.utc = Date.now() - seconds * 1000;
    for (let second = 0; second < seconds; second++) {
      for (let n = 0; n < 50; n++) journal?.append(reading('RS-1', second * 50 + n));
      await journal?.flush();
      clock.pass(1000);
    }
  };

  beforeEach(async () => {
    folder = temporaryFolder();
    path = join(folder.path, 'journal.db');
    clock = new FakeClock();
    committed = [];
    journal = await openJournal({ path, bridge: 'b', clock, logger: silentLogger, disk: diskHere(path, clock) });
    journal.onCommitted((batch) => committed.push(batch));
  });
  afterEach(async () => {
    await journal?.close();
    folder.remove();
  });

  it('nothing before the first start', async () => {
    await journal?.close();
    journal = null;
    folder.remove();
    expect(await check()).toMatchObject({ level: 'ok', found: 'will be made at the first start' });
  });

  it('how much waits, and for how long there is room at the rate of now, beside a journal at work', async () => {
    await outage(40);
    // 40 s have taken 170 to 200 kB.
    const { level, found } = (await check()) ?? {};
    expect(level).toBe('ok');
    expect(found).toMatch(/^1[6-9]\d kB of at most 1\.0 MB wait for the store, the oldest for (39|4\d) s; /);
    const [, minutes] = /room for (\d+) (?:s|min) more at the present rate/.exec(found ?? '') ?? [];
    expect(Number(minutes)).toBeGreaterThanOrEqual(2);
    expect(Number(minutes)).toBeLessThanOrEqual(4);
    expect(journal?.counters.waiting).toBe(40);
  });

  it('warns when it fills, and fails before it is full, with the remedy', async () => {
    await outage(40);
    const bytes = journal?.state().room.waitingBytes ?? 0;
    expect(await check(Math.floor(bytes / 0.9) + 1_000_000)).toMatchObject({ level: 'ok' });
    await outage(200);
    const more = journal?.state().room.waitingBytes ?? 0;
    expect(more).toBeGreaterThan(800_000);
    expect(await check(Math.ceil(more / 0.85))).toMatchObject({
      level: 'warn',
      remedy: expect.stringMatching(/get recorder and store to work.*or raise journal\.maxBytes/),
    });
    expect(await check(Math.ceil(more / 0.96))).toMatchObject({ level: 'fail' });
  });

  it('says that all is well when the store has everything, and what is kept', async () => {
    await outage(40);
    for (const batch of committed) journal?.retire(batch.station, batch);
    await clock.passing(1000);
    const { level, found } = (await check()) ?? {};
    expect(level).toBe('ok');
    expect(found).toMatch(
      /^nothing waits for the store; [12]\d\d kB are kept though the store has them; without a store/,
    );
  });

  it('names rows that the store has refused, and how much room there is for more', async () => {
    expect(await checkQuarantine(folder.path)).toEqual([]);
    mkdirSync(join(folder.path, 'quarantine'));
    writeFileSync(join(folder.path, 'quarantine', 'refused-1.jsonl'), 'x'.repeat(3000));
    const refused = {
      level: 'warn',
      found: expect.stringMatching(/refused rows for good: 1 file, 3 kB of at most 256/),
    };
    expect(await checkQuarantine(folder.path)).toMatchObject([refused]);
    truncateSync(join(folder.path, 'quarantine', 'refused-1.jsonl'), 230_000_000);
    expect(await checkQuarantine(folder.path)).toMatchObject([{ level: 'fail' }]);
  });

  it('says when it cannot be read', async () => {
    const db = new Database(path);
    db.exec('PRAGMA user_version = 99');
    db.close();
    expect(await check()).toMatchObject({ level: 'fail', found: expect.stringMatching(/cannot be read: layout 99/) });
  });
});
