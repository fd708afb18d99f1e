import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CHANNELS } from '../../../protocols/reading.ts';
import { RowWriter } from '../../../src/journal/row-writer.ts';

const parse = (text: string) => JSON.parse(`[${text}]`) as (number | null)[][];
const u32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const value = fc.oneof(
  fc.constant(null),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer({ min: -300_000, max: 300_000 }).map((n) => n / 1000),
  fc.integer({ min: -3_000_000, max: 3_000_000 }),
);

describe('RowWriter', () => {
  it('writes exactly the numbers it was given, whatever they are', () => {
    const row = fc.tuple(
      fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
      fc.integer({ min: 0, max: 86_400_000 * 1e6 }),
      u32,
      u32,
      fc.integer({ min: 0, max: 0xffff }),
      fc.array(value, { minLength: CHANNELS.length, maxLength: CHANNELS.length }),
    );
    fc.assert(
      fc.property(fc.array(row, { maxLength: 60 }), (rows) => {
        const writer = new RowWriter();
        for (const r of rows) writer.row(...r);
        const expected = rows.map(([seq, dt, tick, line, flags, values]) => [
          seq,
          dt,
          tick,
          line,
          flags,
          // JSON knows no negative zero
          ...values.map((v) => (v === 0 ? 0 : v)),
        ]);
        expect(parse(writer.take())).toEqual(expected);
        expect(writer.take()).toBe('');
      }),
      { numRuns: 500 },
    );
  });

  it('writes a missing or impossible number as null', () => {
    const writer = new RowWriter();
    writer.row(1, 0, 0, 0, 0, [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, null]);
    expect(parse(writer.take())).toEqual([[1, 0, 0, 0, 0, null, null, null, null, null, null]]);
  });

  it('writes values of the wire without spurious digits', () => {
    const writer = new RowWriter();
    writer.row(7, 1_000_000_000, 4_294_967_295, 1_000_000_007, 129, [18.25, -0.05, 12.3, 37, -299.999, 101.325]);
    expect(writer.take()).toBe('[7,1000000000,4294967295,1000000007,129,18.25,-0.05,12.3,37,-299.999,101.325]');
  });
});
