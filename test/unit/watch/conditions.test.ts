import { beforeEach, describe, expect, it } from 'vitest';
import type { AlarmEntry } from '../../../src/alarms/board.ts';
import type { ConditionReport } from '../../../src/alarms/catalogue.ts';
import { Bus } from '../../../src/bus.ts';
import type { JournalState } from '../../../src/journal/port.ts';
import { newCounters } from '../../../src/station/counters.ts';
import type { StationState } from '../../../src/station/model.ts';
import { type WatchedParts, watchConditions } from '../../../src/watch/conditions.ts';
import { FakeClock } from '../journal/support.ts';

const MB = 1e6;
const state = (over: Partial<JournalState> = {}): JournalState => ({
  writing: true,
  fill: 'ok',
  room: { waitingBytes: 0, usedBytes: MB, limitBytes: 100 * MB, diskFreeBytes: 1e9, diskShort: false },
  secondsLeft: null,
  reason: null,
  ...over,
});

let clock: FakeClock;
let bus: Bus;
let said: ConditionReport[];
const now = {
  broker: { ok: true, reason: null as string | null },
  store: null as string | null,
  refusals: { rejected: 0, heldBack: 0, quarantineBytes: 0 },
  journal: state(),
  counters: { readings: 0, events: 0, commits: 0, waiting: 0, retired: 0, again: 0, lost: 0, damaged: 0, asides: 0 },
};
type Of = { journal?: boolean } & Partial<Pick<WatchedParts, 'board' | 'links'>>;
const begin = ({ journal, ...of }: Of = {}) =>
  watchConditions({
    ...{ bus, clock, bridge: 'bay-1', quarantine: '/data/quarantine' },
    broker: () => now.broker,
    storeTrouble: () => now.store,
    refusals: () => now.refusals,
    ...of,
    ...(journal !== false && { journal: { state: () => now.journal, counters: now.counters } }),
  });
/** What has been said since the last call: `+` begins, `-` ends. */
const heard = () =>
  said.splice(0).map(({ source, condition, present }) => `${present ? '+' : '-'}${source} ${condition}`);

/** The first look has been taken, and what it said is of no interest. */
const begun = (of: Of = {}) => {
  begin(of);
  clock.pass(1000);
  said.length = 0;
};

beforeEach(() => {
  clock = new FakeClock();
  bus = new Bus((error) => {
    throw error;
  });
  said = [];
  bus.on('condition', (report) => said.push(report));
  now.broker = { ok: true, reason: null };
  now.store = null;
  now.refusals = { rejected: 0, heldBack: 0, quarantineBytes: 0 };
  now.journal = state();
  Object.assign(now.counters, { damaged: 0, asides: 0 });
});

