import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HistoryResponse } from '../../../src/web/api-types.ts';
import { extent, yScale } from '../../../src/web/ui/model/chart-scale.ts';
import { ChartSeries } from '../../../src/web/ui/model/chart-series.ts';
import { reading } from './stations.ts';

const MINUTE = 60_000;
const T0 = 1_800_000_000_000;

function history(times: number[], mean: (number | null)[], bucketMs = 1000): HistoryResponse {
  return {
    station: 'A',
    fromMs: T0 - MINUTE,
    toMs: T0,
    bucketMs,
    times,
    channels: { reservoirVolume: { min: mean.map((v) => v && v - 1), max: mean.map((v) => v && v + 1), mean } },
  };
}

const series = (expectedMs = 250) => new ChartSeries(['reservoirVolume', 'lineFlow'], MINUTE, 1000, expectedMs);
const at = (atUtcMs: number, value: number | null, flow: number | null = 0) =>
  reading({ atUtcMs, values: [value, flow] });

describe('chart series', () => {
  it('puts live readings into buckets with mean, lowest and highest', () => {
    const s = series();
    for (const [ms, v] of [
      [0, 4],
      [400, 6],
      [800, 11],
      [1000, 20],
    ] as const)
      s.add(at(T0 + ms, v));
    const c = s.columns(0, T0 - MINUTE, T0 + 2000);
    expect(c.mean).toEqual([7, 20]);
    expect(c.min).toEqual([4, 20]);
    expect(c.max).toEqual([11, 20]);
  });

  it('leaves a gap where nothing was measured', () => {
    const s = series();
    s.add(at(T0, 1));
    s.add(at(T0 + 1000, 2));
    s.add(at(T0 + 9000, 3));
    const c = s.columns(0, T0 - MINUTE, T0 + 10_000);
    expect(c.mean).toEqual([1, 2, null, 3]);
    expect([...c.x]).toEqual([...c.x].sort((a, b) => a - b));
  });

  it('makes no gaps between readings slower than the buckets', () => {
    const s = new ChartSeries(['reservoirVolume'], MINUTE, 100, 1000);
    for (let i = 0; i < 5; i++) s.add(at(T0 + i * 1000, i));
    expect(s.columns(0, T0 - MINUTE, T0 + 5000).mean).toEqual([0, 1, 2, 3, 4]);
  });

  it('takes a burst after a short stall for what it is, and a second of silence for a gap', () => {
    const s = new ChartSeries(['reservoirVolume'], MINUTE, 100, 100);
    for (const ms of [0, 100, 200, 950, 1000, 2300]) s.add(at(T0 + ms, 5));
    expect(s.columns(0, T0 - MINUTE, T0 + 3000).mean).toEqual([5, 5, 5, 5, 5, null, 5]);
  });

  it('keeps a missing value missing', () => {
    const s = series();
    s.add(at(T0, null, 5));
    expect(s.columns(0, T0 - MINUTE, T0 + 1000).mean).toEqual([null]);
    expect(s.columns(1, T0 - MINUTE, T0 + 1000).mean).toEqual([5]);
  });

  it('puts history behind live readings, with the gap between them', () => {
    const s = series();
    s.load(history([T0 - 30_000, T0 - 29_000], [10, null]));
    s.add(at(T0, 12));
    const c = s.columns(0, T0 - MINUTE, T0 + 1000);
    expect(c.mean).toEqual([10, null, null, 12]);
    expect(c.min).toEqual([9, null, null, 12]);
  });

  it('bridges what the store has not written yet with the readings heard meanwhile', () => {
    const s = series();
    for (let ms = 0; ms < 4000; ms += 250) s.add(at(T0 + ms, 8));
    s.load(history([T0 - 1000, T0, T0 + 1000], [7, 8, 8]));
    expect(s.columns(0, T0 - MINUTE, T0 + 5000).mean).toEqual([7, 8, 8, 8, 8]);
  });

  it('keeps lowest and highest of a bucket that is half stored and half live', () => {
    const s = series();
    s.load(history([T0], [10]));
    s.add(at(T0 + 500, 30));
    const c = s.columns(0, T0 - MINUTE, T0 + 1000);
    expect([c.min[0], c.max[0]]).toEqual([9, 30]);
    expect(c.mean[0]).toBeGreaterThan(10);
    expect(c.mean[0]).toBeLessThan(30);
  });

  it('forgets what has left the window', () => {
    const s = series();
    for (let i = 0; i < 600; i++) s.add(at(T0 + i * 1000, i));
    expect(s.columns(0, 0, T0 + 600_000).mean.length).toBeLessThanOrEqual(62);
  });

  it('never draws a value outside what was measured, and times ascend', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(3000), fc.option(fc.double({ min: -60, max: 60, noNaN: true }))), { maxLength: 60 }),
        (steps) => {
          const s = series();
          let ms = T0;
          const values: number[] = [];
          for (const [step, value] of steps) {
            ms += step;
            s.add(at(ms, value));
            if (value !== null) values.push(value);
          }
          const c = s.columns(0, 0, ms);
          const drawn = [...c.min, ...c.mean, ...c.max].filter((v) => v !== null);
          const low = Math.min(...values) - 1e-9;
          const high = Math.max(...values) + 1e-9;
          return drawn.every((v) => v >= low && v <= high) && c.x.every((x, i) => i === 0 || x > (c.x[i - 1] ?? x));
        },
      ),
    );
  });
});

describe('y axis', () => {
  it('starts a level at 0 and holds everything drawn', () => {
    const [bottom, top] = yScale('reservoirVolume', [11, 12]);
    expect(bottom).toBe(0);
    expect(top).toBeGreaterThan(12);
  });

  it('does not blow up noise', () => {
    const [bottom, top] = yScale('fluidTemperature', [23.61, 23.63]);
    expect(top - bottom).toBeGreaterThanOrEqual(2);
  });

  it('finds the extent of the band, and nothing in nothing', () => {
    expect(extent({ x: [1, 2], mean: [1, null], min: [0, null], max: [3, null] })).toEqual([0, 3]);
    expect(extent({ x: [1], mean: [null], min: [null], max: [null] })).toBeNull();
  });
});
