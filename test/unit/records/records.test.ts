/** The records in their real thread: what is written stays, whatever happens to thread, disk and file. */
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'libsql';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import type { RecordsCalls, RecordsStart } from '../../../src/records/keeper.ts';
import { RecordsFile } from '../../../src/records/records.ts';
import { type Calls, startWorker } from '../../../src/worker/calls.ts';
import { temporaryFolder } from '../../support/services.ts';
import { collectingLogger } from '../journal/support.ts';
import { ANY_ALARM, ANY_REFILL, logged, summary } from './support.ts';

const RECORDS = new URL('../../../src/records/records.ts', import.meta.url).href;

let folder: ReturnType<typeof temporaryFolder>;
let path: string;
let trouble: (string | null)[];
let opened: RecordsFile[];

beforeEach(() => {
  folder = temporaryFolder();
  path = join(folder.path, 'records.db');
  trouble = [];
  opened = [];
});
afterEach(async () => {
  for (const records of opened) await records.close(0);
  folder.remove();
});

async function open(
  more: { keepDays?: number; keepEntries?: number; start?: (s: RecordsStart) => Calls<RecordsCalls> } = {},
) {
  const { keepDays = 36_500, keepEntries = 1000, start } = more;
  const records = new RecordsFile({
    path,
    clock: systemClock,
    logger: collectingLogger(),
    onTrouble: (reason) => trouble.push(reason),
    alarmLog: { keepDays, keepEntries },
    ...(start && { start }),
  });
  opened.push(records);
  return { records, kept: await records.open() };
}
async function again() {
  await opened.at(-1)?.close(5000);
  return open();
}

