/** What bridges say of alarms and refills, as a dashboard apart from them shows it: read, aged, never answered. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { AlarmEntry } from '../../../src/alarms/board.ts';
import { Bus } from '../../../src/bus.ts';
import { silentLogger } from '../../../src/logger.ts';
import { alarmPayloadOf } from '../../../src/mqtt/alarm-lane.ts';
import { BedsideFeed } from '../../../src/mqtt/bedside-feed.ts';
import { REFILL_VALID_MS, refillPayloadOf } from '../../../src/mqtt/refill-lane.ts';
import { refillIn } from '../../support/refill-states.ts';
import { FakeClock } from '../journal/support.ts';
import { FakeConnection } from './fake-connection.ts';

let clock: FakeClock;
let connection: FakeConnection;
let feed: BedsideFeed;
let changes = 0;

beforeEach(() => {
  clock = new FakeClock();
  connection = new FakeConnection();
  const bus = new Bus((error) => {
    throw error;
  });
  changes = 0;
  bus.on('elsewhere', () => (changes += 1));
  feed = new BedsideFeed({ bus, connection, site: 'ward-3', clock, logger: silentLogger });
  feed.start();
});

const alarm = (over: Partial<AlarmEntry> = {}): AlarmEntry => ({
  ...{ source: 'RS-1', condition: 'needleNotInReservoir', priority: 'high', kind: 'physiological', latching: true },
  ...{ presence: 'present', sinceUtcMs: clock.utc - 4000, endedUtcMs: null, signal: 'on', detail: 'look', by: null },
  ...{ atUtcMs: null },
  ...over,
});
const topic = (rest: string, station = 'RS-1') => `hai/v1/ward-3/${station}/${rest}`;
const sayAlarm = (entry: AlarmEntry) =>
  connection.arrive(topic(`alarm/${entry.condition}`, entry.source), alarmPayloadOf(entry, 'bay-a', clock.utc), true);
const bridge = (state: 'online' | 'offline') =>
  connection.arrive(
    topic('bridge', 'bay-a'),
    { bridge: 'bay-a', state, reason: 'power', version: '1', at: null },
    true,
  );
const refill = (over: object = {}) => ({
  ...refillPayloadOf({ ...refillIn('fill', clock.utc), station: 'RS-1' }, 'bay-a', clock.utc),
  ...over,
});

describe('alarms from elsewhere', () => {
  it('come out as they went in, the most urgent first, and sound nowhere', () => {
    const low = alarm({
      source: 'bay-a',
      condition: 'stationRefused',
      priority: 'low',
      kind: 'technical',
      latching: false,
    });
    const answered = alarm({
      condition: 'overfill',
      signal: 'acknowledged',
      by: 'A. Jansen',
      atUtcMs: clock.utc - 1000,
    });
    const latched = alarm({ condition: 'airInLine', priority: 'medium', presence: 'latched', endedUtcMs: clock.utc });
    for (const entry of [low, latched, answered, alarm()]) sayAlarm(entry);
    const { entries, highest, sounding } = feed.board();
    expect(entries.map((e) => e.condition)).toEqual([
      'needleNotInReservoir',
      'overfill',
      'airInLine',
      'stationRefused',
    ]);
    expect(entries).toEqual(expect.arrayContaining([alarm(), answered, low]));
    expect([highest, sounding]).toEqual(['high', null]);
  });

  it('leave with the empty message, and say so when their bridge is silent', () => {
    sayAlarm(alarm());
    bridge('offline');
    expect(feed.board().entries[0]?.detail).toMatch(/^look \(said last at .*: bridge bay-a: power\)$/);
    bridge('online');
    expect(feed.board().entries[0]?.detail).toBe('look');
    connection.arrive(topic('alarm/needleNotInReservoir'), '', true);
    expect(feed.board().entries).toEqual([]);
    expect(changes).toBe(4);
  });
});

describe('refills from elsewhere', () => {
  it('are shown as said, until they are no longer said in time', () => {
    connection.arrive(topic('refill'), refill(), true);
    expect(feed.refills()).toMatchObject([{ station: 'RS-1', phase: 'fill', bridge: 'bay-a', silent: null }]);
    clock.pass(REFILL_VALID_MS - 1000);
    expect(feed.refills()[0]?.silent).toBeNull();
    clock.pass(2000);
    expect(feed.refills()[0]?.silent).toMatch(/bay-a has said nothing of it in time/);
  });

  it('are not current when they are old, or their bridge is gone; and go when there is none', () => {
    const old = refill({ at: new Date(clock.utc - 60_000).toISOString() });
    connection.arrive(topic('refill'), old, true);
    expect(feed.refills()[0]?.silent).not.toBeNull();
    connection.arrive(topic('refill'), refill(), true);
    expect(feed.refills()[0]?.silent).toBeNull();
    bridge('offline');
    expect(feed.refills()[0]?.silent).toBe('bridge bay-a: power');
    connection.arrive(topic('refill'), refillPayloadOf({ station: 'RS-1', refill: null }, 'bay-a', clock.utc), true);
    expect(feed.refills()).toEqual([]);
  });

  it('that are not what their topic promises are counted and left', () => {
    connection.arrive(topic('refill', 'RS-2'), refill(), true);
    connection.arrive(topic('refill'), { nonsense: true }, true);
    connection.arrive(topic('alarm/overfill'), 'no json', true);
    expect([feed.refills(), feed.board().entries, feed.strangers]).toEqual([[], [], 3]);
  });
});
