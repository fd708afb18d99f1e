import { describe, expect, it } from 'vitest';
import { type Sample, slopePerHour, trendOf } from '../../../torture/slope.ts';

const HOUR = 3_600_000;
/** One sample every 5 s. */
const run = (minutes: number, value: (hours: number) => number): Sample[] =>
  Array.from({ length: minutes * 12 + 1 }, (_, i) => ({ atMs: 1e12 + i * 5000, value: value((i * 5000) / HOUR) }));
const bound = { perHour: 16, atAll: 8 };

describe('slope', () => {
  it('is that of the line, whatever wobbles around it', () => {
    expect(slopePerHour(run(60, (h) => 100 + 24 * h))).toBeCloseTo(24, 6);
    expect(slopePerHour(run(600, (h) => 100 + 24 * h + 3 * Math.sin(h * 400)))).toBeCloseTo(24, 0);
    expect(slopePerHour([])).toBe(0);
    expect(slopePerHour([{ atMs: 5, value: 7 }])).toBe(0);
  });

  it('does not count the warming up', () => {
    const warm = run(120, (h) => (h < 0.9 ? 50 + 100 * h : 140));
    expect(trendOf(warm, bound)).toMatchObject({ verdict: 'steady' });
    expect(
      trendOf(
        run(120, (h) => (h < 1 ? 100 : 100 + 20 * (h - 1))),
        bound,
      ),
    ).toMatchObject({ verdict: 'grows' });
  });

  it('allows a short run its breath, and a long one no slow leak', () => {
    expect(
      trendOf(
        run(2, (h) => 100 + 300 * h),
        bound,
      ).verdict,
    ).toBe('steady');
    expect(
      trendOf(
        run(2, (h) => 100 + 600 * h),
        bound,
      ).verdict,
    ).toBe('grows');
    expect(
      trendOf(
        run(600, (h) => 100 + 17 * h),
        bound,
      ).verdict,
    ).toBe('grows');
    expect(
      trendOf(
        run(600, (h) => 100 + 15 * h),
        bound,
      ).verdict,
    ).toBe('steady');
  });
});
