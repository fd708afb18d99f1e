/** The fluid: too cold, lost on the way, or counted differently by scale and flow sensor. */
import { disagreementMl, mismatched, noFlow } from '../disagreement.ts';
import { flowGain, flowOffset, forgetFlowGain, through } from '../fusion.ts';
import type { Memory } from '../memory.ts';
import { bodyWarmKpa } from '../pressure.ts';
import type { Sample } from '../sample.ts';
import type { Evidence } from './evidence.ts';

interface RestMemory {
  /** Since the hand came to rest, s; and since the present window began, with its readings. */
  seconds: number;
  windowS: number;
  count: number;
  outMl: number;
  fromG: number;
  massG: number;
  /** For so long more has come out than reached the scale, s; and for so long the flow sensor's zero has been off, s. */
  losesS: number;
  farS: number;
}

export interface FluidMemory {
  /** Cold fluid has been going in for so long, s. */
  coldS: number;
  cel: number | null;
  /** Seconds for which a channel has been missing, or has shown exactly the same. */
  missingS: { flow: number; mass: number; kpa: number };
  /** The pressure has shown exactly the same for so long, s, and the least and most flow meanwhile, mL/min. */
  sameKpa: { seconds: number; kpa: number | null; least: number; most: number };
  /** Volume that was in and did not come back although the reservoir was empty again, mL. */
  lostMl: number;
  /** Outflow that reaches no scale, mL/min. */
  drainMlPerMin: number;
  /** The hand's present rest: what came out meanwhile by the flow sensor, and the mass at its beginning and now, smoothed. */
  rest: RestMemory;
  /** A hub has been seen to leak since this access: the scale then does not see what goes in. */
  hubLeaks: boolean;
}

export function freshFluid(): FluidMemory {
  return {
    coldS: 0,
    cel: null,
    missingS: { flow: 0, mass: 0, kpa: 0 },
    sameKpa: { seconds: 0, kpa: null, least: 0, most: 0 },
    lostMl: 0,
    drainMlPerMin: 0,
    rest: rested(0),
    hubLeaks: false,
  };
}

const COLD_FOR_S = 2;
const STUCK_S = 6;
const STUCK_ML_PER_MIN = 4;
const MISSING_S = 5;
/** A rest must last so long, s; a leak needs pressure, kPa, and more than this is no leak but a drain, mL/min. */
const DRAINS_FOR_S = 1.4;
const WINDOW_S = 5;
const LOSES_FOR_S = 0.6;
const DRAINS_READINGS = 4;
const SETTLES_S = 0.5;
const DRAINS_OVER_KPA = 10;
const DRAINS_AT_MOST = 6;
const STILL_G = 0.03;
const BAD_ZERO_ML_PER_MIN = 0.15;
/** A hand that has just begun to push may hide on the scale what leaves the syringe, but not for so long, s. */
const NO_TOUCH_S = 4;

const rested = (g: number): RestMemory => ({
  seconds: 0,
  windowS: 0,
  count: 0,
  outMl: 0,
  fromG: g,
  massG: g,
  losesS: 0,
  farS: 0,
});

export function watchFluid(m: Memory, s: Sample): void {
  const { fluid: f, flow, thresholds: t } = m;
  const cold = s.cel !== null && flow.mlPerMin > 1 && s.cel < t.coldCel && m.accessMs !== null;
  f.coldS = cold ? f.coldS + s.seconds : flow.mlPerMin > 1 ? 0 : f.coldS;
  if (cold) f.cel = s.cel;
  f.missingS.flow = s.flow === null ? f.missingS.flow + s.seconds : 0;
  f.missingS.mass = s.massG === null ? f.missingS.mass + s.seconds : 0;
  f.missingS.kpa = s.kpa === null ? f.missingS.kpa + s.seconds : 0;
  standsStill(f.sameKpa, m.accessMs === null ? null : s.kpa, flow.mlPerMin, s.seconds);
  drains(m, s);
}

/** A good instrument may show the same for long at rest, but no pressure stays the same to the last digit when the flow changes. */
function standsStill(same: FluidMemory['sameKpa'], kpa: number | null, mlPerMin: number, seconds: number): void {
  if (kpa === null || kpa !== same.kpa) {
    Object.assign(same, { seconds: 0, kpa, least: mlPerMin, most: mlPerMin });
    return;
  }
  same.seconds += seconds;
  same.least = Math.min(same.least, mlPerMin);
  same.most = Math.max(same.most, mlPerMin);
}

