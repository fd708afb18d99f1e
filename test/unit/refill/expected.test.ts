import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectedRefill } from '../../../src/refill/expected.ts';

const DAY = 86_400_000;
const at = (...days: number[]) => days.map((day) => ({ atMs: day * DAY }));

describe('the next refill of a pump', () => {
  it('is expected in its own rhythm, which one holiday does not move', () => {
    expect(expectedRefill(at(0, 14, 28))).toEqual({ atMs: 42 * DAY, everyDays: 14, from: 'rhythm' });
    expect(expectedRefill(at(0, 14, 28, 63, 77))).toEqual({ atMs: 91 * DAY, everyDays: 14, from: 'rhythm' });
    expect(expectedRefill(at(0, 10))).toEqual({ atMs: 20 * DAY, everyDays: 10, from: 'rhythm' });
  });

  it('is expected after two weeks while there is no rhythm, and never without a fill', () => {
    expect(expectedRefill(at(3))).toEqual({ atMs: 17 * DAY, everyDays: 14, from: 'usual' });
    expect(expectedRefill([])).toBeNull();
  });

  it('follows a rhythm that has changed after three intervals', () => {
    expect(expectedRefill(at(0, 14, 28, 42, 56, 77, 98, 119))?.atMs).toBe(140 * DAY);
  });

  it('lies after the last fill, no further than the longest of the last intervals', () => {
    const gaps = fc.array(fc.integer({ min: 1, max: 200 * DAY }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(gaps, (list) => {
        const fills = [{ atMs: 0 }];
        for (const gap of list) fills.push({ atMs: (fills.at(-1)?.atMs ?? 0) + gap });
        const inMs = (expectedRefill(fills)?.atMs ?? 0) - (fills.at(-1)?.atMs ?? 0);
        expect(inMs).toBeGreaterThanOrEqual(Math.min(...list.slice(-5)));
        expect(inMs).toBeLessThanOrEqual(Math.max(...list.slice(-5)));
      }),
    );
  });
});
