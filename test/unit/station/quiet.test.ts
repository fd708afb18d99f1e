import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { QuietWatch, type Silence } from '../../../src/station/quiet.ts';

/** Runs the watch's own timetable and returns when each silence was first said. */
function timetable(
  watch: QuietWatch,
  fromMs: number,
  untilMs: number,
  heard: readonly (readonly [number, boolean])[] = [],
) {
  const first: Partial<Record<Silence, number>> = {};
  const lines = [...heard];
  let next = fromMs;
  while (next <= untilMs) {
    while (lines[0] && lines[0][0] <= next) {
      const [at, reading] = lines.shift() as [number, boolean];
      watch.heard(at, reading);
    }
    const look = watch.look(next);
    first[look.silence] ??= next;
    expect(look.nextMs).toBeGreaterThan(next);
    next = look.nextMs;
  }
  return first;
}

function identified(rateHz: number, quietPeriods = 3) {
  const watch = new QuietWatch(quietPeriods);
  watch.opened(0);
  watch.expect(rateHz, 0);
  return watch;
}

describe('QuietWatch', () => {
  it.each([
    [1, 3000],
    [5, 600],
    [10, 300],
    [50, 300],
    [0, 3000],
  ])('at %i Hz silence is said after exactly %i ms', (rateHz, afterMs) => {
    expect(timetable(identified(rateHz), 0, 2 * afterMs).quiet).toBe(afterMs);
  });

  it('is never later than its threshold by more than a second look, whatever came before', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.array(fc.integer({ min: 1, max: 290 }), { maxLength: 50 }),
        (rateHz, gaps) => {
          let at = 0;
          const heard = gaps.map((gap) => {
            at += gap;
            return [at, true] as const;
          });
          const watch = identified(rateHz);
          const said = timetable(watch, 0, at + 4000, heard).quiet ?? Number.POSITIVE_INFINITY;
          expect(said).toBeGreaterThanOrEqual(at + watch.quietAfterMs);
          expect(said).toBeLessThanOrEqual(at + watch.quietAfterMs + 15);
        },
      ),
    );
  });

  it('calls the port dead after ten periods, not before three seconds', () => {
    expect(timetable(identified(10), 0, 20_000).dead).toBe(3000);
    expect(timetable(identified(1), 0, 20_000).dead).toBe(10_000);
  });

  it('heartbeats alone leave a station quiet, but its port is not dead', () => {
    const beats = Array.from({ length: 30 }, (_, i) => [i * 1000, false] as const);
    const first = timetable(identified(10), 0, 29_000, beats);
    expect(first.quiet).toBeDefined();
    expect(first.dead).toBeUndefined();
  });

  it('heartbeats are enough while a station starts or is updated', () => {
    const watch = identified(10);
    watch.pausing(true, 0);
    const beats = Array.from({ length: 10 }, (_, i) => [i * 1000, false] as const);
    const first = timetable(watch, 0, 11_000, beats);
    expect(first.quiet).toBeUndefined();
    expect(timetable(watch, 11_000, 15_000).quiet).toBe(12_000);
  });

  it('lines of somebody unknown end no silence', () => {
    const watch = new QuietWatch(3);
    watch.opened(0);
    expect(watch.heard(10, true)).toBe(false);
    watch.expect(10, 20);
    expect(watch.heard(30, false)).toBe(false);
    expect(watch.heard(40, true)).toBe(true);
  });

  it('gives bytes that wait in the kernel their chance when the program itself was held up', () => {
    const watch = identified(10);
    expect(watch.look(1).silence).toBe('speaking');
    // Nothing ran for five seconds: what it finds first is not yet believed.
    const late = watch.look(5001);
    expect(late).toEqual({ silence: 'speaking', nextMs: 5016 });
    watch.heard(5010, true);
    expect(watch.look(5016).silence).toBe('speaking');
  });

  it('an unanswered port is opened anew after ten seconds', () => {
    const watch = new QuietWatch(3);
    watch.opened(0);
    const first = timetable(watch, 0, 20_000);
    expect(first.quiet).toBeUndefined();
    expect(first.dead).toBe(10_000);
  });
});
