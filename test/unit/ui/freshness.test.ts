import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ageOf, freshnessOf } from '../../../src/web/ui/model/freshness.ts';
import { StreamLag } from '../../../src/web/ui/model/stream-lag.ts';
import { reading } from './stations.ts';

const arrived = (ageMs: number, arrivedMs: number, lagMs = 0) => ({ reading: reading({ ageMs }), arrivedMs, lagMs });

describe('freshness', () => {
  it('adds up what the server said, the delivery and our own time since arrival', () => {
    expect(ageOf(arrived(300, 5000, 40), 5600)).toBe(940);
  });

  it('is fresh up to the expiry and not a millisecond longer', () => {
    expect(freshnessOf(arrived(500, 1000), 'live', true, 2500, 2000)).toEqual({ kind: 'fresh', ageMs: 2000 });
    expect(freshnessOf(arrived(500, 1000), 'live', true, 2501, 2000)).toEqual({ kind: 'expired', ageMs: 2001 });
  });

  it('says that there never was a value, instead of an age', () => {
    expect(freshnessOf(undefined, 'live', true, 0, 2000)).toEqual({ kind: 'never' });
  });

  it.each(['refused', 'offline', 'connecting', 'identifying', 'a state from the future'])(
    'shows no number of a station that is %s, however new it is',
    (state) => {
      expect(freshnessOf(arrived(0, 1000), state, true, 1000, 2000).kind).toBe('expired');
    },
  );

  it('shows the last number of a station that has just gone quiet until it expires', () => {
    expect(freshnessOf(arrived(0, 1000), 'quiet', true, 1900, 2000).kind).toBe('fresh');
    expect(freshnessOf(arrived(0, 1000), 'quiet', true, 3001, 2000).kind).toBe('expired');
  });

  it('shows nothing without a live stream', () => {
    expect(freshnessOf(arrived(0, 1000), 'live', false, 1000, 2000).kind).toBe('expired');
  });

  it('never gets younger while time passes, and never fresh again by itself', () => {
    fc.assert(
      fc.property(fc.nat(5000), fc.nat(5000), fc.nat(5000), (ageMs, first, more) => {
        const one = freshnessOf(arrived(ageMs, 0), 'live', true, first, 2000);
        const two = freshnessOf(arrived(ageMs, 0), 'live', true, first + more, 2000);
        if (one.kind === 'never' || two.kind === 'never') return false;
        return two.ageMs >= one.ageMs && (one.kind === 'fresh' || two.kind === 'expired');
      }),
    );
  });
});

describe('lag of the stream', () => {
  it('finds events that were held back, whatever the two clocks say', () => {
    const lag = new StreamLag();
    expect(lag.note(10_000, 1_700_000_000_000)).toBe(0);
    expect(lag.note(11_000, 1_700_000_001_000)).toBe(0);
    expect(lag.note(16_000, 1_700_000_002_000)).toBe(4000);
    expect(lag.note(16_001, 1_700_000_006_000)).toBe(1);
  });

  it('forgets after a minute, so that clocks drifting apart do not add up', () => {
    const lag = new StreamLag();
    for (let s = 0; s <= 600; s++) {
      const driftingServer = 1_700_000_000_000 + s * 1000 * (1 - 100e-6);
      expect(lag.note(s * 1000, driftingServer)).toBeLessThan(10);
    }
  });

  it('knows the server time from the fastest beat', () => {
    const lag = new StreamLag();
    expect(lag.serverUtcMs(0)).toBeNull();
    lag.note(1000, 501_000);
    lag.note(2400, 502_000);
    expect(lag.serverUtcMs(3000)).toBe(503_000);
    lag.reset();
    expect(lag.serverUtcMs(3000)).toBeNull();
  });
});