describe('what is written', () => {
  it('is there again at the next start: alarm state, pumps, inputs of an open refill', async () => {
    const { records, kept } = await open();
    expect(kept).toEqual({ alarmState: null, lastAlarmId: 0, pumps: [], open: [], unpublished: [], putAside: null });
    await Promise.all([
      records.write({ do: 'alarms', state: '{"items":[]}', log: [logged(1), logged(2)] }),
      records.write({ do: 'pump', pump: 'P0042', json: '{"pump":"P0042"}' }),
      records.write({ do: 'pump', pump: 'P0043', json: '{"pump":"P0043"}' }),
      records.write({ do: 'pump', pump: 'P0043', json: null }),
      records.write({ do: 'refill-begun', summary: summary('r1'), line: '{"n":0}' }),
      records.write({ do: 'inputs', refill: 'r1', first: 1, lines: ['{"n":"ü"}'] }),
      records.write({ do: 'inputs', refill: 'r1', first: 2, lines: ['{"n":2}'] }),
    ]);
    expect((await again()).kept).toEqual({
      alarmState: '{"items":[]}',
      lastAlarmId: 2,
      pumps: ['{"pump":"P0042"}'],
      open: [{ refill: 'r1', summary: JSON.stringify(summary('r1')), inputs: ['{"n":0}', '{"n":"ü"}', '{"n":2}'] }],
      unpublished: [],
      putAside: null,
    });
  });

  it('twice changes nothing', async () => {
    const { records } = await open();
    for (let i = 0; i < 2; i++) {
      await records.write({ do: 'alarms', state: null, log: [logged(1)] });
      await records.write({ do: 'refill-begun', summary: summary('r1'), line: '{"n":0}' });
      await records.write({ do: 'inputs', refill: 'r1', first: 1, lines: ['a', 'b'] });
      const row = { id: 'x', atUtcMs: 1, by: 'A', login: null, what: 'pump-changed', subject: 'P1', detail: '' };
      await records.write({ do: 'audit', row });
    }
    expect(await records.alarmLog(ANY_ALARM)).toEqual([logged(1)]);
    expect(await records.inputs('r1')).toEqual(['{"n":0}', 'a', 'b']);
    const end = summary('r1', { outcome: 'completed', endedMs: 2 });
    for (let i = 0; i < 2; i++) await records.write({ do: 'refill-ended', summary: end, record: '{"r":1}' });
    expect((await records.refills(ANY_REFILL)).refills).toEqual([end]);
    expect(await records.inputs('r1')).toEqual(['{"n":0}', 'a', 'b']);
  });

  it('of a refill that has ended can be found by pump, station, time and outcome, page by page', async () => {
    const { records } = await open();
    for (let i = 1; i <= 5; i++) {
      const more = { pump: `P${i % 2}`, station: `S${i % 3}`, beganMs: i * 1000 };
      await records.write({ do: 'refill-begun', summary: summary(`r${i}`, more), line: '' });
      const ended = summary(`r${i}`, { ...more, outcome: i === 4 ? 'stopped' : 'completed', endedMs: i * 1000 + 600 });
      if (i < 5) await records.write({ do: 'refill-ended', summary: ended, record: `{"i":${i}}` });
    }
    const found = async (query: object) =>
      (await records.refills({ ...ANY_REFILL, ...query })).refills.map(({ refill }) => refill);
    expect(await found({})).toEqual(['r5', 'r4', 'r3', 'r2', 'r1']);
    expect(await found({ pump: 'P1' })).toEqual(['r5', 'r3', 'r1']);
    expect(await found({ station: 'S1' })).toEqual(['r4', 'r1']);
    expect(await found({ fromMs: 2000, toMs: 4000 })).toEqual(['r3', 'r2']);
    expect(await found({ outcome: 'stopped' })).toEqual(['r4']);
    const first = await records.refills({ ...ANY_REFILL, limit: 2 });
    const second = await records.refills({ ...ANY_REFILL, limit: 3, before: first.next });
    expect([...first.refills, ...second.refills].map(({ refill }) => refill)).toEqual(['r5', 'r4', 'r3', 'r2', 'r1']);
    expect(second.next).toBeNull();
    expect(await records.record('r4')).toBe('{"i":4}');
    expect(await records.record('r5')).toBeNull();
    expect(await records.record('r6')).toBeNull();
  });

  it('as a record is given out at every start until the broker has it', async () => {
    const { records } = await open();
    for (const refill of ['r1', 'r2', 'r3']) {
      await records.write({ do: 'refill-begun', summary: summary(refill), line: '' });
      if (refill === 'r3') continue;
      const ended = summary(refill, { outcome: 'completed' });
      await records.write({ do: 'refill-ended', summary: ended, record: `"${refill}"` });
    }
    expect((await again()).kept.unpublished).toEqual(['"r1"', '"r2"']);
    await opened.at(-1)?.write({ do: 'record-published', refill: 'r1' });
    expect((await again()).kept).toMatchObject({ unpublished: ['"r2"'], open: [{ refill: 'r3' }] });
  });

  it('in the alarm log is forgotten after its days, and beyond its number', async () => {
    const { records } = await open();
    const now = Date.now();
    const log = [1, 2, 3, 4, 5].map((id) => logged(id, { atUtcMs: id <= 2 ? now - 86_400_000 * 11 : now }));
    await records.write({ do: 'alarms', state: null, log });
    await records.close(5000);
    const byAge = await open({ keepDays: 10 });
    await vi.waitFor(async () =>
      expect((await byAge.records.alarmLog(ANY_ALARM)).map(({ id }) => id)).toEqual([5, 4, 3]),
    );
    await byAge.records.close(5000);
    const byNumber = await open({ keepEntries: 2 });
    await vi.waitFor(async () =>
      expect((await byNumber.records.alarmLog(ANY_ALARM)).map(({ id }) => id)).toEqual([5, 4]),
    );
  });
});

