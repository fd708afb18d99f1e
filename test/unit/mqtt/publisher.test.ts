import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Bus } from '../../../src/bus.ts';
import { configSchema } from '../../../src/config.ts';
import { feedJournal } from '../../../src/journal/feed.ts';
import { openJournal } from '../../../src/journal/journal.ts';
import type { Journal } from '../../../src/journal/port.ts';
import { silentLogger } from '../../../src/logger.ts';
import { Publisher } from '../../../src/mqtt/publisher.ts';
import { type TelemetryBatch, TOPICS, telemetryPayload } from '../../../src/mqtt/topics.ts';
import { temporaryFolder } from '../../support/services.ts';
import { diskHere } from '../journal/disk-here.ts';
import { FakeClock, reading } from '../journal/support.ts';
import { FakeConnection, type Sent } from './fake-connection.ts';
import { info, status } from './pipeline.ts';

let folder: ReturnType<typeof temporaryFolder>;
let clock: FakeClock;
let bus: Bus;
let journal: Journal;
let connection: FakeConnection;
let publisher: Publisher;

beforeEach(async () => {
  folder = temporaryFolder();
  clock = new FakeClock();
  bus = new Bus((error) => {
    throw error;
  });
  const path = join(folder.path, 'journal.db');
  const disk = diskHere(path, clock);
  journal = await openJournal({ path, bridge: 'bay-a', clock, logger: silentLogger, disk });
  connection = new FakeConnection();
  const config = configSchema.parse({ site: 'ward-3', bridge: 'bay-a' });
  publisher = new Publisher({ bus, journal, connection, config, clock, logger: silentLogger });
  publisher.start();
  feedJournal(bus, journal);
});
afterEach(async () => {
  publisher.stop();
  await journal.close();
  folder.remove();
});

const now = (n: number, station = 'RS-1') =>
  reading(station, n, { received: { utcMs: clock.utc, monotonicMs: clock.monotonicMs() } });
const body = (sent: Sent | undefined) => JSON.parse(sent?.payload ?? 'null');
const batches = (sent: Sent | undefined) => z.array(telemetryPayload).parse([body(sent)].flat());
const batch = (sent: Sent | undefined) => batches(sent)[0] as TelemetryBatch;

describe('live lane', () => {
  it('sends the first value at once, then the latest one, at most liveHz a second, expiring', () => {
    for (let n = 0; n < 100; n++) {
      bus.emit('reading', now(n));
      clock.pass(10);
    }
    const live = connection.of('live');
    expect(live.length).toBeGreaterThanOrEqual(5);
    expect(live.length).toBeLessThanOrEqual(6);
    expect(live[0]).toMatchObject({ topic: 'hai/v1/ward-3/RS-1/live', qos: 0, expirySeconds: 2 });
    expect(TOPICS.live.payload.parse(body(live[0]))).toMatchObject({ lineSeq: 0, validForMs: 2000 });
    const lines = live.map((s) => body(s).lineSeq);
    expect(lines[1]).toBeGreaterThanOrEqual(19);
    expect(lines[1]).toBeLessThanOrEqual(20);
  });

  it('keeps each station to its own rate', () => {
    for (let n = 0; n < 10; n++) for (let s = 0; s < 3; s++) bus.emit('reading', now(n, `RS-${s}`));
    expect(connection.of('live').map((s) => body(s).station)).toEqual(['RS-0', 'RS-1', 'RS-2']);
    clock.pass(200);
    expect(
      connection
        .of('live')
        .slice(3)
        .map((s) => body(s).lineSeq),
    ).toEqual([9, 9, 9]);
  });

  it('drops what cannot go out now', () => {
    connection.turn(false);
    bus.emit('reading', now(1));
    connection.turn(true);
    clock.pass(1000);
    expect(connection.of('live')).toEqual([]);
    connection.unsentBytes = 1_000_000;
    bus.emit('reading', now(2));
    expect(connection.of('live')).toEqual([]);
    expect(publisher.counters.liveSkipped).toBe(1);
  });
});

describe('retained lane', () => {
  it('repeats the status within its validity, and the broker forgets it when nobody does', () => {
    bus.emit('status', status('RS-1'));
    bus.emit('status', status('RS-1', { station: null, state: 'connecting' }));
    expect(connection.of('status')).toHaveLength(1);
    expect(connection.of('status')[0]).toMatchObject({ qos: 1, retain: true, expirySeconds: 30 });
    clock.pass(30_000);
    expect(connection.of('status')).toHaveLength(4);
    const first = TOPICS.status.payload.parse(body(connection.of('status')[0]));
    expect(TOPICS.status.payload.parse(body(connection.of('status')[3]))).toEqual({
      ...first,
      at: new Date(clock.utc).toISOString(),
    });
  });

  it('says everything again after a reconnect, and offline at the end', () => {
    connection.turn(false);
    bus.emit('status', status('RS-1'));
    bus.emit('identified', info('RS-1'));
    expect(connection.sent).toEqual([]);
    connection.turn(true);
    expect(connection.of('info').map(body)).toMatchObject([{ rateHz: 10, protocol: '1.0' }]);
    expect(connection.of('status').map(body)).toMatchObject([{ state: 'live' }]);
    publisher.stop();
    expect(body(connection.of('status').at(-1))).toMatchObject({ state: 'offline', reason: 'the bridge was stopped' });
  });
});

