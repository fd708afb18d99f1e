/**
 * When scale and flow sensor disagree: was the scale tared, loaded or touched (the mass steps, the rest goes on as before), or
 * is one of the two wrong (they drift apart)? Whichever is more credible leads until they agree again, and by how much they
 * disagreed makes the level less certain until the reservoir is seen empty once more.
 */
import { FLAG } from '../../protocols/reading.ts';
import { correctByNoFlow, doubt, flowGain, flowOffset, forgetFlowOffset } from './fusion.ts';
import type { Memory } from './memory.ts';
import type { Sample } from './sample.ts';

export interface DisagreementMemory {
  /** Which of the two leads while they disagree. */
  believes: 'both' | 'scale' | 'flow';
  /** Found out where there was no doubt: this one is not believed any more. */
  convicted: 'scale' | 'flow' | null;
  /** Mass seen minus mass expected at the last sample, g. */
  offG: number;
  /** For so long masses have not fitted, s. */
  misfitS: number;
  /** A mass that stepped: since when it stands there. */
  step: { seconds: number; count: number; g: number; sudden: boolean } | null;
  /** By how much more the flow sensor has counted into the pump than went there, beyond what it may be wrong, mL; fades. */
  excessMl: number;
  /** What may have moved and what did, since that was last reckoned. */
  window: { seconds: number; leastMl: number; mostMl: number; movedMl: number };
  /** For so long that has not grown, s, and from where it is counted. */
  agreeS: number;
  agreeMl: number;
  /** For so long the disagreement has been beyond its threshold, s. */
  beyondS: number;
  /** The most they disagreed since the reservoir was last seen empty, mL. */
  doubtMl: number;
  /** Announced as tared, and does not show 0. */
  badTare: boolean;
}

export function agreement(): DisagreementMemory {
  return {
    believes: 'both',
    convicted: null,
    offG: 0,
    misfitS: 0,
    step: null,
    excessMl: 0,
    window: { seconds: 0, leastMl: 0, mostMl: 0, movedMl: 0 },
    agreeS: 0,
    agreeMl: 0,
    beyondS: 0,
    doubtMl: 0,
    badTare: false,
  };
}

/** What to do with a mass: use it, take it as the scale's new zero, or leave it. */
export type Disagreement = 'use' | 'newZero' | 'ignore';

/** A step may ring for so long before it stands, and must then stand for so long. */
const STEP_RINGS_S = 3;
const STEP_STANDS_S = 1;
/** Drifting apart for so long: no touch, one of the two is wrong. */
const TOUCH_LASTS_S = 1.5;
/** A scale never shows exactly the same for so long while fluid flows, s. */
const STUCK_S = 1.2;
/** A gain is not known from less, mL. */
const GAIN_AFTER_ML = 3;
/** So many times `mismatchForS` without a rest. */
const LONG = 4;
const AT_REST_S = 4;
/** No flow sensor that works has a zero so far off, mL/min. */
const BROKEN_ZERO_ML_PER_MIN = 0.3;
/** More than one reading, at any rate. */
const BAD_ZERO_FOR_S = 1.3;
const AGREE_S = 5;
const AGREE_ML = 0.15;
/** Reckoned over so long, s: the scale's noise from one reading to the next must not add up to a disagreement. */
const WINDOW_S = 1;
/** An excess is forgotten with this time constant, s. */
const FADES_S = 60;

export function disagree(
  m: Memory,
  s: Sample,
  mass: { readonly fits: boolean; readonly offG: number; readonly sdG: number; readonly rho: number },
): Disagreement {
  const d = m.disagreement;
  if (m.fluid.hubLeaks) return lossAtHub(d);
  const before = d.offG;
  d.offG = mass.offG;
  if (m.scale.stuckS > STUCK_S) {
    d.believes = 'flow';
    return 'ignore';
  }
  if (mass.fits) {
    d.misfitS = 0;
    d.step = null;
    if (d.believes === 'flow' && d.convicted === null) d.believes = 'both';
    return d.convicted === 'scale' ? 'ignore' : 'use';
  }
  d.misfitS += s.seconds;
  const sudden = s.gap || Math.abs(mass.offG - before) > 0.7 * Math.abs(mass.offG);
  if (stands(d, s, mass.offG, mass.sdG, sudden)) {
    d.step = null;
    d.misfitS = 0;
    d.offG = 0;
    return 'newZero';
  }
  if (d.misfitS < TOUCH_LASTS_S || d.step?.sudden) return 'ignore';
  // With the clamp closed nothing flows: a mass that moves then is the scale's own doing.
  if (m.clamp === 'closed' && Math.abs(s.flow ?? 0) < 1) d.convicted = 'scale';
  d.believes = d.convicted === 'scale' ? 'flow' : 'scale';
  if (d.believes === 'flow') return 'ignore';
  doubt(m.fusion, Math.abs(mass.offG) / mass.rho);
  d.agreeS = 0;
  return 'use';
}

function stands(d: DisagreementMemory, s: Sample, offG: number, sdG: number, sudden: boolean): boolean {
  const { step } = d;
  if (step === null || Math.abs(offG - step.g) > Math.max(0.05, 4 * sdG)) {
    d.step = { seconds: 0, count: 1, g: offG, sudden: d.misfitS < STEP_RINGS_S && (sudden || step?.sudden === true) };
    return false;
  }
  step.seconds += s.seconds;
  step.count++;
  return step.sudden && step.seconds >= STEP_STANDS_S && step.count >= 3;
}

