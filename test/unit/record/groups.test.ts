import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Quarantine } from '../../../src/record/quarantine.ts';
import { Recorder } from '../../../src/record/recorder.ts';
import type { WriteBatch } from '../../../src/store/port.ts';
import { temporaryFolder } from '../../support/services.ts';
import { collectingLogger, FakeClock } from '../journal/support.ts';
import { FakeConnection } from '../mqtt/fake-connection.ts';
import { MemoryStore, telemetry } from './support.ts';

/** A group is full with so many. */
const FULL = 5000;

/** Has a write done when it is told so. */
class SlowStore extends MemoryStore {
  readonly underWay: { readonly first: number; done(): void }[] = [];

  override async write(batch: WriteBatch): Promise<void> {
    await new Promise<void>((done) => this.underWay.push({ first: batch.rows[0]?.seq ?? 0, done }));
    await super.write(batch);
  }
}

let clock: FakeClock;
let store: SlowStore;
let connection: FakeConnection;
let recorder: Recorder;
let folder: ReturnType<typeof temporaryFolder>;

afterEach(() => folder.remove());
beforeEach(() => {
  folder = temporaryFolder();
  clock = new FakeClock();
  store = new SlowStore();
  connection = new FakeConnection();
  recorder = new Recorder({
    connection,
    store,
    quarantine: new Quarantine({ folder: folder.path, clock }),
    site: 'ward-3',
    recorder: 'rec-1',
    clock,
    logger: collectingLogger(),
    random: () => 0.5,
    queueLimit: 8 * FULL,
  });
  recorder.start();
});

const settled = async () => {
  for (let i = 0; i < 60; i++) await Promise.resolve();
};
const passing = async (ms: number) => {
  clock.pass(ms);
  await settled();
};
let said = 0;
beforeEach(() => {
  said = 0;
});
const arrive = async (rows: number) => {
  connection.arrive('hai/v1/ward-3/RS-1/telemetry', telemetry(said + 1, rows));
  said += rows;
  await settled();
};
const underWay = () => store.underWay.map(({ first }) => first);
const end = async (index: number) => {
  store.underWay.splice(index, 1)[0]?.done();
  await settled();
};
const acknowledged = () =>
  connection.of('recorded').flatMap((s) => JSON.parse(s.payload).batches.map((b: { firstSeq: number }) => b.firstSeq));

describe('groups that a recorder writes', () => {
  it('are at most three at once while full ones wait, and each is acknowledged when the store has it', async () => {
    for (let i = 0; i < 5; i++) await arrive(FULL);
    expect(underWay()).toEqual([1, FULL + 1, 2 * FULL + 1]);
    await end(1);
    expect(acknowledged()).toEqual([FULL + 1]);
    expect(underWay()).toEqual([1, 2 * FULL + 1, 3 * FULL + 1]);
    for (let i = 0; i < 4; i++) await end(0);
    expect(acknowledged()).toEqual([FULL + 1, 1, 2 * FULL + 1, 3 * FULL + 1, 4 * FULL + 1]);
    expect(store.kept.size).toBe(5 * FULL);
  });

  it('are one at a time while the store keeps up: what is less than a full one waits', async () => {
    await arrive(10);
    await passing(50);
    await arrive(20);
    await arrive(30);
    await passing(1000);
    expect(underWay()).toEqual([1]);
    await end(0);
    await passing(50);
    expect(underWay()).toEqual([11]);
    await end(0);
    expect(store.writes).toEqual([10, 50]);
  });

  it('are one at a time while the store fails: the others wait in line, where they can be left to another recorder', async () => {
    store.away = true;
    await arrive(FULL);
    await end(0);
    await arrive(FULL);
    await arrive(FULL);
    await passing(250);
    expect(underWay()).toEqual([1]);
    store.away = false;
    await end(0);
    expect(underWay()).toEqual([FULL + 1, 2 * FULL + 1]);
  });

  it('count against the limit until the store has them', async () => {
    for (let i = 0; i < 8; i++) await arrive(FULL);
    await arrive(1);
    expect(recorder.counters.overflow).toBe(1);
    await end(2);
    await arrive(1);
    expect(recorder.counters.overflow).toBe(1);
  });

  it('are all written before it has stopped, those in line too', async () => {
    for (let i = 0; i < 4; i++) await arrive(FULL);
    await arrive(7);
    let stopped = false;
    const stopping = recorder.stop().then(() => {
      stopped = true;
    });
    for (let i = 0; i < 5; i++) {
      expect(stopped).toBe(false);
      await end(0);
    }
    await stopping;
    expect(acknowledged()).toHaveLength(5);
  });

  it('are left to be sent again when the store does not answer within three seconds of the stop', async () => {
    for (let i = 0; i < 2; i++) await arrive(FULL);
    const stopping = recorder.stop();
    await passing(3000);
    await stopping;
    expect(acknowledged()).toEqual([]);
  });
});
