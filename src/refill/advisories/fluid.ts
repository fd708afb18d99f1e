/** The fluid: too cold, lost on the way, or counted differently by scale and flow sensor. */
import { disagreementMl } from '../disagreement.ts';
import { flowGain, through } from '../fusion.ts';
import type { Memory } from '../memory.ts';
import { expectedReservoirKpa } from '../pressure.ts';
import type { Sample } from '../sample.ts';
import type { Evidence } from './evidence.ts';

export interface FluidMemory {
  /** Cold fluid has been going in for so long, s. */
  coldS: number;
  cel: number | null;
  /** Seconds for which a channel has been missing, or has shown exactly the same. */
  missingS: { flow: number; mass: number; kpa: number };
  sameKpaS: number;
  lastKpa: number | null;
  sameFlowS: number;
  lastFlow: number | null;
  /** Volume that was in and did not come back although the reservoir was empty again, mL. */
  lostMl: number;
  /** Outflow that reaches no scale, mL/min, and for how long, s. */
  drainMlPerMin: number;
  drainS: number;
}

export function freshFluid(): FluidMemory {
  return {
    coldS: 0,
    cel: null,
    missingS: { flow: 0, mass: 0, kpa: 0 },
    sameKpaS: 0,
    lastKpa: null,
    sameFlowS: 0,
    lastFlow: null,
    lostMl: 0,
    drainMlPerMin: 0,
    drainS: 0,
  };
}

const COLD_FOR_S = 2;
const STUCK_S = 6;
const MISSING_S = 5;
const DRAINS_FOR_S = 4;

export function watchFluid(m: Memory, s: Sample): void {
  const { fluid: f, flow, thresholds: t } = m;
  const cold = s.cel !== null && flow.mlPerMin > 1 && s.cel < t.coldCel && m.accessMs !== null;
  f.coldS = cold ? f.coldS + s.seconds : flow.mlPerMin > 1 ? 0 : f.coldS;
  if (cold) f.cel = s.cel;
  f.missingS.flow = s.flow === null ? f.missingS.flow + s.seconds : 0;
  f.missingS.mass = s.massG === null ? f.missingS.mass + s.seconds : 0;
  f.missingS.kpa = s.kpa === null ? f.missingS.kpa + s.seconds : 0;
  f.sameKpaS = s.kpa !== null && s.kpa === f.lastKpa ? f.sameKpaS + s.seconds : 0;
  f.lastKpa = s.kpa;
  f.sameFlowS = s.flow !== null && s.flow === f.lastFlow ? f.sameFlowS + s.seconds : 0;
  f.lastFlow = s.flow;
  drains(m, s);
}

/** With the clamp closed nothing can flow: an outflow then leaves the line at the needle's hub. */
function drains(m: Memory, s: Sample): void {
  const { fluid: f, thresholds: t } = m;
  const closed = m.clamp === 'closed' && m.accessMs !== null && m.place.inReservoir && s.flow !== null;
  if (!closed) {
    f.drainS = 0;
    return;
  }
  f.drainMlPerMin += (-(m.flow.shown ?? 0) - f.drainMlPerMin) * (1 - Math.exp(-s.seconds));
  f.drainS = f.drainMlPerMin > t.leakMlPerMin ? f.drainS + s.seconds : 0;
}

export function leak(m: Memory): Evidence {
  const { fluid: f, thresholds: t } = m;
  const hub = f.drainS >= DRAINS_FOR_S;
  if (!hub && f.lostMl < t.leakMl) return null;
  return { lostMlPerMin: hub ? f.drainMlPerMin : 0, lostMl: f.lostMl };
}

export function coldFill(m: Memory): Evidence {
  const { fluid: f } = m;
  if (f.coldS < COLD_FOR_S) return null;
  return { fluidCel: f.cel ?? Number.NaN, pumpCel: m.pumpCel, expectedKpa: expectedReservoirKpa(m) };
}

/** Scale and flow sensor disagree, or a sensor says nothing, or always exactly the same. */
export function sensorMismatch(m: Memory): Evidence {
  const { fluid: f, disagreement: d, thresholds: t } = m;
  const missing = m.accessMs !== null && Math.max(f.missingS.flow, f.missingS.mass, f.missingS.kpa) > MISSING_S;
  const stuck = m.accessMs !== null && Math.max(f.sameKpaS, f.sameFlowS, m.scale.sameS) > STUCK_S;
  if (d.beyondS < t.mismatchForS && !missing && !stuck) return null;
  return {
    flowBeyondScaleMl: disagreementMl(m),
    flowGainPercent: 100 * flowGain(m.fusion).value,
    throughMl: through(m.fusion).ml,
    missing: missing ? 1 : 0,
    stuck: stuck ? 1 : 0,
  };
}
