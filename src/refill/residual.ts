/** What should be left in the reservoir, and what the drained residual says about the pump since the last fill. */
import {
  type Estimate,
  type IntervalContext,
  type PastFill,
  type Pump,
  RECONCILIATION_CONVENTION,
  type Reconciliation,
} from './model.ts';
import { airKpaAt, CABIN_KPA, flowFactor, LABEL } from './propellant.ts';
import type { Thresholds } from './thresholds.ts';

/** How far to trust a correction that rests on a recalled fever and an assumed propellant. */
const EXPLAINED_U95_SHARE = 0.5;
/** UTC has no summer time and no zones: a difference of two UTC moments is a length of time, always. */
export const MS_PER_DAY = 86_400_000;

export function lastFill(pump: Pump): PastFill | null {
  return pump.fills.at(-1) ?? null;
}

function fillU95(fill: PastFill, thresholds: Thresholds): number {
  return fill.filledU95Ml ?? thresholds.lastFillU95Ml;
}

/** By the label flow, drainable mL; its uncertainty is the pump's own tolerance. `null` before the first fill. */
export function expectedResidual(pump: Pump, atMs: number, thresholds: Thresholds): Estimate | null {
  const fill = lastFill(pump);
  if (fill === null || atMs < fill.atMs) return null;
  const used = (pump.labelFlowMlPerDay * (atMs - fill.atMs)) / MS_PER_DAY;
  const u95 = Math.hypot((used * pump.model.tolerancePercent) / 100, fillU95(fill, thresholds));
  return { value: Math.max(0, fill.filledMl - used), u95 };
}

/**
 * What is rather inside before anything was measured: by the label flow, corrected for what fever, altitude and flights explain.
 * Fluids that are not like water slow a pump by an unknown factor: then it may have used anything down to nothing.
 */
export function expectedLevel(
  pump: Pump,
  atMs: number,
  context: IntervalContext,
  thresholds: Thresholds,
): Estimate | null {
  const fill = lastFill(pump);
  const byLabel = expectedResidual(pump, atMs, thresholds);
  if (fill === null || byLabel === null) return null;
  const days = (atMs - fill.atMs) / MS_PER_DAY;
  const label = pump.labelFlowMlPerDay * days;
  const more = days > 0 ? (label * (explainedPercent(pump, context, days) ?? 0)) / 100 : 0;
  const unlikeWater = (fill.densityGPerMl ?? 0) > thresholds.waterlikeGPerMl;
  const u95 = Math.hypot(byLabel.u95, more * EXPLAINED_U95_SHARE, unlikeWater ? label : 0);
  return { value: Math.max(0, fill.filledMl - label - more), u95 };
}

/** (last fill - residual) / days, mL/d. */
function actualFlow(fill: PastFill, residual: Estimate, days: number, thresholds: Thresholds): Estimate {
  return {
    value: (fill.filledMl - residual.value) / days,
    u95: Math.hypot(residual.u95, fillU95(fill, thresholds)) / days,
  };
}

function deviation(flow: Estimate, label: number): Estimate {
  return { value: (100 * (flow.value - label)) / label, u95: (100 * flow.u95) / label };
}

/** Deviation that fever, altitude and flights alone would explain, %: the mean of the flow over the interval, by the propellant's physics. */
export function explainedPercent(pump: Pump, context: IntervalContext, days: number): number | null {
  const { feverDays, feverCel, homeAltitudeM, flightHours } = context;
  const hasFever = feverDays > 0 && feverCel !== null;
  if (!hasFever && homeAltitudeM === 0 && flightHours === 0) return null;
  const gauge = pump.model.propellantGaugeKpaAt37 ?? null;
  const home = airKpaAt(homeAltitudeM);
  const inAir = Math.min(days, flightHours / 24);
  const feverish = hasFever ? Math.min(days - inAir, feverDays) : 0;
  const usual = days - inAir - feverish;
  const sum =
    inAir * flowFactor(LABEL.bodyCel, Math.min(home, CABIN_KPA), gauge) +
    feverish * flowFactor(feverCel ?? LABEL.bodyCel, home, gauge) +
    usual * flowFactor(LABEL.bodyCel, home, gauge);
  return 100 * (sum / days - 1);
}

