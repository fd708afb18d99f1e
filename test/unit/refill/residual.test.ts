import { describe, expect, it } from 'vitest';
import type { PastFill, Pump } from '../../../src/refill/model.ts';
import {
  expectedLevel,
  expectedResidual,
  explainedPercent,
  flowHistory,
  reconcile,
  trendPercentPer30Days,
} from '../../../src/refill/residual.ts';
import { thresholdsWith } from '../../../src/refill/thresholds.ts';
import { CONTEXT, DAY_MS, MODEL, PUMP, T0 } from './bedside.ts';

const T = thresholdsWith({});
const residual = (value: number, u95 = 0.1) => ({ value, u95 });
const filledAt = (atMs: number, filledMl = 30): Pump => ({
  ...PUMP,
  fills: [{ atMs, filledMl, filledU95Ml: 0.2, residualMl: null, actualFlow: null }],
});
const at14 = (value: number, u95 = 0.1) => reconcile(PUMP, residual(value, u95), T0, CONTEXT, T);

describe('the numbers a nurse would reckon', () => {
  it('30 mL, 1.3 mL/d, 14 days: 11.8 mL expected', () => {
    expect(expectedResidual(PUMP, T0, T)?.value).toBeCloseTo(11.8, 9);
  });

  // Textbook table: residual at +-10, 15 and 20 %. Slow leaves more.
  it.each([
    [11.8, 0],
    [13.62, -10],
    [14.53, -15],
    [15.44, -20],
    [9.98, 10],
    [9.07, 15],
    [8.16, 20],
  ])('%f mL drained: %i %%', (ml, percent) => {
    const r = at14(ml);
    expect(r?.deviationPercent.value).toBeCloseTo(percent, 1);
    expect(r?.actualFlow.value).toBeCloseTo(1.3 * (1 + percent / 100), 3);
    expect(r?.deltaMl).toBeCloseTo(ml - 11.8, 9);
  });

  it('has the uncertainty of both volumes in the flow', () => {
    const r = at14(11.8);
    expect(r?.actualFlow.u95).toBeCloseTo(Math.hypot(0.1, 0.2) / 14, 9);
    expect(r?.deviationPercent.u95).toBeCloseTo((100 * Math.hypot(0.1, 0.2)) / 14 / 1.3, 6);
  });

  it('says its signs', () => {
    expect(at14(20)?.convention.deltaMl).toMatch(/residual - expected, \(\+\) slow/);
    expect(at14(20)?.deltaMl).toBeGreaterThan(0);
    expect(at14(20)?.deviationPercent.value).toBeLessThan(0);
    expect(at14(20)?.convention.deviationPercent).toMatch(/\(\+\) fast/);
  });
});

describe('mistakes that it must not make', () => {
  it('a dead volume: the same pump with any dead volume gives the same flow', () => {
    // Counting 1.5 mL in on one side only would be 1.5 / 14 = 0.107 mL/d, or 8 %.
    const other = { ...PUMP, model: { ...MODEL, deadVolumeMl: 0 } };
    const a = at14(11.8);
    const b = reconcile(other, residual(11.8), T0, CONTEXT, T);
    expect(a?.actualFlow).toEqual(b?.actualFlow);
    expect(Math.abs(a?.deviationPercent.value ?? 99)).toBeLessThan(0.01);
  });

  it('a day: summer time, a leap day and zones do not count', () => {
    // Amsterdam, clocks forward on 29 March 2026: 22 March 09:00+01:00 to 5 April 09:00+02:00 is 14 days less an hour.
    const spring = reconcile(
      filledAt(Date.parse('2026-03-22T09:00:00+01:00')),
      residual(11.8),
      Date.parse('2026-04-05T09:00:00+02:00'),
      CONTEXT,
      T,
    );
    expect(spring?.days).toBeCloseTo(14 - 1 / 24, 12);
    const leap = reconcile(
      filledAt(Date.parse('2028-02-22T08:00:00Z')),
      residual(11.8),
      Date.parse('2028-03-07T08:00:00Z'),
      CONTEXT,
      T,
    );
    expect(leap?.days).toBe(14);
    const zones = reconcile(
      filledAt(Date.parse('2026-05-01T23:30:00-05:00')),
      residual(11.8),
      Date.parse('2026-05-16T06:30:00+02:00'),
      CONTEXT,
      T,
    );
    expect(zones?.days).toBe(14);
  });

  it('a last fill that is not in the past, or none', () => {
    expect(reconcile(filledAt(T0), residual(11.8), T0, CONTEXT, T)).toBeNull();
    expect(reconcile(filledAt(T0 + DAY_MS), residual(11.8), T0, CONTEXT, T)).toBeNull();
    expect(reconcile({ ...PUMP, fills: [] }, residual(11.8), T0, CONTEXT, T)).toBeNull();
    expect(expectedResidual(filledAt(T0 + DAY_MS), T0, T)).toBeNull();
  });

  it('a residual below nothing', () => {
    expect(expectedResidual(filledAt(T0 - 60 * DAY_MS), T0, T)?.value).toBe(0);
  });
});

