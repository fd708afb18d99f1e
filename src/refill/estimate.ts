/**
 * Brings one sample into the estimate of the volume. The fusion itself is in `fusion.ts`; here it is decided how far each
 * instrument can be believed at this moment.
 */
import { FLAG } from '../../protocols/reading.ts';
import { checkTare, disagree, noFlow, settle } from './disagreement.ts';
import {
  correctByMass,
  forgetFlowOffset,
  forgetScaleZero,
  innovation,
  predict,
  rebase,
  throughMl,
  trueFlow,
} from './fusion.ts';
import type { Memory } from './memory.ts';
import { turn } from './moved.ts';
import type { Sample } from './sample.ts';

export interface ScaleMemory {
  lastG: number | null;
  beforeLastG: number | null;
  /** Noise as seen from one reading to the next, variance, g^2. */
  noise: number;
  /** Masses are not used for so much longer, s: the scale has just been tared. */
  ignoreS: number;
  /** Exactly the same value for so long while fluid flows, s. */
  stuckS: number;
  /** A tare was announced and not seen to show 0 yet: since when, what went in by the flow sensor, and the nearest to 0 so far. */
  tare: { seconds: number; inG: number; leastG: number } | null;
}

export interface FlowMemory {
  /** As the sensor showed it last, and before, mL/min. */
  shown: number | null;
  before: number | null;
  /** As it truly is, as far as is known, mL/min. */
  mlPerMin: number;
  /** For so long there has been no flow, s; and so little as at the end of a drain. */
  restS: number;
  slowS: number;
  /** Nothing can have flowed for so long, s: the clamp is closed, and no pressure drives a leak. */
  closedS: number;
  /** ... and the sensor has shown otherwise for so long, s. */
  farS: number;
  /** For so long the flow has been the same, s, and what it was. */
  steadyS: number;
  steadyMlPerMin: number;
}

export function freshScale(sdG: number): ScaleMemory {
  return { lastG: null, beforeLastG: null, noise: sdG ** 2, ignoreS: 0, stuckS: 0, tare: null };
}

export function freshFlow(): FlowMemory {
  return {
    shown: null,
    before: null,
    mlPerMin: 0,
    restS: 0,
    slowS: 0,
    closedS: 0,
    farS: 0,
    steadyS: 0,
    steadyMlPerMin: 0,
  };
}

/** The flow sensor's end of scale, mL/min. */
const FLOW_LIMIT = 39.9;
/** What the flow may really be when the sensor cannot say, mL/min (standard deviation), and for how long such an error keeps its sign, s. */
const UNSEEN_FLOW_SD = 12;
const UNSEEN_FOR_S = 1;
/** A flow that moves the last digit of a scale, mL/min. */
const FLOWS_ML_PER_MIN = 2;
/** A closed clamp has stopped everything after, s; too little pressure to drive a leak, kPa; noise of the flow at rest. */
const CLOSED_FOR_S = 2;
const NO_DRIVE_KPA = 3;
const NO_FLOW_SD = 0.02;
/** Masses after a tare may still be of the time before. */
const TARE_SETTLES_S = 0.3;
/** A scale that was tared shows 0 after this, however firmly it was touched meanwhile, s. */
const TARE_SHOWS_WITHIN_S = 3;
/** Further from 0 than any scale: JSON knows no infinity. */
const NO_MASS_YET_G = 1e9;
/** Tubing and stopcock give about so much, mL/kPa: assumed, and as uncertain as it is large. */
const LINE_ML_PER_KPA = 0.0005;
/** What a tare leaves on the scale, g. */
const TARED_TO_G = 0.2;
const SMALLEST_MISFIT_G = 0.12;
const REST_ML_PER_MIN = 0.5;

/** Of the fluid that is on its way: the old one until the reservoir has been emptied. */
export function density(m: Memory): number {
  if (m.level.filled !== null || m.level.from === 'measured') return m.order.densityGPerMl;
  return m.pump.fills.at(-1)?.densityGPerMl ?? m.order.densityGPerMl;
}

/** Returns what moved into the pump in this sample, mL. */
export function estimate(m: Memory, s: Sample): number {
  const before = throughMl(m.fusion);
  flow(m, s);
  mass(m, s, throughMl(m.fusion) - before);
  const moved = throughMl(m.fusion) - before;
  follow(m, s, moved);
  settle(m, s, moved);
  const none = surelyNoFlow(m, s) && s.flow !== null;
  m.flow.farS = none ? noFlow(m, s.flow ?? 0, NO_FLOW_SD, m.flow.farS + s.seconds) : 0;
  turn(m.moved, throughMl(m.fusion));
  return moved;
}

/** The scale was tared: its zero is new. */
export function scaleTared(m: Memory): void {
  forgetScaleZero(m.fusion);
  m.scale.ignoreS = TARE_SETTLES_S;
  m.scale.tare = { seconds: 0, inG: 0, leastG: NO_MASS_YET_G };
  m.disagreement.step = null;
  m.tared = true;
}

export function sensorsZeroed(m: Memory): void {
  forgetFlowOffset(m.fusion, m.thresholds.flowOffsetMlPerMin / 2);
  m.zeroed = true;
}

/** Volume counts from 0 again, here and now; `sdMl`: how well that 0 is known. */
export function countFromHere(m: Memory, sdMl: number): void {
  rebase(m.fusion, density(m), sdMl);
  m.moved.refMl = 0;
}

function unseen(seconds: number): number {
  return (UNSEEN_FLOW_SD / 60) * Math.sqrt(seconds * Math.max(seconds, UNSEEN_FOR_S));
}