describe('telemetry lane', () => {
  const recorded = (sent: Sent | undefined) => {
    const { station } = batch(sent);
    connection.arrive(`hai/v1/ward-3/${station}/recorded`, {
      station,
      recorder: 'r',
      batches: batches(sent).map(({ epoch, firstSeq, lastSeq }) => ({ epoch, firstSeq, lastSeq })),
    });
  };

  it('publishes what is committed, and forgets it when it is recorded', async () => {
    bus.emit('reading', now(1));
    expect(connection.of('telemetry')).toEqual([]);
    await clock.passing(0);
    const [sent] = connection.of('telemetry');
    expect(sent).toMatchObject({ topic: 'hai/v1/ward-3/RS-1/telemetry', qos: 1 });
    expect(batch(sent)).toMatchObject({
      history: false,
      rows: [[1, 0, 100, 1, 128, 18.249, -0.5, 12.34, 33.1, null, 101.325]],
    });
    recorded(sent);
    await clock.passing(60_000);
    expect(journal.counters).toMatchObject({ waiting: 0, retired: 1 });
    expect(connection.of('telemetry')).toHaveLength(1);
  });

  it('sends again, marked as history, what no recorder has acknowledged in ten seconds', async () => {
    for (let n = 0; n < 3; n++) {
      bus.emit('reading', now(n));
      await clock.passing(100);
    }
    recorded(connection.of('telemetry')[1]);
    await clock.passing(9000);
    expect(connection.of('telemetry')).toHaveLength(3);
    await clock.passing(3000);
    const again = connection.of('telemetry').slice(3).flatMap(batches);
    expect(again.map((b) => [b.firstSeq, b.history])).toEqual([
      [1, true],
      [3, true],
    ]);
    await clock.passing(11_000);
    expect(connection.of('telemetry').slice(3).flatMap(batches)).toEqual([...again, ...again]);
  });

  it('catches up at once after a reconnect, oldest first, and does not repeat what is new', async () => {
    bus.emit('reading', now(0));
    await clock.passing(100);
    connection.turn(false);
    for (let n = 1; n < 200; n++) {
      bus.emit('reading', now(n));
      await clock.passing(100);
    }
    expect(connection.of('telemetry')).toHaveLength(1);
    connection.turn(true);
    bus.emit('reading', now(200));
    await clock.passing(300);
    const lines = connection.of('telemetry').flatMap((s) => batches(s).map((b) => b.rows[0]?.[3]));
    expect(lines.filter((n) => n === 200)).toHaveLength(1);
    expect(lines.slice(1).filter((n) => n !== 200)).toEqual(Array.from({ length: 200 }, (_, i) => i));
  });

  it('sends many batches of a station together, in messages that a broker takes', async () => {
    connection.turn(false);
    for (let n = 0; n < 1500; n++) {
      bus.emit('reading', now(n, `RS-${n % 2}`));
      await clock.passing(20);
    }
    connection.turn(true);
    await clock.passing(1000);
    const sent = connection.of('telemetry');
    expect(sent.length).toBeLessThan(30);
    for (const message of sent) {
      expect(message.payload.length).toBeLessThan(210_000);
      expect(new Set(batches(message).map((b) => b.station)).size).toBe(1);
      expect(batches(message).every((b) => b.history)).toBe(true);
      TOPICS.telemetry.payload.parse(body(message));
    }
    const seqs = (station: string) => sent.flatMap(batches).flatMap((b) => (b.station === station ? b.firstSeq : []));
    for (const station of ['RS-0', 'RS-1']) expect(seqs(station)).toEqual(Array.from({ length: 750 }, (_, i) => i + 1));
    for (const message of sent) recorded(message);
    await clock.passing(30_000);
    expect(journal.counters.waiting).toBe(0);
    expect(connection.of('telemetry')).toHaveLength(sent.length);
  });

  it('does not send more than the broker has room for, nor more than a window without answers', async () => {
    const stations = 400;
    connection.turn(false);
    for (let n = 0; n < stations; n++) bus.emit('reading', now(n, `RS-${n}`));
    await clock.passing(200);
    connection.room = 3;
    connection.turn(true);
    await clock.passing(0);
    expect(connection.of('telemetry')).toHaveLength(3);
    connection.room = 100;
    await clock.passing(5000);
    expect(connection.of('telemetry')).toHaveLength(256);
    for (const sent of connection.of('telemetry').slice(0, 200)) recorded(sent);
    await clock.passing(1000);
    expect(connection.of('telemetry')).toHaveLength(stations);
    expect(new Set(connection.of('telemetry').map((s) => s.topic)).size).toBe(stations);
  });
});