describe('verdict', () => {
  // Band 15 %: 14.53 mL and 9.07 mL; 0.22 mL are 1.23 %-points.
  it.each([
    [14.2, 0.1, 'within'],
    [14.4, 0.1, 'indeterminate'],
    [14.6, 0.1, 'indeterminate'],
    [14.9, 0.1, 'outside'],
    [9.4, 0.1, 'within'],
    [9.2, 0.1, 'indeterminate'],
    [9.0, 0.1, 'indeterminate'],
    [8.7, 0.1, 'outside'],
    [11.8, 1, 'within'],
    // A syringe read to 1.5 mL cannot tell 10 % from 15 %.
    [13.62, 1.5, 'indeterminate'],
  ])('%f +- %f mL: %s', (ml, u95, verdict) => {
    expect(at14(ml, u95)?.verdict).toBe(verdict);
  });

  it('uses the band of the pump model', () => {
    const wide = { ...PUMP, model: { ...MODEL, tolerancePercent: 25 } };
    expect(reconcile(wide, residual(14.9), T0, CONTEXT, T)?.verdict).toBe('within');
    expect(reconcile(wide, residual(14.9), T0, CONTEXT, T)?.bandPercent).toBe(25);
  });

  it('a pump found dry may have been fast: never "within", and never called slow', () => {
    const verdictAfter = (days: number) =>
      reconcile(filledAt(T0 - days * DAY_MS), residual(0), T0, CONTEXT, T)?.verdict;
    // 30 mL in 28 days would be -18 %, had it run all the time.
    expect(verdictAfter(28)).toBe('indeterminate');
    expect(verdictAfter(23)).toBe('indeterminate');
    expect(verdictAfter(18)).toBe('outside');
    const dry = reconcile(filledAt(T0 - 28 * DAY_MS), residual(0), T0, CONTEXT, T);
    expect(dry?.atLeast).toBe(true);
    expect(reconcile(filledAt(T0 - 14 * DAY_MS), residual(11.8), T0, CONTEXT, T)?.atLeast).toBe(false);
  });
});