describe('trouble', () => {
  it('waits while the file cannot be written, says so, and writes all of it in order afterwards', async () => {
    const { records } = await open();
    await records.write({ do: 'refill-begun', summary: summary('r1'), line: '{"n":0}' });
    const other = new Database(path);
    other.exec('BEGIN IMMEDIATE');
    const writes = [0, 1, 2, 3].map((n) =>
      records.write({ do: 'inputs', refill: 'r1', first: n + 1, lines: [String(n)] }),
    );
    await vi.waitFor(() => expect(trouble).toEqual([expect.stringContaining('another program is writing it')]));
    other.exec('ROLLBACK');
    other.close();
    await Promise.all(writes);
    expect(trouble.at(-1)).toBeNull();
    expect(await records.inputs('r1')).toEqual(['{"n":0}', '0', '1', '2', '3']);
  });

  it('asks a file that cannot be written once a second, however much is to be written', async () => {
    let asked = 0;
    const start = (given: RecordsStart): Calls<RecordsCalls> => {
      const calls = startWorker<RecordsCalls>(RECORDS, 'records-worker', given);
      const call: Calls<RecordsCalls>['call'] = (method, ...more) => {
        if (method === 'write') asked++;
        return calls.call(method, ...more);
      };
      return { call, end: () => calls.end(), alive: true };
    };
    const { records } = await open({ start });
    await records.write({ do: 'pump', pump: 'P0041', json: '{}' });
    const other = new Database(path);
    other.exec('BEGIN IMMEDIATE');
    asked = 0;
    const first = records.write({ do: 'pump', pump: 'P0042', json: '{}' });
    await vi.waitFor(() => expect(trouble).toHaveLength(1));
    const more = [1, 2, 3].map((n) => records.write({ do: 'pump', pump: `P${n}`, json: '{}' }));
    other.exec('ROLLBACK');
    other.close();
    await Promise.all([first, ...more]);
    expect(asked).toBe(2);
  });

  it.each(['before', 'after'] as const)('loses nothing when the thread dies %s a commit', async (dies) => {
    const start = () => startWorker<RecordsCalls>(import.meta.url, 'dying-worker', { path, dies });
    const { records } = await open({ start });
    await records.write({ do: 'refill-begun', summary: summary('r1'), line: '{"n":0}' });
    for (let n = 0; n < 4; n++) {
      await records.write({ do: 'inputs', refill: 'r1', first: n + 1, lines: [String(n)] });
    }
    expect(await records.inputs('r1')).toEqual(['{"n":0}', '0', '1', '2', '3']);
    expect(trouble.filter((reason) => reason !== null).length).toBeGreaterThan(0);
  });

  it('puts a damaged file aside and begins a new one', async () => {
    writeFileSync(path, 'this is not a database, but it is long enough to look like one'.repeat(100));
    const { records, kept } = await open();
    expect(kept.putAside).toMatch(/records\.db\.damaged-/);
    expect(readdirSync(folder.path).filter((name) => name.includes('damaged'))).toHaveLength(1);
    await records.write({ do: 'alarms', state: null, log: [logged(1)] });
    expect(await records.alarmLog(ANY_ALARM)).toHaveLength(1);
  });

  it("leaves another program's database alone, and one of a newer layout", async () => {
    const foreign = new Database(path);
    foreign.exec('CREATE TABLE theirs (x); PRAGMA user_version = 0');
    foreign.close();
    await expect(open()).rejects.toThrow("another program's database: move it away");
    const newer = new Database(path);
    newer.exec('DROP TABLE theirs; PRAGMA user_version = 99');
    newer.close();
    await expect(open()).rejects.toThrow('update hai-bridge');
  });

  it('refuses a write that can never work, and none of the others', async () => {
    const { records } = await open();
    const bad = { ...logged(2), event: null } as unknown as ReturnType<typeof logged>;
    const results = await Promise.allSettled([
      records.write({ do: 'alarms', state: null, log: [logged(1)] }),
      records.write({ do: 'audit', row: { id: null, atUtcMs: 1 } as never }),
      records.write({ do: 'alarms', state: null, log: [bad] }),
      records.write({ do: 'alarms', state: null, log: [logged(3)] }),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
    expect((await records.alarmLog(ANY_ALARM)).map(({ id }) => id)).toEqual([3, 1]);
  });
});
