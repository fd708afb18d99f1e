import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Reading } from '../../../protocols/reading.ts';
import type { StationState, StationStatus } from '../../../src/station/model.ts';
import { Fleet } from '../../../src/web/fleet.ts';
import { countersOf, healthOf, infoOf, readingOf } from '../../support/web-fixture.ts';
import { SteppedClock } from './stepped-clock.ts';

function setUp() {
  const clock = new SteppedClock();
  const fleet = new Fleet(clock);
  const status = (link: string, station: string | null, state: StationState, reason: string | null = null) =>
    fleet.status({ link, station, state, reason, sinceUtcMs: clock.utcMs() } satisfies StationStatus);
  const reading = (station: string, over: Partial<Reading> = {}) =>
    fleet.reading(
      readingOf(station, 1, { received: { utcMs: clock.utcMs(), monotonicMs: clock.monotonicMs() }, ...over }),
    );
  const keys = () => fleet.views().map((view) => view.key);
  return { clock, fleet, status, reading, keys };
}

describe('rows', () => {
  it('is keyed by the link until somebody answers, then by the station', () => {
    const { fleet, status, keys } = setUp();
    expect(status('usb0', null, 'connecting', 'no such port')).toBe('rows');
    expect(fleet.view('usb0')).toMatchObject({ station: null, state: 'connecting', reason: 'no such port' });
    expect(status('usb0', 'S1', 'live')).toBe('rows');
    expect(keys()).toEqual(['S1']);
    expect(fleet.view('usb0')).toBeNull();
    expect(status('usb0', 'S1', 'quiet', 'silent')).toBe('row');
    expect(fleet.view('S1')).toMatchObject({ state: 'quiet', reason: 'silent' });
  });

  it('keeps the row of a station whose link is reconnecting and does not yet know who is there', () => {
    const { fleet, status, keys } = setUp();
    status('usb0', 'S1', 'live');
    status('usb0', null, 'connecting', 'unplugged');
    expect(keys()).toEqual(['S1']);
    expect(fleet.view('S1')).toMatchObject({ station: 'S1', state: 'connecting', reason: 'unplugged', link: 'usb0' });
  });

  it('says where a station went when another one answers on its link', () => {
    const { fleet, status, keys } = setUp();
    status('usb0', 'S1', 'live');
    expect(status('usb0', 'S2', 'live')).toBe('rows');
    expect(keys()).toEqual(['S2', 'S1']);
    expect(fleet.view('S1')).toMatchObject({ state: 'offline', reason: expect.stringContaining('S2 answers on usb0') });
    status('usb1', 'S1', 'live');
    expect(keys()).toEqual(['S2', 'S1']);
    expect(fleet.view('S1')).toMatchObject({ state: 'live', link: 'usb1' });
  });

  it('gives a station that moved to another port its row back there', () => {
    const { fleet, status, reading } = setUp();
    status('usb0', 'S1', 'live');
    reading('S1');
    status('usb0', null, 'connecting', 'unplugged');
    status('usb1', 'S1', 'live');
    expect(fleet.view('S1')).toMatchObject({ link: 'usb1', state: 'live' });
    expect(fleet.view('usb0')).toMatchObject({ station: null, state: 'connecting', latest: null });
  });

  it('takes the name from the handshake even when the status comes later', () => {
    const { fleet, status, reading } = setUp();
    status('usb0', null, 'identifying');
    expect(fleet.identified(infoOf('S1', 'usb0'))).toBe('rows');
    expect(reading('S1')).toBe(true);
    expect(fleet.view('S1')).toMatchObject({ firmwareVersion: '2.4.1', instruments: [{ kind: 'scale' }, {}, {}] });
  });

  it('forgets the oldest departed stations beyond the bound', () => {
    const { fleet, status } = setUp();
    for (let i = 0; i < 400; i++) status('usb0', `S${i}`, 'live');
    expect(fleet.views()).toHaveLength(257);
    expect(fleet.view('S0')).toBeNull();
    expect(fleet.view('S398')?.state).toBe('offline');
  });
});

