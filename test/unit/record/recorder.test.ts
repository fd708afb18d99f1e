import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ROW_COLUMNS } from '../../../src/mqtt/topics.ts';
import { Quarantine } from '../../../src/record/quarantine.ts';
import { Recorder } from '../../../src/record/recorder.ts';
import { temporaryFolder } from '../../support/services.ts';
import { collectingLogger, FakeClock } from '../journal/support.ts';
import { FakeConnection } from '../mqtt/fake-connection.ts';
import { MemoryStore, telemetry } from './support.ts';

let clock: FakeClock;
let store: MemoryStore;
let connection: FakeConnection;
let logger: ReturnType<typeof collectingLogger>;
let recorder: Recorder;
let folder: ReturnType<typeof temporaryFolder>;
let quarantine: string;

afterEach(() => folder.remove());
beforeEach(() => {
  folder = temporaryFolder();
  quarantine = join(folder.path, 'quarantine');
  clock = new FakeClock();
  store = new MemoryStore();
  connection = new FakeConnection();
  logger = collectingLogger();
  recorder = new Recorder({
    connection,
    store,
    quarantine: new Quarantine({ folder: quarantine, clock }),
    site: 'ward-3',
    recorder: 'rec-1',
    clock,
    logger,
    random: () => 0.5,
    queueLimit: 100,
  });
  recorder.start();
});