describe('what fever, altitude and flights explain', () => {
  const explained = (over: Partial<typeof CONTEXT>, days = 14) => explainedPercent(PUMP, { ...CONTEXT, ...over }, days);

  it('nothing without them', () => {
    expect(explained({})).toBeNull();
    expect(explained({ feverDays: 3 })).toBeNull();
  });

  it('three days at 39 Cel: about 1.1 mL more of 18.2, by the textbook', () => {
    // Factor 1.278 for 3 of 14 days.
    expect(explained({ feverDays: 3, feverCel: 39 })).toBeCloseTo((100 * 3 * 0.278) / 14, 1);
  });

  it('Denver, 1,609 m: 39 %', () => {
    expect(explained({ homeAltitudeM: 1609 })).toBeCloseTo(39, 0);
  });

  it('a flight of ten hours: about 0.3 mL more', () => {
    const percent = explained({ flightHours: 10 }) ?? 0;
    expect((percent / 100) * 18.2).toBeCloseTo(0.3, 1);
  });

  it('does not count more days than there were', () => {
    expect(explained({ feverDays: 30, feverCel: 39 })).toBeCloseTo(27.8, 0);
  });

  it('goes with the pump: a stronger propellant feels altitude less', () => {
    const strong = { ...PUMP, model: { ...MODEL, propellantGaugeKpaAt37: 200 } };
    const context = { ...CONTEXT, homeAltitudeM: 1609 };
    expect(explainedPercent(strong, context, 14)).toBeLessThan(12);
  });

  it('corrects the level that is expected, not the residual that the label wants', () => {
    const context = { ...CONTEXT, homeAltitudeM: 1609 };
    expect(expectedLevel(PUMP, T0, context, T)?.value).toBeCloseTo(30 - 18.2 * 1.393, 1);
    expect(reconcile(PUMP, residual(4.6), T0, context, T)?.expectedResidual.value).toBeCloseTo(11.8, 9);
  });

  it('does not expect a fluid like glycerin to flow like water', () => {
    const thick = { ...PUMP, fills: PUMP.fills.map((f) => ({ ...f, densityGPerMl: 1.08 })) };
    expect(expectedLevel(thick, T0, CONTEXT, T)?.u95).toBeGreaterThan(18);
  });
});

describe('history', () => {
  const fill = (days: number, filledMl: number, residualMl: number | null): PastFill => ({
    atMs: T0 + days * DAY_MS,
    filledMl,
    residualMl,
    actualFlow: null,
  });

  it('has the flow of every interval whose residual is known', () => {
    const pump = { ...PUMP, fills: [fill(0, 30, null), fill(14, 30, 11.8), fill(28, 25, null), fill(38, 30, 12)] };
    const points = flowHistory(pump, T);
    expect(points.map((p) => [p.days, p.actualFlow.value])).toEqual([
      [14, expect.closeTo(1.3, 9)],
      [10, expect.closeTo(1.3, 9)],
    ]);
    expect(points[0]?.deviationPercent.value).toBeCloseTo(0, 9);
  });

  it('keeps a flow that was measured then', () => {
    const measured = { ...fill(14, 30, 11.8), actualFlow: { value: 1.31, u95: 0.01 } };
    expect(flowHistory({ ...PUMP, fills: [fill(0, 30, null), measured] }, T)[0]?.actualFlow.value).toBe(1.31);
  });

  it('has a trend from three intervals on: a pump that gains 1 %-point a fortnight', () => {
    const points = [0, 1, 2, 3].map((i) => ({ atMs: T0 + i * 14 * DAY_MS, percent: i }));
    expect(trendPercentPer30Days(points)).toBeCloseTo(30 / 14, 9);
    expect(trendPercentPer30Days(points.slice(0, 2))).toBeNull();
    expect(trendPercentPer30Days([...points.slice(0, 1), ...points.slice(0, 1), ...points.slice(0, 1)])).toBeNull();
  });

  it('counts the present interval into the trend', () => {
    const pump = { ...PUMP, fills: [fill(-42, 30, null), fill(-28, 30, 11.8), fill(-14, 30, 11.8)] };
    expect(reconcile(pump, residual(11.8), T0, CONTEXT, T)?.trendPercentPer30Days).toBeCloseTo(0, 6);
    expect(reconcile(pump, residual(9), T0, CONTEXT, T)?.trendPercentPer30Days).toBeGreaterThan(10);
  });

  it('leaves intervals out of the trend in which the pump ran dry: their flow is only a lower bound', () => {
    const fills = [fill(-56, 30, null), fill(-42, 30, 11.8), fill(-28, 30, 0.2), fill(-14, 30, 11.8)];
    const pump = { ...PUMP, fills };
    expect(flowHistory(pump, T).map(({ atLeast }) => atLeast)).toEqual([false, true, false]);
    expect(reconcile(pump, residual(11.8), T0, CONTEXT, T)?.trendPercentPer30Days).toBeCloseTo(0, 6);
    expect(reconcile(pump, residual(0.2), T0, CONTEXT, T)?.trendPercentPer30Days).toBeNull();
  });
});
