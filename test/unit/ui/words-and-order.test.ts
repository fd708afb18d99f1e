import { describe, expect, it } from 'vitest';
import { CHANNELS, FLAG } from '../../../protocols/reading.ts';
import { announcement, stateChanges } from '../../../src/web/ui/model/announcements.ts';
import { channelOfCode } from '../../../src/web/ui/model/channel-codes.ts';
import { counts, listed, type Numbers, type Order, stateNow } from '../../../src/web/ui/model/fleet-order.ts';
import { direction, duration, fixed, glanceAndRest, scaleFor } from '../../../src/web/ui/model/number-text.ts';
import { hashOf, parseRoute } from '../../../src/web/ui/model/route.ts';
import { strings } from '../../../src/web/ui/strings.ts';
import { station } from './stations.ts';

const none: Numbers = { level: () => null, ageMs: () => null };
const wanted = (over: Partial<{ text: string; state: 'live' | 'quiet' | null; order: Order }> = {}) => ({
  text: '',
  state: null,
  order: 'attention' as const,
  ...over,
});
const keys = (list: { key: string }[]) => list.map((s) => s.key);

describe('order of the fleet', () => {
  const fleet = [
    station('S10'),
    station('S2'),
    station('Q', { state: 'quiet' }),
    station('R', { state: 'refused' }),
    station('C', { state: 'connecting', firmwareVersion: null }),
    station('X', { state: 'melting' }),
  ];

  it('has what needs attention first, an unknown state too, then names as people count', () => {
    expect(keys(listed(fleet, wanted(), none))).toEqual(['R', 'X', 'Q', 'C', 'S2', 'S10']);
  });

  it('finds by all words, in name, port, state and firmware', () => {
    expect(keys(listed(fleet, wanted({ text: '1.0.0 live s2' }), none))).toEqual(['S2']);
    expect(keys(listed(fleet, wanted({ state: 'quiet' }), none))).toEqual(['Q']);
  });

  it('has the lowest level first and stations without one last', () => {
    const level = (s: { key: string }) => ({ S10: 3, S2: 9 })[s.key] ?? null;
    expect(keys(listed(fleet, wanted({ order: 'level' }), { ...none, level })).slice(0, 3)).toEqual(['S10', 'S2', 'C']);
  });

  it('has the station never heard, then the one silent for longest, first', () => {
    const ageMs = (s: { key: string }) => (s.key === 'S2' ? null : s.key === 'S10' ? 90_000 : 10);
    expect(keys(listed(fleet, wanted({ order: 'age' }), { ...none, ageMs })).slice(0, 2)).toEqual(['S2', 'S10']);
  });

  it('does not claim to know a state without a live stream', () => {
    expect(stateNow(station('S1'), 'live')).toBe('live');
    expect(stateNow(station('S1'), 'lost')).toBe('unknown');
  });

  it('counts every station once', () => {
    expect(counts(fleet)).toEqual({ refused: 2, quiet: 1, connecting: 1, offline: 0, identifying: 0, live: 2 });
  });
});

describe('numbers', () => {
  it('shows the decimals of the channel, a real minus, and no minus zero', () => {
    expect(fixed(12.3456, 3)).toBe('12.346');
    expect(fixed(-0.5, 1)).toBe('\u22120.5');
    expect(fixed(-0.0001, 3)).toBe('0.000');
  });

  it('shows nothing for what is no number, never 0', () => {
    for (const bad of [null, undefined, Number.NaN, Number.POSITIVE_INFINITY]) expect(fixed(bad, 2)).toBeNull();
  });

  it('splits without changing the number', () => {
    expect(glanceAndRest('12.345')).toEqual(['12.3', '45']);
    expect(glanceAndRest('7')).toEqual(['7', '']);
  });

  it('names the direction, and noise is none', () => {
    expect([direction(3), direction(-3), direction(0.04), direction(-0.04)]).toEqual(['in', 'out', 'none', 'none']);
  });

  it('takes the smallest scale that holds the level', () => {
    expect([0, 40, 40.001, 75, 999].map(scaleFor)).toEqual([40, 40, 60, 80, 80]);
  });

  it('says ages shortly', () => {
    const text = (ms: number) => duration(ms, strings.durations).replace('\u00a0', ' ');
    expect([210, 12_300, 61_000, 7_300_000, 200_000_000].map(text)).toEqual(['0.2 s', '12.3 s', '1 min', '2 h', '2 d']);
  });
});

describe('address', () => {
  it('carries any key there and back', () => {
    for (const key of ['HRS-1', '/dev/ttyUSB0', 'tcp://[::1]:4001', '100 % ä']) {
      expect(parseRoute(hashOf({ view: 'station', key }))).toEqual({ view: 'station', key });
    }
  });

  it('knows what is no view', () => {
    expect([parseRoute(''), parseRoute('#/')]).toEqual([{ view: 'fleet' }, { view: 'fleet' }]);
    for (const other of ['#main', '#/station/', '#/station/%E0%A4%A', '#/station/a/b'])
      expect(parseRoute(other)).toBeNull();
  });
});

describe('words', () => {
  it('has words for every channel and every flag', () => {
    for (const { name } of CHANNELS) expect(strings.channels[name]).toMatch(/\w/);
    for (const flag of Object.keys(FLAG)) expect(strings.flags).toHaveProperty(flag);
  });

  it('knows the channel of every wire code', () => {
    for (const { code, name } of CHANNELS) expect(channelOfCode(code)).toBe(name);
    expect(channelOfCode('ZZZ')).toBeNull();
  });

  it('announces a change of state with its reason, and bundles many', () => {
    const before = new Map([
      ['A', station('A')],
      ['B', station('B')],
    ]);
    const after = new Map([
      ['A', station('A', { state: 'quiet', reason: 'check the cable' })],
      ['B', station('B')],
    ]);
    const changes = stateChanges(before, after);
    expect(announcement(changes, strings.said)).toBe('Station A: Quiet. check the cable');
    expect(announcement(Array(12).fill(changes[0]), strings.said)).toBe('12 stations changed state.');
    expect(stateChanges(new Map(), after)).toEqual([]);
  });
});
