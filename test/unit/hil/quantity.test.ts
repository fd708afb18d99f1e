import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isWithin, limits, quantity, quantityOf } from '../../../src/hil/scenario/quantity.ts';

describe('quantities', () => {
  it.each([
    ['2.5 mL', 'volume', 2.5],
    ['250 uL', 'volume', 0.25],
    ['10 mm[Hg]', 'pressure', 1.33322],
    ['14 d', 'time', 1_209_600],
    ['-50 %', 'share', -50],
    ['12', 'count', 12],
  ])('%s is a %s', (text, kind, value) => {
    expect(quantity(text).kind).toBe(kind);
    expect(quantity(text).value).toBeCloseTo(value, 9);
  });

  it('tells apart what has another unit, and says which are wanted', () => {
    expect(() => quantityOf('time', '5 mL')).toThrow(/is a volume; a time is wanted \(ms, s, min, h, d\)/);
    expect(() => quantity('5 ml')).toThrow(/"ml" is no unit/);
    expect(() => quantity('soon')).toThrow(/no number with a unit/);
  });

  it.each([
    ['11.8 mL ± 0.3 mL', [11.5, 12.1], [11.4, 12.2]],
    ['11.8 +- 0.3 mL', null, null],
    ['3 mL .. 5 mL', [3, 5], [2.9, 5.1]],
    ['3 .. 5 mL', [3, 5], [2.9, 5.1]],
    ['> 3 mL', [3.1, 99], [3, 2]],
    ['>= 3', [3, 4], [2.9]],
    ['< 3 s', [2.9, 0], [3, 4]],
    ['<= 3 s', [3], [3.1]],
    ['2', [2], [1, 3]],
  ])('%s', (text, inside, outside) => {
    // A middle without a unit is a count, and a count is no volume.
    if (inside === null) return expect(() => limits(text)).toThrow(/a count and a volume/);
    for (const value of inside) expect(isWithin(value, limits(text)), `${value}`).toBe(true);
    for (const value of outside ?? []) expect(isWithin(value, limits(text)), `${value}`).toBe(false);
  });

  it('any limit around a value holds that value, and none that is further away', () => {
    const finite = fc.double({ min: -1000, max: 1000, noNaN: true }).map((n) => Math.round(n * 1000) / 1000);
    const half = fc.double({ min: 0.001, max: 100, noNaN: true }).map((n) => Math.round(n * 1000) / 1000 + 0.001);
    fc.assert(
      fc.property(finite, half, (middle, by) => {
        const limit = limits(`${middle.toFixed(3)} kPa ± ${by.toFixed(3)} kPa`);
        expect(isWithin(middle, limit)).toBe(true);
        expect(isWithin(middle + by * 1.01 + 0.01, limit)).toBe(false);
        expect(isWithin(middle - by * 1.01 - 0.01, limit)).toBe(false);
      }),
    );
  });
});
