import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TickClock, UtcTrust } from '../../../src/station/clocks.ts';

/** Feeds lines of one period; `delay` is the transport's. Returns the indexes at which a jump was seen. */
function jumps(ticks: readonly number[], arrivals: readonly number[], clock = new TickClock()): number[] {
  return ticks.flatMap((tick, i) => (clock.jumped(tick >>> 0, arrivals[i] ?? 0) ? [i] : []));
}
const series = (n: number, of: (i: number) => number) => Array.from({ length: n }, (_, i) => of(i));

describe('TickClock', () => {
  it('sees no jump in a steady stream, whatever the transport delays, from any tick, over the wrap', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 0xffff_ffff }),
        fc.array(fc.integer({ min: 0, max: 2500 }), { minLength: 2, maxLength: 100 }),
        (start, delays) => {
          let last = 0;
          const arrivals = delays.map((delay, i) => {
            last = Math.max(last, i * 100 + delay);
            return last;
          });
          // The first line itself may have been late: later ones then look early by as much, at most the tolerance.
          arrivals[0] = Math.min(arrivals[0] ?? 0, 499);
          expect(
            jumps(
              series(delays.length, (i) => start + i * 100),
              arrivals,
            ),
          ).toEqual([]);
        },
      ),
    );
  });

  it('sees a burst after a stall as late, not as a jump', () => {
    const ticks = series(200, (i) => i * 100);
    expect(
      jumps(
        ticks,
        ticks.map((t) => (t < 5000 ? t : Math.max(t, 8000))),
      ),
    ).toEqual([]);
  });

  it.each([
    ['forward by a second', 1000],
    ['forward by a day', 86_400_000],
    ['backward by a second', -1000],
    ['to near zero', -4900],
  ])('sees one jump %s', (_, by) => {
    const ticks = series(100, (i) => i * 100 + (i >= 50 ? by : 0));
    expect(
      jumps(
        ticks,
        series(100, (i) => i * 100),
      ),
    ).toEqual([50]);
  });

  it('measures drift: 100 ppm fast is +1 ms in 10 s, and jumps do not count as drift', () => {
    const clock = new TickClock();
    const fast = (i: number) => Math.round(i * 100 * 1.0001);
    jumps(
      series(3000, (i) => fast(i) + (i >= 1500 ? 60_000 : 0)),
      series(3000, (i) => i * 100),
      clock,
    );
    expect(clock.driftMs).toBeGreaterThan(25);
    expect(clock.driftMs).toBeLessThan(32);
  });

  it('measures a slow clock as negative drift, through jitter', () => {
    const clock = new TickClock();
    const arrivals = series(6000, (i) => i * 100 + (i % 7) * 9);
    jumps(
      series(6000, (i) => Math.round(i * 100 * 0.9995)),
      arrivals,
      clock,
    );
    expect(clock.driftMs).toBeGreaterThan(-310);
    expect(clock.driftMs).toBeLessThan(-270);
  });

  it('knows no drift before ten seconds and after a new start', () => {
    const clock = new TickClock();
    jumps(
      series(50, (i) => i * 100),
      series(50, (i) => i * 100),
      clock,
    );
    expect(clock.driftMs).toBeNull();
    jumps(
      series(500, (i) => i * 100 + 5000),
      series(500, (i) => i * 100 + 5000),
      clock,
    );
    expect(clock.driftMs).not.toBeNull();
    clock.restart();
    expect(clock.driftMs).toBeNull();
    expect(clock.jumped(7, 1_000_000)).toBe(false);
  });
});

describe('UtcTrust', () => {
  const T0 = Date.UTC(2026, 5, 1);
  const at = (ms: number, step = 0) => ({ utcMs: T0 + ms + step, monotonicMs: ms });

  it('distrusts UTC for a minute after a step either way', () => {
    for (const step of [3000, -3000]) {
      const trust = new UtcTrust();
      expect(trust.trusted(at(0))).toBe(true);
      expect(trust.trusted(at(1000))).toBe(true);
      expect(trust.trusted(at(1100, step))).toBe(false);
      expect(trust.trusted(at(61_000, step))).toBe(false);
      expect(trust.trusted(at(61_100, step))).toBe(true);
    }
  });

  it('follows slewing for ever', () => {
    const trust = new UtcTrust();
    for (let s = 0; s < 10_000; s++) expect(trust.trusted(at(s * 1000, s * 0.5))).toBe(true);
  });

  it('does not believe a clock that has never been set', () => {
    expect(new UtcTrust().trusted({ utcMs: 86_400_000, monotonicMs: 5 })).toBe(false);
  });
});
