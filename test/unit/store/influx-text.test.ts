import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nsFromRfc3339, seriesOf } from '../../../src/store/influx-answers.ts';
import { lineBodies } from '../../../src/store/influx-lines.ts';
import type { WriteBatch } from '../../../src/store/port.ts';
import { batch, event, row } from '../../contract/store.ts';

describe('InfluxDB texts', () => {
  it('a reading is one line: sorted tags, floats without and integers with "i", ns; missing values left out', () => {
    const reading = row('HS-1', 7, { values: [20.5, null, -3, null, 1e-7, null], timeNs: 1_767_225_600_123_456_789n });
    expect([...lineBodies(batch([reading]), 'kept')]).toEqual([
      'telemetry,epoch=1,site=clinic,station=HS-1 reservoirVolume=20.5,linePressure=-3,collectorMass=1e-7,seq=7i,tick=700i,line=4294967007i,flags=128i 1767225600123456789',
    ]);
  });

  it('a reading without any value still says that it was there', () => {
    const silent = row('HS-1', 1, { values: [null, null, null, null, null, null], timeNs: 5n });
    expect([...lineBodies(batch([silent]), 'kept')][0]).toMatch(/station=HS-1 seq=1i,.* 5$/);
  });

  it('bodies hold every line once, in order, and are small or large: never of a size that V8 keeps in fresh pages', () => {
    const lengths = fc.array(fc.integer({ min: 0, max: 6000 }), { maxLength: 4 });
    const texts = fc.array(fc.constantFrom('x', 'naïve ☂', 'y'.repeat(4000)), { maxLength: 200 });
    fc.assert(
      fc.property(lengths, texts, (counts, data) => {
        const rows = counts.flatMap((n, s) => Array.from({ length: n }, (_, i) => row(`HS-${s}`, i + 1)));
        const events = data.map((text, i) => event('HS-9', i + 1, text));
        const bodies = [...lineBodies(batch(rows, events), 'kept')];
        const single = (one: WriteBatch) => [...lineBodies(one, 'kept')].join('');
        const lines = [...rows.map((r) => single(batch([r]))), ...events.map((e) => single(batch([], [e])))];
        expect(bodies.flatMap((body) => body.split('\n'))).toEqual(lines);
        for (const [i, { length }] of bodies.entries()) {
          expect(length <= 128 * 1024 || (length > 1_031_913 && length <= 1024 * 1024), `${length}`).toBe(true);
          if (i < bodies.length - 1) expect(length).toBeGreaterThanOrEqual(90_000);
        }
      }),
      { numRuns: 25 },
    );
  });

  it('times keep every ns', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 9_223_372_036_854_775_805n }), (ns) => {
        const seconds = new Date(Number(ns / 1_000_000_000n) * 1000).toISOString().slice(0, 19);
        const fraction = (ns % 1_000_000_000n).toString().padStart(9, '0').replace(/0+$/, '');
        expect(nsFromRfc3339(`${seconds}${fraction ? `.${fraction}` : ''}Z`)).toBe(ns);
      }),
    );
    for (const wrong of ['', 'now', '2026-01-01', '2026-13-01T00:00:00Z', 5, null]) {
      expect(nsFromRfc3339(wrong)).toBeNull();
    }
  });

  it('an answer of another shape is no answer', () => {
    for (const wrong of [null, 'ok', [], {}, { results: [] }, { results: [{ series: [{ columns: 'x' }] }] }]) {
      expect(seriesOf(wrong)).toBeNull();
    }
    expect(seriesOf({ results: [{ error: 'no' }] })).toEqual({ error: 'no' });
    expect(seriesOf({ results: [{ statement_id: 0 }] })).toEqual([]);
  });
});