const arrive = (batch: unknown, topic = 'hai/v1/ward-3/RS-1/telemetry') => connection.arrive(topic, batch);
/** Time passes, in steps, and promises settle in between. */
async function pass(ms: number): Promise<void> {
  for (let left = ms; left >= 0; left -= 500) {
    clock.pass(Math.min(left, 500));
    for (let i = 0; i < 60; i++) await Promise.resolve();
  }
}
/** Files are written in real time, whatever the clock says. */
const eventually = (check: () => void) => vi.waitFor(check, { timeout: 5000, interval: 5 });
const quarantined = () =>
  readdirSync(quarantine).flatMap((name) =>
    readFileSync(join(quarantine, name), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  );
const acknowledged = () =>
  connection.of('recorded').flatMap((s) => JSON.parse(s.payload).batches.map((b: { firstSeq: number }) => b.firstSeq));

describe('recorder', () => {
  it('shares the topic with other recorders', () => {
    expect(connection.subscriptions).toMatchObject([{ filter: 'hai/v1/ward-3/+/telemetry', share: 'recorder' }]);
  });

  it('writes several messages at once and acknowledges them by name, after the write', async () => {
    arrive(telemetry(1, 2));
    await pass(0);
    for (let i = 0; i < 5; i++) arrive(telemetry(3 + 2 * i, 2));
    expect(acknowledged()).toEqual([1]);
    await pass(50);
    expect(store.writes).toEqual([2, 10]);
    expect(acknowledged()).toEqual([1, 3, 5, 7, 9, 11]);
    expect(connection.of('recorded')[0]).toMatchObject({
      topic: 'hai/v1/ward-3/RS-1/recorded',
      qos: 1,
      payload: '{"station":"RS-1","recorder":"rec-1","batches":[{"epoch":5,"firstSeq":1,"lastSeq":2}]}',
    });
    expect(store.kept.get('RS-1/5/2')).toEqual({
      station: 'RS-1',
      epoch: 5,
      seq: 2,
      timeNs: 1_773_480_413_000_001_000n,
      deviceTickMs: 1,
      lineSeq: 1,
      flags: 0,
      values: [18.5, null, 1, 2, 3, 4],
    });
  });

  it('keeps and tries again while the store is away; acknowledges nothing meanwhile; leaves what is too much', async () => {
    store.away = true;
    arrive(telemetry(1, 60));
    await pass(0);
    arrive(telemetry(61, 40));
    arrive(telemetry(101, 40));
    await pass(60_000);
    expect(acknowledged()).toEqual([]);
    expect(recorder.counters).toMatchObject({ overflow: 1, written: 0 });
    expect(recorder.counters.retries).toBeGreaterThan(5);
    store.away = false;
    await pass(10_000);
    expect(acknowledged()).toEqual([1, 61]);
    expect(store.kept.size).toBe(100);
    arrive(telemetry(101, 40));
    await pass(50);
    expect(acknowledged()).toEqual([1, 61, 101]);
  });

  it('finds the poison, keeps it whole where people find it, and writes all others', async () => {
    store.refuses = (row) => row.seq === 7 || row.seq === 31;
    const event = { seq: 31, dtNs: 0, tickMs: 0, lineSeq: 0, source: 'scan', state: 'QR', data: 'x' };
    arrive(telemetry(1, 30, { lastSeq: 31, events: [event] }));
    await pass(50);
    await eventually(() => expect(acknowledged()).toEqual([1]));
    expect(store.kept.size).toBe(29);
    expect(store.kept.has('RS-1/5/7')).toBe(false);
    expect(recorder.counters).toMatchObject({ rejected: 2, written: 29, heldBack: 0 });
    const common = {
      at: '2026-03-14T09:26:53.050Z',
      reason: 'field type conflict',
      topic: 'hai/v1/ward-3/RS-1/telemetry',
      site: 'ward-3',
      bridge: 'bay-a',
      station: 'RS-1',
      epoch: 5,
      batch: { epoch: 5, firstSeq: 1, lastSeq: 31 },
    };
    expect(quarantined()).toEqual([
      {
        ...common,
        seq: 7,
        kind: 'row',
        content: {
          timeNs: '1773480413000006000',
          deviceTickMs: 6,
          lineSeq: 6,
          flags: 0,
          values: [18.5, null, 1, 2, 3, 4],
        },
        raw: expect.stringMatching(/^\[7,6000,6,6,0,18\.5,null,1,2,3,4\]$/),
      },
      {
        ...common,
        seq: 31,
        kind: 'event',
        content: { timeNs: '1773480413000000000', deviceTickMs: 0, lineSeq: 0, source: 'scan', state: 'QR', data: 'x' },
        raw: JSON.stringify(event),
      },
    ]);
    const [file] = readdirSync(quarantine);
    expect(logger.lines.filter((l) => l.level === 'error').map((l) => l.fields)).toMatchObject([
      { content: { seq: 7 }, reason: 'field type conflict', file: join(quarantine, file ?? ''), rejected: 2 },
      { content: { seq: 31, data: 'x' } },
    ]);
    const size = readFileSync(join(quarantine, file ?? '')).length;
    expect(recorder.counters.quarantineBytes).toBe(size);
  });

  it('keeps a poison row once, although its batch comes again', async () => {
    store.refuses = (row) => row.seq === 2;
    for (const times of [1, 2, 3]) {
      arrive(telemetry(1, 3));
      await pass(500);
      await eventually(() => expect(acknowledged()).toHaveLength(times));
    }
    expect(quarantined()).toHaveLength(1);
    expect(recorder.counters.rejected).toBe(1);
  });

  it('does not acknowledge what can be neither stored nor kept, says so, and goes on when it can', async () => {
    writeFileSync(quarantine, 'a file where the folder should be');
    store.refuses = (row) => row.seq === 2;
    arrive(telemetry(1, 3));
    arrive(telemetry(4, 3));
    await pass(50);
    await eventually(() => expect(acknowledged()).toEqual([4]));
    expect(store.kept.size).toBe(5);
    expect(recorder.counters).toMatchObject({ rejected: 0, heldBack: 1 });
    const said = logger.lines.filter((l) => l.level === 'error');
    expect(said).toMatchObject([{ fields: { batches: 1, problem: expect.stringContaining(quarantine) } }]);
    rmSync(quarantine);
    arrive(telemetry(1, 3));
    await pass(50);
    await eventually(() => expect(acknowledged()).toEqual([4, 1]));
    expect(quarantined()).toMatchObject([{ seq: 2 }]);
    expect(recorder.counters.rejected).toBe(1);
  });

  it('counts a poison row once, even when the store goes away half-way', async () => {
    let writes = 0;
    store.refuses = (row) => {
      if (++writes === 20) store.away = true;
      return row.seq === 1;
    };
    arrive(telemetry(1, 30));
    await pass(0);
    store.away = false;
    await pass(10_000);
    await eventually(() => expect(acknowledged()).toEqual([1]));
    expect(recorder.counters).toMatchObject({ rejected: 1, written: 29 });
    expect(store.kept.size).toBe(29);
  });

  it('leaves the telemetry to others while its store is away, but not for a short restart of the store', async () => {
    store.away = true;
    arrive(telemetry(1, 2));
    await pass(1500);
    expect(connection.subscriptions).toHaveLength(1);
    await pass(5000);
    expect(connection.subscriptions).toHaveLength(0);
    expect(recorder.counters.stoodBack).toBe(1);
    store.away = false;
    await pass(7000);
    expect(connection.subscriptions).toMatchObject([{ share: 'recorder' }]);
    expect(acknowledged()).toEqual([1]);
    arrive(telemetry(3, 2));
    await pass(50);
    expect(acknowledged()).toEqual([1, 3]);
  });

  it('does not listen again when it was stopped while its store was away', async () => {
    store.away = true;
    arrive(telemetry(1, 2));
    await pass(6000);
    const stopped = recorder.stop();
    store.away = false;
    await pass(5000);
    await stopped;
    expect(connection.subscriptions).toEqual([]);
  });

  it('reads columns by name: a newer bridge may have more, an older one fewer', async () => {
    arrive(
      telemetry(1, 1, {
        columns: ['lineFlow', 'flags', 'seq', 'lineSeq', 'future', 'dtNs', 'tickMs'],
        rows: [[1.5, 2, 1, 4, 99, 0, 3]],
      }),
    );
    await pass(50);
    expect(store.kept.get('RS-1/5/1')).toMatchObject({
      flags: 2,
      lineSeq: 4,
      deviceTickMs: 3,
      values: [null, 1.5, null, null, null, null],
    });
  });

  it.each<[string, unknown]>([
    ['not an object', 17],
    ['a row too short', telemetry(1, 1, { rows: [[1, 0, 0, 0, 0]] })],
    ['text in a value', { ...telemetry(1, 1), rows: [[1, 0, 0, 0, 0, '18', null, null, null, null, null]] }],
    ['seq not ascending', telemetry(1, 2, { rows: [2, 1].map((s) => [s, s, 0, 0, 0, 1, 1, 1, 1, 1, 1]) })],
    ['seq outside the batch', telemetry(1, 1, { rows: [[2, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1]] })],
    ['fewer rows than said', telemetry(1, 2, { lastSeq: 3 })],
    ['time standing still', telemetry(1, 2, { rows: [1, 2].map((s) => [s, 5, 0, 0, 0, 1, 1, 1, 1, 1, 1]) })],
    ['a negative tick', telemetry(1, 1, { rows: [[1, 0, -1, 0, 0, 1, 1, 1, 1, 1, 1]] })],
    ['a broken flag', telemetry(1, 1, { rows: [[1, 0, 0, 0, 0.5, 1, 1, 1, 1, 1, 1]] })],
    ['no seq column', telemetry(1, 1, { columns: ROW_COLUMNS.map((c) => (c === 'seq' ? 'sequence' : c)) })],
    ['time beyond 64 bits', telemetry(1, 1, { t0: '99999999999999999999' })],
    ['a name that is no name', telemetry(1, 1, { station: '../RS-1' })],
    ['another station than the topic', telemetry(1, 1, { station: 'RS-2' })],
  ])('refuses %s as a whole', async (_, batch) => {
    arrive(batch);
    await pass(1000);
    expect(store.writes).toEqual([]);
    expect(recorder.counters.invalid).toBe(1);
    expect(logger.lines).toMatchObject([{ level: 'warn' }]);
  });

  it('warns of strangers once in a while only', async () => {
    for (let i = 0; i < 1000; i++) arrive(`non\nsense ${'x'.repeat(500)}`);
    expect(recorder.counters.invalid).toBe(1000);
    expect(logger.lines).toMatchObject([{ fields: { begins: `non·sense ${'x'.repeat(110)}`, ignored: 1 } }]);
  });

  it('writes and acknowledges what it has when it stops', async () => {
    arrive(telemetry(1, 1));
    await recorder.stop();
    expect(acknowledged()).toEqual([1]);
    expect(connection.subscriptions).toEqual([]);
  });
});