describe('conditions of the bridge', () => {
  it('says once what is not there, as the last run may have ended with it, and nothing more while all is well', () => {
    const end = begin();
    clock.pass(100_000);
    expect(said.every(({ source, present, detail }) => source === 'bay-1' && !present && detail === null)).toBe(true);
    expect(said.map(({ condition }) => condition).sort()).toEqual([
      ...['brokerUnreachable', 'clockUntrusted', 'journalDamaged', 'journalFilling', 'journalNearlyFull'],
      ...['journalNotWriting', 'rowsQuarantined', 'storeUnreachable'],
    ]);
    said.length = 0;
    end();
    now.broker = { ok: false, reason: 'gone' };
    clock.pass(10_000);
    expect(heard()).toEqual([]);
  });

  it('says broker and store once when they fail, with the reason, and once when they are back', () => {
    begun();
    now.broker = { ok: false, reason: 'mqtt://b: nothing listens there' };
    now.store = 'influx http://db: it is overloaded';
    clock.pass(5000);
    expect(said.map((s) => s.detail)).toEqual([
      'mqtt://b: nothing listens there',
      'influx http://db: it is overloaded',
    ]);
    expect(heard()).toEqual(['+bay-1 brokerUnreachable', '+bay-1 storeUnreachable']);
    // Another reason is no other condition.
    now.store = 'influx http://db: nothing listens there';
    clock.pass(5000);
    expect(heard()).toEqual([]);
    now.broker = { ok: true, reason: null };
    now.store = null;
    clock.pass(1000);
    expect(heard()).toEqual(['-bay-1 brokerUnreachable', '-bay-1 storeUnreachable']);
  });

  it('says how full the journal is, one level at a time, and that it does not write', () => {
    begun();
    now.journal = state({ fill: 'filling', reason: '81 MB wait' });
    clock.pass(1000);
    expect(said[0]?.detail).toBe('81 MB wait');
    expect(heard()).toEqual(['+bay-1 journalFilling']);
    now.journal = state({ fill: 'nearly-full', reason: '96 MB wait' });
    clock.pass(1000);
    expect(heard()).toEqual(['-bay-1 journalFilling', '+bay-1 journalNearlyFull']);
    now.journal = state({ fill: 'full', writing: false, reason: 'full' });
    clock.pass(1000);
    expect(heard()).toEqual(['+bay-1 journalNotWriting']);
    now.journal = state();
    clock.pass(1000);
    expect(heard()).toEqual(['-bay-1 journalNearlyFull', '-bay-1 journalNotWriting']);
  });

  it('says damage and refused rows when they are met, and their end when a minute has brought no more', () => {
    begun();
    now.counters.asides = 1;
    now.refusals = { rejected: 2, heldBack: 0, quarantineBytes: 300 };
    clock.pass(1000);
    expect(said.map((s) => s.detail)).toEqual([
      expect.stringMatching(/refused 2 rows for good: they are kept in \/data\/quarantine/),
      expect.stringMatching(/0 batches and 1 files are set aside/),
    ]);
    expect(heard()).toEqual(['+bay-1 rowsQuarantined', '+bay-1 journalDamaged']);
    clock.pass(58_000);
    now.counters.damaged = 3;
    clock.pass(10_000);
    expect(heard()).toEqual(['-bay-1 rowsQuarantined']);
    clock.pass(60_000);
    expect(heard()).toEqual(['-bay-1 journalDamaged']);
  });

  it('goes on saying that rows cannot be kept aside while their batches come again', () => {
    begun();
    for (let i = 0; i < 20; i++) {
      now.refusals = { rejected: 0, heldBack: i + 1, quarantineBytes: 256 * MB };
      clock.pass(10_000);
    }
    expect(said).toHaveLength(1);
    expect(said[0]).toMatchObject({ condition: 'rowsQuarantined', present: true });
    expect(said[0]?.detail).toMatch(/cannot take them/);
  });

  it.each([
    ['forwards', 3_600_000],
    ['backwards', -3_600_000],
  ])('distrusts a clock that steps %s for a minute', (_, by) => {
    begun();
    clock.pass(10_000);
    clock.utc += by;
    clock.pass(2000);
    expect(said[0]?.detail).toMatch(/clock of this computer/);
    expect(heard()).toEqual(['+bay-1 clockUntrusted']);
    clock.pass(61_000);
    expect(heard()).toEqual(['-bay-1 clockUntrusted']);
  });

  it('distrusts a clock that was never set until it is, and a minute longer', () => {
    clock.utc = 0;
    begin();
    clock.pass(120_000);
    expect(heard().filter((text) => text.startsWith('+'))).toEqual(['+bay-1 clockUntrusted']);
    clock.utc = Date.UTC(2026, 2, 14);
    clock.pass(30_000);
    expect(heard()).toEqual([]);
    clock.pass(40_000);
    expect(heard()).toEqual(['-bay-1 clockUntrusted']);
  });
});