/**
 * Nothing leaves the syringe, and yet the flow sensor sees fluid come back out of the needle: it leaves the line at the
 * needle's hub. Looked for whenever the hand rests.
 */
function drains(m: Memory, s: Sample): void {
  const { fluid: f, thresholds: t, scale, place, pressure: p } = m;
  const { shown } = m.flow;
  const mass = scale.lastG;
  const could = m.accessMs !== null && place.inReservoir && !place.lost && (p.kpa ?? 0) > DRAINS_OVER_KPA;
  const quiet = could && shown !== null && mass !== null && Math.abs(shown) < DRAINS_AT_MOST && scale.ignoreS <= 0;
  if (!quiet || s.gap) {
    f.rest = rested(mass ?? 0);
    return;
  }
  const r = f.rest;
  r.massG += (mass - r.massG) * Math.min(1, s.seconds / 0.4);
  // The hand has just stopped, or touches the scale.
  if (Math.abs(r.massG - r.fromG) > STILL_G) {
    f.rest = rested(r.massG);
    return;
  }
  r.seconds += s.seconds;
  r.windowS += s.seconds;
  if (r.windowS > WINDOW_S) Object.assign(r, { windowS: SETTLES_S, count: 0, outMl: 0, fromG: r.massG });
  r.count++;
  if (r.windowS < SETTLES_S) {
    r.fromG = r.massG;
    return;
  }
  r.outMl -= ((shown - flowOffset(m.fusion).value) * s.seconds) / 60;
  if (r.windowS < DRAINS_FOR_S || r.count < DRAINS_READINGS) return;
  const lost = (60 * (r.outMl - Math.abs(r.massG - r.fromG))) / (r.windowS - SETTLES_S);
  // Nothing can go in that does not come out of the syringe: the flow sensor's zero is off. Then it tells of no leak either.
  if (shown > BAD_ZERO_ML_PER_MIN || m.disagreement.convicted === 'flow') {
    if (r.seconds >= NO_TOUCH_S) r.farS = noFlow(m, shown, BAD_ZERO_ML_PER_MIN / 5, r.farS + s.seconds);
    return;
  }
  r.losesS = lost > t.leakMlPerMin ? r.losesS + s.seconds : 0;
  if (r.losesS >= LOSES_FOR_S && r.losesS > s.seconds && !f.hubLeaks) {
    f.hubLeaks = true;
    forgetFlowGain(m.fusion, t.flowGainSd);
  }
  if (f.hubLeaks) f.drainMlPerMin = lost;
}

export function leak(m: Memory): Evidence {
  const { fluid: f, thresholds: t } = m;
  if (!f.hubLeaks && f.lostMl < t.leakMl) return null;
  return { lostMlPerMin: f.drainMlPerMin, lostMl: f.lostMl };
}

export function coldFill(m: Memory): Evidence {
  const { fluid: f, pressure: p, thresholds: t } = m;
  const warmKpa = bodyWarmKpa(m);
  const coldPump = p.staticKpa !== null && p.staticKpa < t.coldPumpShare * warmKpa && m.level.filled === null;
  if (f.coldS < COLD_FOR_S && !coldPump) return null;
  return { fluidCel: f.cel ?? Number.NaN, pumpCel: m.pumpCel, staticKpa: p.staticKpa ?? Number.NaN, warmKpa };
}

/** Scale and flow sensor disagree, or a sensor says nothing, or always exactly the same. */
export function sensorMismatch(m: Memory): Evidence {
  const { fluid: f } = m;
  const missing = m.accessMs !== null && Math.max(f.missingS.flow, f.missingS.mass, f.missingS.kpa) > MISSING_S;
  const { seconds, least, most } = f.sameKpa;
  const stuck = m.accessMs !== null && seconds > STUCK_S && most - least > STUCK_ML_PER_MIN;
  if (!mismatched(m) && !missing && !stuck) return null;
  return {
    flowBeyondScaleMl: disagreementMl(m),
    flowGainPercent: 100 * flowGain(m.fusion).value,
    throughMl: through(m.fusion).ml,
    missing: missing ? 1 : 0,
    stuck: stuck ? 1 : 0,
  };
}
