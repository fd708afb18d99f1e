import { describe, expect, it } from 'vitest';
import { CHANNELS } from '../../../protocols/reading.ts';
import { TailStations } from '../../../src/cli/tail-stations.ts';
import { stationJson, stationLine } from '../../../src/cli/tail-view.ts';
import type { LatestReading, StationView } from '../../../src/web/api-types.ts';

const latest = (ageMs: number, flags: string[] = []): LatestReading => ({
  ageMs,
  atUtcMs: Date.UTC(2030, 0, 2),
  tickMs: 1,
  lineSeq: 1,
  values: [18.256, -5.25, 12.5, 36.6, null, 101.325],
  flags,
});
const view = (over: Partial<StationView> = {}): StationView => ({
  key: 'HRS-1',
  station: 'HRS-1',
  link: '/dev/ttyUSB0',
  state: 'live',
  reason: null,
  sinceUtcMs: 0,
  simulated: false,
  hardwareRevision: null,
  firmwareVersion: null,
  instruments: [],
  rateHz: null,
  linkQuality: null,
  faults: 0,
  latest: latest(100),
  ...over,
});
const hello = {
  version: '1',
  site: 's',
  runId: 'r',
  expiryMs: 2000,
  channels: CHANNELS.map(({ name, unit, decimals }) => ({ name, unit, decimals })),
};
const event = (name: string, data: unknown) => ({ event: name, data: JSON.stringify(data) });

function stations(over: Partial<StationView> = {}): TailStations {
  const known = new TailStations();
  known.take(event('hello', hello), 0);
  known.take(event('fleet', [view(over)]), 0);
  return known;
}

function show(known: TailStations, nowMs: number): string {
  const row = known.rows.get('HRS-1');
  if (!row || !known.hello) throw new Error('no such row');
  return stationLine(row, known.hello, nowMs);
}

describe('a line of tail', () => {
  it('shows level, flow, pressure and temperature with units and age', () => {
    expect(show(stations(), 400)).toMatch(/^HRS-1 +live +18\.26 mL +-5\.25 mL\/min +12\.50 kPa +36\.60 °C +0\.5 s$/);
  });

  it('blanks values past their expiry, and keeps the age', () => {
    const known = stations();
    expect(show(known, 1900)).toContain('18.26');
    const late = show(known, 1901);
    expect(late).not.toMatch(/18\.26|36\.60/);
    expect(late).toMatch(/ -- .*2\.0 s$/);
    known.take(event('readings', { 'HRS-1': latest(0) }), 5000);
    expect(show(known, 5000)).toContain('18.26');
  });

  it('counts the age the server said, so an old snapshot is blank at once', () => {
    expect(show(stations({ latest: latest(60_000) }), 0)).not.toContain('18.26');
  });

  it('marks simulated stations, says flags and reasons, and lets no control characters through', () => {
    const line = show(stations({ simulated: true, latest: latest(0, ['airInLine', 'simulated']) }), 0);
    expect(line).toMatch(/live +SIMULATED +18\.26 mL.* airInLine$/);
    const evil = show(stations({ state: 'refused', reason: 'bad \u001b[2J\u0007 cable', latest: null }), 0);
    expect(evil).toMatch(/refused .*bad +\[2J +cable$/);
    expect(evil).not.toMatch(/\p{Cc}/u);
  });

  it('as JSON: null for what is missing or expired', () => {
    const known = stations();
    const row = known.rows.get('HRS-1');
    if (!row) throw new Error('no row');
    expect(JSON.parse(stationJson(row, hello, 0))).toMatchObject({
      station: 'HRS-1',
      expired: false,
      ageMs: 100,
      at: '2030-01-02T00:00:00.000Z',
      values: { reservoirVolume: 18.256, collectorMass: null },
    });
    expect(JSON.parse(stationJson(row, hello, 99_999))).toMatchObject({
      expired: true,
      values: { reservoirVolume: null },
    });
  });
});

describe('the stations tail knows', () => {
  it('says which rows changed, and forgets what left the fleet', () => {
    const known = stations();
    expect(known.take(event('station', view({ state: 'quiet' })), 1)).toEqual([{ key: 'HRS-1', what: 'state' }]);
    expect(known.take(event('station', view({ state: 'quiet', faults: 3 })), 1)).toEqual([]);
    expect(known.take(event('readings', { 'HRS-1': latest(0), other: latest(0) }), 1)).toEqual([
      { key: 'HRS-1', what: 'reading' },
    ]);
    known.take(event('fleet', []), 1);
    expect(known.rows.size).toBe(0);
  });

  it('counts and leaves out what does not look like our daemon', () => {
    const known = stations();
    const bad = [
      event('fleet', [{ key: 1 }]),
      event('readings', { 'HRS-1': { ageMs: 'x' } }),
      { event: 'station', data: '{' },
    ];
    for (const item of bad) expect(known.take(item, 0)).toEqual([]);
    expect(known.unreadable).toBe(3);
    expect(known.take(event('news', {}), 0)).toEqual([]);
  });
});