/** The scale sees what leaves the syringe, the flow sensor what passes the needle: the two must differ. */
function lossAtHub(d: DisagreementMemory): Disagreement {
  const { doubtMl, badTare, convicted, beyondS } = d;
  Object.assign(d, agreement(), { doubtMl, badTare, convicted, beyondS });
  return 'ignore';
}

/** Least and most that may truly flow when the sensor shows this, mL/min; `null` = it cannot say. */
function mayFlow(m: Memory, s: Sample): { least: number; most: number } | null {
  const shown = s.flow;
  const { before } = m.flow;
  if (shown === null || before === null || s.gap) return null;
  // Between two readings it may have been either.
  const off = 0.1 + 0.08 * Math.abs(shown) + Math.abs(shown - before);
  if ((s.flags & FLAG.airInLine) !== 0) return { least: Math.min(-off, 12 * shown), most: Math.max(off, 12 * shown) };
  const saturated = (s.flags & FLAG.highFlow) !== 0 || Math.abs(shown) > 39;
  const far = saturated ? 60 : off;
  return shown < 0 ? { least: shown - far, most: shown + off } : { least: shown - off, most: shown + far };
}

/** Counts how far the two are apart, and notices when they agree again. `moved`: mL that the estimate moved in this sample. */
export function settle(m: Memory, s: Sample, moved: number): void {
  const d = m.disagreement;
  const t = m.thresholds;
  const may = mayFlow(m, s);
  if (may !== null && m.accessMs !== null) {
    const { window: w } = d;
    w.seconds += s.seconds;
    w.leastMl += (may.least * s.seconds) / 60;
    w.mostMl += (may.most * s.seconds) / 60;
    w.movedMl += moved;
    if (w.seconds >= WINDOW_S) closeWindow(d);
  }
  if (d.convicted === 'flow') d.believes = 'scale';
  else if (d.believes === 'scale') agree(d, s.seconds);
  const by = Math.abs(disagreementMl(m));
  d.doubtMl = Math.max(d.doubtMl, by > t.mismatchMl / 2 ? by : 0);
  const beyond = by > t.mismatchMl || gainIsOff(m) || d.badTare || d.convicted !== null;
  d.beyondS = beyond ? d.beyondS + s.seconds : Math.max(0, d.beyondS - 2 * s.seconds);
  d.beyondS = Math.min(d.beyondS, LONG * t.mismatchForS + 1);
}

function closeWindow(d: DisagreementMemory): void {
  const { seconds, leastMl, mostMl, movedMl } = d.window;
  d.excessMl += movedMl < leastMl ? leastMl - movedMl : movedMl > mostMl ? mostMl - movedMl : 0;
  d.excessMl *= Math.exp(-seconds / FADES_S);
  d.window = { seconds: 0, leastMl: 0, mostMl: 0, movedMl: 0 };
}

function agree(d: DisagreementMemory, seconds: number): void {
  if (Math.abs(d.excessMl - d.agreeMl) > AGREE_ML) {
    d.agreeMl = d.excessMl;
    d.agreeS = 0;
  } else d.agreeS += seconds;
  if (d.agreeS >= AGREE_S) Object.assign(d, { believes: 'both', agreeMl: 0, agreeS: 0 });
}

/**
 * Nothing flows and the sensor shows that much. Returns for how long that has been far from its zero, s, `farS` having been so
 * before: after some time the zero has moved, and if it has moved far, the sensor is broken.
 */
export function noFlow(m: Memory, shown: number, sdMlPerMin: number, farS: number): number {
  const zero = flowOffset(m.fusion);
  const far = Math.abs(shown - zero.value) > 5 * Math.hypot(zero.sd, sdMlPerMin);
  if (far && farS < BAD_ZERO_FOR_S) return farS;
  if (far) forgetFlowOffset(m.fusion, Math.abs(shown));
  correctByNoFlow(m.fusion, shown, sdMlPerMin);
  // All at once, or little by little.
  if (Math.abs(far ? shown : zero.value) > BROKEN_ZERO_ML_PER_MIN) m.disagreement.convicted = 'flow';
  return 0;
}

/** After an announced tare: does the scale show 0, give or take what has flowed since? Only with time is it said that it does not. */
export function checkTare(m: Memory, offG: number, timeIsUp: boolean): boolean {
  const shows0 = offG <= m.thresholds.mismatchMl;
  if (shows0 || timeIsUp) m.disagreement.badTare = !shows0;
  return shows0;
}

/**
 * Long enough to be said: seen at rest, where a leak would have shown itself by then, or for very long. What leaves the line
 * between the two is no fault of either.
 */
export function mismatched(m: Memory): boolean {
  const { beyondS, badTare } = m.disagreement;
  const { mismatchForS } = m.thresholds;
  if (badTare && beyondS >= mismatchForS) return true;
  return beyondS >= LONG * mismatchForS || (beyondS >= mismatchForS && m.fluid.rest.seconds >= AT_REST_S);
}

/** By how much the two disagree now, mL; (+) the flow sensor counts more into the pump. */
export function disagreementMl(m: Memory): number {
  const d = m.disagreement;
  return d.believes === 'flow' ? d.offG / m.order.densityGPerMl : d.excessMl;
}

/** The scale has taught the flow sensor's gain well enough to say that it is beyond its data sheet. */
function gainIsOff(m: Memory): boolean {
  const gain = flowGain(m.fusion);
  if (m.moved.inMl + m.moved.outMl < GAIN_AFTER_ML) return false;
  return Math.abs(gain.value) - 2 * gain.sd > m.thresholds.mismatchShare;
}