function flow(m: Memory, s: Sample): void {
  const before = m.flow.shown;
  const from = before ?? s.flow ?? 0;
  const to = s.flow ?? before ?? 0;
  const minutes = s.seconds / 60;
  // White noise, and a step at an unknown moment between the two readings.
  let variance = ((0.004 * Math.abs(to) + 0.003) * minutes) ** 2 + ((to - from) * minutes) ** 2 / 12;
  const blind = s.flow === null || before === null || Math.abs(to) >= FLOW_LIMIT || (s.flags & FLAG.highFlow) !== 0;
  const hidden = s.gap && m.clamp !== 'closed';
  const air = (s.flags & FLAG.airInLine) !== 0;
  if (blind || hidden || air || m.disagreement.believes === 'scale') variance += unseen(s.seconds) ** 2;
  predict(m.fusion, (from + to) / 2, s.seconds, Math.sqrt(variance));
  m.flow.before = before;
  m.flow.shown = s.flow;
}

/** `inMl`: what has gone in since the last sample by the flow sensor. */
function mass(m: Memory, s: Sample, inMl: number): void {
  const { scale } = m;
  const g = s.massG;
  if (g === null) {
    scale.lastG = null;
    scale.beforeLastG = null;
    return;
  }
  const rho = density(m);
  watchScale(scale, g, s, rho * inMl);
  watchTare(m, g, s, rho * inMl);
  if (scale.ignoreS > 0) {
    scale.ignoreS -= s.seconds;
    return;
  }
  const unstable = (s.flags & FLAG.scaleUnstable) !== 0 ? 2 : 1;
  const stored = rho * storedMl(s);
  const sd = Math.hypot(Math.sqrt(Math.max(m.thresholds.massSdG ** 2, scale.noise)) * unstable, stored);
  const seen = g + stored;
  const off = innovation(m.fusion, seen, rho);
  const fits = Math.abs(off.g) <= Math.max(SMALLEST_MISFIT_G, 5 * Math.hypot(off.sdG, sd));
  const verdict = disagree(m, s, { fits, offG: off.g, sdG: sd, rho });
  if (verdict === 'newZero') {
    forgetScaleZero(m.fusion);
    if (Math.abs(g) < TARED_TO_G) m.tared = true;
  }
  if (verdict !== 'ignore') correctByMass(m.fusion, seen, rho, sd);
}

/** A hand still on the scale fades within moments; what stays away from 0 was no tare. */
function watchTare(m: Memory, g: number, s: Sample, lostG: number): void {
  const { tare } = m.scale;
  if (tare === null) return;
  tare.seconds += s.seconds;
  tare.inG += lostG;
  if (tare.seconds < TARE_SETTLES_S) return;
  tare.leastG = Math.min(tare.leastG, Math.abs(g + tare.inG));
  const shows0 = checkTare(m, tare.leastG, tare.seconds >= TARE_SHOWS_WITHIN_S);
  if (shows0 || tare.seconds >= TARE_SHOWS_WITHIN_S) m.scale.tare = null;
}

/** What a line under pressure holds more, mL: it has left the syringe and not gone through the needle. */
function storedMl(s: Sample): number {
  return s.kpa === null ? 0 : LINE_ML_PER_KPA * s.kpa;
}

function watchScale(scale: ScaleMemory, g: number, s: Sample, lostG: number): void {
  const { lastG, beforeLastG } = scale;
  if (lastG !== null && beforeLastG !== null && !s.gap) {
    // What a steady flow does not explain is noise, and what the flow sensor does not explain is noise: the less of the two.
    const unsteady = (g - 2 * lastG + beforeLastG) ** 2 / 6;
    const unexplained = (g - lastG + lostG) ** 2 / 2;
    scale.noise += 0.1 * (Math.min(unsteady, unexplained, 0.25) - scale.noise);
  }
  const flows = Math.abs(s.flow ?? 0) > FLOWS_ML_PER_MIN;
  if (g !== lastG) scale.stuckS = 0;
  else if (flows) scale.stuckS += s.seconds;
  scale.beforeLastG = lastG;
  scale.lastG = g;
}

/** With the clamp closed and no pressure to drive a leak nothing can flow. */
function surelyNoFlow(m: Memory, s: Sample): boolean {
  const still = m.clamp === 'closed' && !s.gap && s.kpa !== null && Math.abs(s.kpa) < NO_DRIVE_KPA;
  m.flow.closedS = still ? m.flow.closedS + s.seconds : 0;
  return m.flow.closedS > CLOSED_FOR_S;
}

/** Keeps the flow as it truly is, and for how long it has been at rest or steady. `moved`: mL in this sample. */
function follow(m: Memory, s: Sample, moved: number): void {
  const f = m.flow;
  const { seconds } = s;
  if (s.flow !== null && m.disagreement.believes !== 'scale') f.mlPerMin = trueFlow(m.fusion, s.flow);
  else if (seconds > 0) f.mlPerMin += ((60 * moved) / seconds - f.mlPerMin) * (1 - Math.exp(-seconds));
  const resting = Math.abs(f.mlPerMin) < REST_ML_PER_MIN;
  f.restS = resting && !s.gap ? f.restS + seconds : 0;
  const slow = (60 * m.thresholds.emptySlopeGPerS) / density(m);
  f.slowS = Math.abs(f.mlPerMin) < slow && !s.gap ? f.slowS + seconds : 0;
  const same = !resting && Math.abs(f.mlPerMin - f.steadyMlPerMin) < 0.5 + 0.1 * Math.abs(f.steadyMlPerMin);
  f.steadyS = same && !s.gap ? f.steadyS + seconds : 0;
  if (f.steadyS === 0) f.steadyMlPerMin = f.mlPerMin;
}
