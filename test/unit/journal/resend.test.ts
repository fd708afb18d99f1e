/** What a store has lost is sent again: the file is changed beside the journal at work, which notices. */
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openJournal } from '../../../src/journal/journal.ts';
import type { JournaledBatch, OpenJournal } from '../../../src/journal/port.ts';
import { type ResendRequest, resend } from '../../../src/journal/resend.ts';
import { silentLogger } from '../../../src/logger.ts';
import { temporaryFolder } from '../../support/services.ts';
import { diskHere } from './disk-here.ts';
import { FakeClock, reading } from './support.ts';

const ALL: ResendRequest = { station: null, fromS: null, toS: null, mostBytes: 1e9 };

describe('sending again what the store has had', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let path: string;
  let clock: FakeClock;
  let journal: OpenJournal;
  let committed: JournaledBatch[];
  const open = async () => {
    journal = await openJournal({ path, bridge: 'b', clock, logger: silentLogger, disk: diskHere(path, clock) });
    journal.onCommitted((batch) => committed.push(batch));
  };
  const waiting = async () => (await journal.waiting(10_000, 0)).map((b) => `${b.station} ${b.firstSeq}`);

  /** An hour between the batches of RS-1 and RS-2; all of them acknowledged but the last. */
  beforeEach(async () => {
    folder = temporaryFolder();
    path = join(folder.path, 'journal.db');
    clock = new FakeClock();
    committed = [];
    await open();
    for (let i = 0; i < 6; i++) {
      for (let n = 0; n < 10; n++) journal.append(reading(i % 2 === 0 ? 'RS-1' : 'RS-2', i * 10 + n));
      await journal.flush();
      clock.utc += 3_600_000;
    }
    for (const batch of committed.slice(0, 5)) journal.retire(batch.station, batch);
    await clock.passing(1000);
  });
  afterEach(async () => {
    await journal.close();
    folder.remove();
  });

  it('all of it, in order, as it was; acknowledged again it is kept again', async () => {
    expect(await waiting()).toEqual(['RS-2 21']);
    const { batches, more, oldestS } = resend(path, ALL);
    expect({ batches, more }).toEqual({ batches: 5, more: false });
    expect(oldestS).toBe(Date.UTC(2026, 2, 14, 9, 26, 53) / 1000);
    await clock.passing(6000);
    expect(journal.counters).toMatchObject({ waiting: 6, again: 5 });
    expect((await journal.waiting(10, 0)).map((b) => b.payload)).toEqual(committed.map((b) => b.payload));
    for (const batch of committed) journal.retire(batch.station, batch);
    await clock.passing(1000);
    expect(journal.counters).toMatchObject({ waiting: 0, retired: 11 });
    expect(resend(path, ALL).batches).toBe(6);
  });

  it('is noticed with the next commit too, and counts as waiting from then on', async () => {
    const bytes = journal.state().room.waitingBytes;
    resend(path, ALL);
    journal.append(reading('RS-1', 100));
    await journal.flush();
    expect(journal.counters.waiting).toBe(7);
    expect(journal.state().room.waitingBytes).toBeGreaterThan(6 * bytes);
  });

  it('of one station, of one time', async () => {
    const hour = (n: number) => Date.UTC(2026, 2, 14, 9, 26, 53) / 1000 + n * 3600;
    expect(resend(path, { ...ALL, station: 'RS-1', fromS: hour(1) }).batches).toBe(2);
    expect(resend(path, { ...ALL, fromS: hour(1), toS: hour(1) + 60 }).batches).toBe(1);
    await clock.passing(6000);
    expect((await waiting()).sort()).toEqual(['RS-1 11', 'RS-1 21', 'RS-2 1', 'RS-2 21']);
    expect(resend(path, { ...ALL, station: 'RS-9' }).batches).toBe(0);
  });

  it('no more at a time than leaves room for new readings', async () => {
    const one = journal.state().room.waitingBytes;
    expect(resend(path, { ...ALL, mostBytes: 3.5 * one })).toMatchObject({ batches: 2, more: true });
    expect(resend(path, { ...ALL, mostBytes: 3.5 * one })).toMatchObject({ batches: 0, more: true });
    await clock.passing(6000);
    expect(await waiting()).toEqual(['RS-1 1', 'RS-2 1', 'RS-2 21']);
  });

  it('an empty journal has nothing, without a journal it says so', async () => {
    const empty = join(folder.path, 'empty.db');
    const other = await openJournal({
      path: empty,
      bridge: 'b',
      clock,
      logger: silentLogger,
      disk: diskHere(empty, clock),
    });
    expect(resend(empty, ALL)).toEqual({ batches: 0, bytes: 0, more: false, oldestS: null });
    await other.close();
    expect(() => resend(join(folder.path, 'none.db'), ALL)).toThrow(/none\.db does not exist/);
  });
});
