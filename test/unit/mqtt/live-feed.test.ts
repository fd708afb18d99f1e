import { beforeEach, describe, expect, it } from 'vitest';
import { FAULT_KINDS, type FaultKind } from '../../../protocols/framing.ts';
import type { Reading } from '../../../protocols/reading.ts';
import { Bus } from '../../../src/bus.ts';
import { silentLogger } from '../../../src/logger.ts';
import { LiveFeed } from '../../../src/mqtt/live-feed.ts';
import { healthPayloadOf, infoPayloadOf, livePayloadOf, statusPayloadOf } from '../../../src/mqtt/payloads.ts';
import { matches } from '../../../src/mqtt/subscriptions.ts';
import type { StationHealth, StationInfo, StationStatus } from '../../../src/station/model.ts';
import { FakeClock, reading } from '../journal/support.ts';
import { FakeConnection } from './fake-connection.ts';
import { info, status } from './pipeline.ts';

let clock: FakeClock;
let connection: FakeConnection;
let feed: LiveFeed;
let seen: { status: StationStatus[]; identified: StationInfo[]; reading: Reading[]; health: StationHealth[] };

beforeEach(() => {
  clock = new FakeClock();
  connection = new FakeConnection();
  const bus = new Bus((error) => {
    throw error;
  });
  seen = { status: [], identified: [], reading: [], health: [] };
  bus.on('status', (s) => seen.status.push(s));
  bus.on('identified', (s) => seen.identified.push(s));
  bus.on('reading', (s) => seen.reading.push(s));
  bus.on('health', (s) => seen.health.push(s));
  feed = new LiveFeed({ bus, connection, site: 'ward-3', clock, logger: silentLogger });
  feed.start();
});

const live = (at = clock.utc, over: Partial<StationStatus> = {}) =>
  statusPayloadOf({ ...status('RS-1', over), station: 'RS-1' }, { atMs: at, validForMs: 30_000, bridge: 'bay-a' });
const topic = (name: string) => `hai/v1/ward-3/RS-1/${name}`;

describe('live feed', () => {
  it('gives back what the bridge put in', () => {
    const birth = { ...info('RS-1'), identifiedUtcMs: clock.utc };
    const health: StationHealth = {
      station: 'RS-1',
      atUtcMs: clock.utc,
      state: 'live',
      rateHz: 9.87,
      linkQuality: 0.9991,
      tickDriftMs: -4,
      counters: {
        bytes: 1,
        lines: 2,
        readings: 3,
        events: 4,
        linesLost: 5,
        duplicates: 6,
        outOfOrder: 7,
        beforeIdentified: 8,
        unknownMessages: 9,
        extraFields: 10,
        foreign: 11,
        outOfRange: 12,
        beyondLimit: 13,
        tickJumps: 14,
        reboots: 15,
        opens: 16,
        openFailures: 17,
        disconnects: 18,
        quiets: 19,
        commandTimeouts: 20,
        faults: Object.fromEntries(FAULT_KINDS.map((kind, i) => [kind, i])) as Record<FaultKind, number>,
      },
    };
    const said = reading('RS-1', 7, { flags: 0x0081 });
    connection.arrive(topic('info'), infoPayloadOf(birth));
    connection.arrive(topic('status'), live(), true);
    connection.arrive(topic('live'), livePayloadOf(said, 2000));
    connection.arrive(topic('health'), healthPayloadOf(health));
    expect(seen.identified).toEqual([birth]);
    expect(seen.status).toMatchObject([{ station: 'RS-1', link: '/dev/ttyUSB0', state: 'live', reason: null }]);
    expect(seen.reading).toEqual([{ ...said, received: { ...said.received, monotonicMs: clock.monotonicMs() } }]);
    expect(seen.health).toEqual([health]);
    expect(feed.strangers).toBe(0);
  });

  it('says offline when a status is not repeated in time', () => {
    connection.arrive(topic('status'), live());
    clock.pass(20_000);
    connection.arrive(topic('status'), live());
    clock.pass(29_999);
    expect(seen.status.map((s) => s.state)).toEqual(['live', 'live']);
    clock.pass(1);
    expect(seen.status.at(-1)).toMatchObject({
      state: 'offline',
      reason: 'bridge bay-a has not been heard in time: check its power and network',
    });
  });

  it('does not believe a retained "live" of a bridge that is long dead', () => {
    connection.arrive(topic('status'), live(clock.utc - 3_600_000), true);
    expect(seen.status).toMatchObject([{ state: 'offline' }]);
    connection.arrive(topic('status'), live(clock.utc - 20_000), true);
    clock.pass(10_000);
    expect(seen.status.map((s) => s.state)).toEqual(['offline', 'live', 'offline']);
  });

  it('takes the last will of a bridge for all its stations', () => {
    connection.arrive(topic('status'), live());
    const will = { bridge: 'bay-a', state: 'offline', reason: 'gone', version: '1', at: null };
    connection.arrive('hai/v1/ward-3/bay-b/bridge', { ...will, bridge: 'bay-b' });
    expect(seen.status).toHaveLength(1);
    connection.arrive('hai/v1/ward-3/bay-a/bridge', will);
    expect(seen.status.at(-1)).toMatchObject({ state: 'offline', reason: 'bridge bay-a: gone' });
    clock.pass(60_000);
    expect(seen.status).toHaveLength(2);
  });

  it('counts strangers and believes none of them', () => {
    connection.arrive(topic('live'), 'nonsense');
    connection.arrive(topic('live'), { ...livePayloadOf(reading('RS-2', 1), 2000) });
    connection.arrive(topic('status'), { ...live(), state: 'fine' });
    connection.arrive(topic('status'), '');
    expect(feed.strangers).toBe(3);
    expect(seen).toEqual({ status: [], identified: [], reading: [], health: [] });
  });
});

it.each([
  ['a/+/c', 'a/b/c', true],
  ['a/+/c', 'a/b/d', false],
  ['a/+', 'a/b/c', false],
  ['a/+/c', 'a/b', false],
  ['a/#', 'a/b/c', true],
  ['a/#', 'a', true],
  ['a/b', 'a/b', true],
])('filter %s on topic %s: %s', (filter, name, expected) => {
  expect(matches(filter, name)).toBe(expected);
});