export interface FlowPoint {
  /** End of the interval. */
  readonly atMs: number;
  readonly days: number;
  readonly actualFlow: Estimate;
  readonly deviationPercent: Estimate;
  /** The pump had run dry by then: its flow was at least this. */
  readonly atLeast: boolean;
}

/** A pump that has run dry has stopped at an unknown moment. */
export const ranDry = (residualMl: number, { dryMl }: Pick<Thresholds, 'dryMl'>): boolean => residualMl < dryMl;

/** Actual flow of every interval between two fills on record whose residual is known, oldest first. */
export function flowHistory(pump: Pump, thresholds: Thresholds): FlowPoint[] {
  const points: FlowPoint[] = [];
  for (let i = 1; i < pump.fills.length; i++) {
    const before = pump.fills[i - 1] as PastFill;
    const fill = pump.fills[i] as PastFill;
    const days = (fill.atMs - before.atMs) / MS_PER_DAY;
    if (days <= 0 || fill.residualMl === null) continue;
    const residual = { value: fill.residualMl, u95: thresholds.emptyU95Ml };
    const flow = fill.actualFlow ?? actualFlow(before, residual, days, thresholds);
    const atLeast = ranDry(fill.residualMl, thresholds);
    const point = { atMs: fill.atMs, days, actualFlow: flow, atLeast };
    points.push({ ...point, deviationPercent: deviation(flow, pump.labelFlowMlPerDay) });
  }
  return points;
}

/** Slope of a straight line through the deviations (least squares), %-points per 30 days; `null` with fewer than three. */
export function trendPercentPer30Days(points: readonly { atMs: number; percent: number }[]): number | null {
  if (points.length < 3) return null;
  const mean = (of: (p: { atMs: number; percent: number }) => number) =>
    points.reduce((sum, p) => sum + of(p), 0) / points.length;
  const t = mean((p) => p.atMs);
  const y = mean((p) => p.percent);
  const spread = points.reduce((sum, p) => sum + (p.atMs - t) ** 2, 0);
  if (spread === 0) return null;
  return (30 * MS_PER_DAY * points.reduce((sum, p) => sum + (p.atMs - t) * (p.percent - y), 0)) / spread;
}

/**
 * The verdict against the pump's own band: indeterminate when the uncertainty reaches across its edge. A pump that has run dry
 * has stopped at an unknown moment: its flow was at least this, so it can only be too fast.
 * `null` without a last fill, or when that is not in the past.
 */
export function reconcile(
  pump: Pump,
  residual: Estimate,
  atMs: number,
  context: IntervalContext,
  thresholds: Thresholds,
): Reconciliation | null {
  const fill = lastFill(pump);
  const expected = expectedResidual(pump, atMs, thresholds);
  if (fill === null || expected === null || atMs <= fill.atMs) return null;
  const days = (atMs - fill.atMs) / MS_PER_DAY;
  const flow = actualFlow(fill, residual, days, thresholds);
  const percent = deviation(flow, pump.labelFlowMlPerDay);
  const band = pump.model.tolerancePercent;
  const beyond = Math.abs(percent.value) - band;
  const atLeast = ranDry(residual.value, thresholds);
  // A lower bound is no point of a line.
  const points = flowHistory(pump, thresholds)
    .filter((point) => !point.atLeast)
    .map((point) => ({ atMs: point.atMs, percent: point.deviationPercent.value }));
  return {
    days,
    lastFillMl: fill.filledMl,
    expectedResidual: expected,
    residual,
    deltaMl: residual.value - expected.value,
    actualFlow: flow,
    deviationPercent: percent,
    atLeast,
    bandPercent: band,
    verdict:
      Math.abs(beyond) < percent.u95 || (atLeast && percent.value < band)
        ? 'indeterminate'
        : beyond < 0
          ? 'within'
          : 'outside',
    explainedPercent: explainedPercent(pump, context, days),
    trendPercentPer30Days: trendPercentPer30Days(atLeast ? points : [...points, { atMs, percent: percent.value }]),
    convention: RECONCILIATION_CONVENTION,
  };
}