describe('conditions of stations', () => {
  const status = (link: string, station: string | null, to: StationState, updating?: 'paused') =>
    bus.emit('status', {
      ...{ link, station, state: to, reason: `reason of ${to}`, sinceUtcMs: 0 },
      ...(updating && { updating }),
    });

  it('a silence ends with readings only: not with a lost link, a new handshake or their repetition', () => {
    begun();
    status('/dev/a', null, 'connecting');
    status('/dev/a', null, 'identifying');
    status('/dev/a', 'RS-1', 'live');
    expect(heard()).toEqual(['-bay-1 stationRefused', '-RS-1 stationRefused', '-RS-1 stationQuiet']);
    status('/dev/a', 'RS-1', 'quiet');
    expect(said[0]).toEqual({
      ...{ source: 'RS-1', condition: 'stationQuiet', present: true },
      detail: '/dev/a: reason of quiet',
    });
    expect(heard()).toEqual(['+RS-1 stationQuiet']);
    for (const to of ['connecting', 'identifying', 'connecting', 'quiet'] as const) status('/dev/a', 'RS-1', to);
    expect(heard()).toEqual([]);
    status('/dev/a', 'RS-1', 'live');
    expect(heard()).toEqual(['-RS-1 stationQuiet']);
    // A restart of the station is over in a moment.
    status('/dev/a', 'RS-1', 'identifying');
    status('/dev/a', 'RS-1', 'live');
    expect(heard()).toEqual([]);
  });

  it('two links that claim one station: refused until one of them is live again', () => {
    begun();
    status('/dev/a', 'RS-1', 'live');
    said.length = 0;
    status('/dev/b', 'RS-1', 'refused');
    // The other one is refused at the same moment, and says so.
    status('/dev/a', 'RS-1', 'refused');
    expect(heard()).toEqual(['+RS-1 stationRefused']);
    status('/dev/b', 'RS-1', 'connecting');
    status('/dev/a', 'RS-1', 'live');
    expect(heard().sort()).toEqual(['+RS-1 stationQuiet', '-RS-1 stationQuiet', '-RS-1 stationRefused']);
  });

  it('a link refused without a name is the matter of the bridge', () => {
    begun();
    status('/dev/a', null, 'refused');
    status('/dev/b', null, 'refused');
    expect(heard()).toEqual(['+bay-1 stationRefused']);
    status('/dev/a', 'RS-1', 'live');
    expect(heard()).toEqual(['-RS-1 stationRefused', '-RS-1 stationQuiet']);
    status('/dev/b', null, 'identifying');
    expect(heard()).toEqual(['-bay-1 stationRefused']);
  });

  it('a station that another one replaced, or that is being updated, is not expected to speak', () => {
    begun();
    status('/dev/a', 'RS-1', 'live');
    said.length = 0;
    status('/dev/a', 'RS-1', 'quiet', 'paused');
    status('/dev/a', 'RS-1', 'live');
    status('/dev/a', 'RS-1', 'quiet');
    status('/dev/a', 'RS-1', 'offline');
    status('/dev/a', 'RS-2', 'live');
    expect(heard().slice(0, 2)).toEqual(['+RS-1 stationQuiet', '-RS-1 stationQuiet']);
  });

  it('of a station that was taken out of the configuration end, also those of the run before', () => {
    const left = (source: string, link: string): AlarmEntry => ({
      ...{
        source,
        condition: 'stationQuiet',
        priority: 'low',
        kind: 'technical',
        latching: false,
        presence: 'present',
      },
      ...{ sinceUtcMs: 0, endedUtcMs: null, signal: 'on', detail: `${link}: silent`, by: null, atUtcMs: null },
    });
    let links = ['/dev/a', '/dev/b', 'tcp://h:1'];
    const board = { entries: [left('RS-7', '/dev/b'), left('RS-8', 'tcp://h:1'), left('RS-9', '/dev/gone')] };
    begun({ board: { ...board, atUtcMs: 0, pauses: [], highest: null, sounding: null }, links: () => links });
    // What is configured stays: that it has not answered yet is no end of its silence.
    clock.pass(5000);
    expect(heard()).toEqual([]);
    status('/dev/a', 'RS-1', 'live');
    status('/dev/a', 'RS-1', 'quiet');
    said.length = 0;
    bus.emit('status', {
      ...{ link: '/dev/a', station: 'RS-1', state: 'offline', reason: 'removed', sinceUtcMs: 0, removed: true },
    });
    expect(heard()).toContain('-RS-1 stationQuiet');
    links = ['tcp://h:1'];
    clock.pass(1000);
    expect(heard()).toEqual(['-RS-7 stationQuiet']);
    status('tcp://h:1', 'RS-8', 'live');
    expect(heard()).toContain('-RS-8 stationQuiet');
  });

  it('a station whose tick runs off is named with how much, until it runs right for a minute', () => {
    begun();
    let driftMs: number | null = null;
    const minute = (perSecondMs: number) => {
      for (let second = 0; second < 61; second++) {
        const rest = { counters: newCounters(), rateHz: 10, linkQuality: 1, state: 'live' as const, atUtcMs: 0 };
        bus.emit('health', { ...rest, station: 'RS-1', tickDriftMs: driftMs });
        if (driftMs !== null) driftMs += perSecondMs;
        clock.pass(1000);
      }
    };
    minute(0);
    driftMs = 3;
    minute(0.1);
    minute(0.1);
    expect(heard()).toEqual(['-RS-1 clockUntrusted']);
    minute(-20);
    minute(-20);
    expect(said[0]?.detail).toMatch(/runs (1\.9|2\.0) % slow: its ticks tell no times/);
    expect(heard()).toEqual(['+RS-1 clockUntrusted']);
    minute(0.2);
    minute(0.2);
    expect(heard()).toEqual(['-RS-1 clockUntrusted']);
  });

  it('are not said where no bridge runs: its own bridge does', () => {
    begun({ journal: false });
    status('bridge x', 'RS-1', 'quiet');
    expect(heard()).toEqual([]);
  });
});