describe('values', () => {
  it('carry their age from the monotonic clock at the moment of the view', () => {
    const { clock, fleet, status, reading } = setUp();
    status('usb0', 'S1', 'live');
    reading('S1');
    clock.step(1234);
    expect(fleet.view('S1')?.latest).toMatchObject({ ageMs: 1234, flags: [] });
    clock.step(60_000);
    expect(fleet.latest('S1')?.ageMs).toBe(61_234);
  });

  it('are never younger than 0 ms', () => {
    const { fleet, status, reading } = setUp();
    status('usb0', 'S1', 'live');
    reading('S1', { received: { utcMs: 0, monotonicMs: 99 } });
    expect(fleet.latest('S1')?.ageMs).toBe(0);
  });

  it('of a previous station never show under another identity', () => {
    const { fleet, status, reading } = setUp();
    status('usb0', 'S1', 'live');
    reading('S1', { values: [11, 0, 0, 0, 0, 0] });
    fleet.health(healthOf('S1', { linkQuality: 0.5 }));
    fleet.identified(infoOf('S1', 'usb0'));
    status('usb0', 'S2', 'live');
    expect(fleet.view('S2')).toMatchObject({ latest: null, linkQuality: null, firmwareVersion: null, instruments: [] });
    expect(fleet.view('S1')?.latest?.values[0]).toBe(11);
  });

  it('are withheld and counted for a refused station', () => {
    const { fleet, status, reading } = setUp();
    status('usb0', 'S1', 'live');
    reading('S1');
    status('usb0', 'S1', 'refused', 'two stations call themselves S1');
    expect(fleet.view('S1')).toMatchObject({
      latest: null,
      state: 'refused',
      reason: 'two stations call themselves S1',
    });
    expect(reading('S1')).toBe(false);
    expect(fleet.latest('S1')).toBeNull();
    expect(fleet.unclaimed).toBe(1);
  });

  it('are withheld when two refused links claim one station: neither gets its row', () => {
    const { fleet, status, reading, keys } = setUp();
    status('usb0', 'S1', 'live');
    reading('S1');
    status('usb0', 'S1', 'refused', 'twice');
    status('usb1', 'S1', 'refused', 'twice');
    expect(keys()).toEqual(['usb0', 'usb1']);
    for (const view of fleet.views()) expect(view).toMatchObject({ station: 'S1', latest: null, reason: 'twice' });
    expect(reading('S1')).toBe(false);
  });

  it('of a station that no link names are not shown, but counted', () => {
    const { fleet, reading } = setUp();
    expect(reading('ghost')).toBe(false);
    expect(fleet.latest('ghost')).toBeNull();
    expect(fleet.unclaimed).toBe(1);
  });

  it('are marked as simulated by the identity or by the reading alone', () => {
    const { fleet, status, reading } = setUp();
    status('usb0', 'S1', 'live');
    expect(fleet.view('S1')?.simulated).toBe(false);
    reading('S1', { flags: 0x80 });
    expect(fleet.view('S1')?.simulated).toBe(true);
    status('usb1', 'HRS-1001', 'live');
    fleet.identified(infoOf('HRS-1001', 'usb1'));
    expect(fleet.view('HRS-1001')?.simulated).toBe(true);
  });
});

describe('health', () => {
  it('is told only when a person could see the difference', () => {
    const { fleet, status } = setUp();
    status('usb0', 'S1', 'live');
    const say = (over: object) => fleet.health(healthOf('S1', over));
    expect(say({ rateHz: 10 })).toBe('row');
    expect(say({ rateHz: 10.01, counters: countersOf({ bytes: 5, lines: 9 }) })).toBe('none');
    expect(say({ rateHz: 11 })).toBe('row');
    const faults = { ...countersOf().faults, noise: 2, partial: 1 };
    expect(say({ rateHz: 11, counters: countersOf({ faults }) })).toBe('row');
    expect(fleet.view('S1')).toMatchObject({ faults: 3, rateHz: 11, linkQuality: 1 });
  });

  it('claims no rate for a station that is not live', () => {
    const { fleet, status } = setUp();
    status('usb0', 'S1', 'live');
    fleet.health(healthOf('S1', { rateHz: 10 }));
    status('usb0', 'S1', 'quiet', 'silent');
    expect(fleet.view('S1')?.rateHz).toBeNull();
  });
});

describe('whatever the links say', () => {
  const links = ['usb0', 'usb1', 'usb2'];
  const stations = ['S1', 'S2', 'S3'];
  const states: StationState[] = ['connecting', 'identifying', 'live', 'quiet', 'offline', 'refused'];
  const step = fc.record({
    link: fc.constantFrom(...links),
    station: fc.option(fc.constantFrom(...stations), { nil: null }),
    state: fc.constantFrom(...states),
  });

  it('has one row per link, no key twice, and every value under its own station', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { fleet, status, reading } = setUp();
        const named = new Set<string>();
        for (const { link, station, state } of steps) {
          status(link, station, state);
          if (station) named.add(station);
          // The value tells whose it is: 1 for S1, 2 for S2 ...
          for (const [i, name] of stations.entries()) reading(name, { values: [i + 1] });
          const views = fleet.views();
          expect(new Set(views.map((view) => view.key)).size).toBe(views.length);
          for (const view of views) {
            expect(fleet.view(view.key)).toEqual(view);
            if (view.latest === null) continue;
            expect(view.station).toBe(stations[(view.latest.values[0] ?? 0) - 1]);
            expect(view.state).not.toBe('refused');
          }
          // A station that has answered once never just disappears.
          for (const station of named) expect(views.some((view) => view.station === station)).toBe(true);
        }
      }),
    );
  });
});
