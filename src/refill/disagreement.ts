/**
 * When scale and flow sensor disagree: was the scale tared, loaded or touched (the mass steps, the rest goes on as before), or
 * is one of the two wrong (they drift apart)? Whichever is more credible leads until they agree again.
 */
import { doubt, flowGain } from './fusion.ts';
import type { Memory } from './memory.ts';
import type { Sample } from './sample.ts';

export interface DisagreementMemory {
  /** Which of the two leads while they disagree. */
  believes: 'both' | 'scale' | 'flow';
  /** Mass seen minus mass expected at the last sample, g. */
  offG: number;
  /** For so long masses have not fitted, s. */
  misfitS: number;
  /** A mass that stepped: since when it stands there. */
  step: { seconds: number; count: number; g: number; sudden: boolean } | null;
  /** What the flow sensor has counted beyond what the estimate says, while the scale leads, mL. */
  beyondMl: number;
  /** For so long that has not grown, s, and from where it is counted. */
  agreeS: number;
  agreeMl: number;
  /** For so long the disagreement has been beyond its threshold, s. */
  beyondS: number;
}

export function agreement(): DisagreementMemory {
  return { believes: 'both', offG: 0, misfitS: 0, step: null, beyondMl: 0, agreeS: 0, agreeMl: 0, beyondS: 0 };
}

/** What to do with a mass: use it, take it as the scale's new zero, or leave it. */
export type Disagreement = 'use' | 'newZero' | 'ignore';

/** A step may ring for so long before it stands, and must then stand for so long. */
const STEP_RINGS_S = 3;
const STEP_STANDS_S = 1;
/** Drifting apart for so long: no touch, one of the two is wrong. */
const TOUCH_LASTS_S = 1.5;
/** Instruments that never show the same value twice do not stand still while fluid flows. */
const STUCK_S = 2;
/** A gain is not known from less, mL. */
const GAIN_AFTER_ML = 3;
/** So many times `mismatchForS` without a rest. */
const LONG = 4;
const AT_REST_S = 4;
const AGREE_S = 5;
const AGREE_ML = 0.15;

export function disagree(
  m: Memory,
  s: Sample,
  mass: { readonly fits: boolean; readonly offG: number; readonly sdG: number; readonly rho: number },
): Disagreement {
  const d = m.disagreement;
  if (m.fluid.hubLeaks) return lossAtHub(d);
  const before = d.offG;
  d.offG = mass.offG;
  if (mass.fits) {
    d.misfitS = 0;
    d.step = null;
    if (d.believes === 'flow') d.believes = 'both';
    return 'use';
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
  d.believes = scaleIsWrong(m) ? 'flow' : 'scale';
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
  Object.assign(d, agreement());
  return 'ignore';
}

/** A scale that stands while fluid flows, or moves while nothing can flow. */
function scaleIsWrong(m: Memory): boolean {
  const flows = Math.abs(m.flow.shown ?? 0) > 1;
  return flows ? m.scale.sameS > STUCK_S : m.clamp === 'closed';
}

/** Counts how far the two are apart, and notices when they agree again. `moved`: mL that the estimate moved in this sample. */
export function settle(m: Memory, s: Sample, moved: number): void {
  const d = m.disagreement;
  if (d.believes === 'scale' && s.flow !== null) {
    d.beyondMl += (s.flow * s.seconds) / 60 - moved;
    if (Math.abs(d.beyondMl - d.agreeMl) > AGREE_ML) {
      d.agreeMl = d.beyondMl;
      d.agreeS = 0;
    } else d.agreeS += s.seconds;
    if (d.agreeS >= AGREE_S) Object.assign(d, { believes: 'both', beyondMl: 0, agreeMl: 0, agreeS: 0 });
  }
  const t = m.thresholds;
  const beyond = Math.abs(disagreementMl(m)) > t.mismatchMl || gainIsOff(m);
  d.beyondS = beyond ? d.beyondS + s.seconds : Math.max(0, d.beyondS - 2 * s.seconds);
  d.beyondS = Math.min(d.beyondS, LONG * t.mismatchForS + 1);
}

/**
 * Long enough to be said: seen at rest, where a leak would have shown itself by then, or for very long. What leaves the line
 * between the two is no fault of either.
 */
export function mismatched(m: Memory): boolean {
  const { beyondS } = m.disagreement;
  const { mismatchForS } = m.thresholds;
  return beyondS >= LONG * mismatchForS || (beyondS >= mismatchForS && m.fluid.rest.seconds >= AT_REST_S);
}

/** By how much the two disagree now, mL; (+) the flow sensor counts more into the pump. */
export function disagreementMl(m: Memory): number {
  const d = m.disagreement;
  if (d.believes === 'scale') return d.beyondMl;
  return d.believes === 'flow' ? d.offG / m.order.densityGPerMl : 0;
}

/** The scale has taught the flow sensor's gain well enough to say that it is beyond its data sheet. */
function gainIsOff(m: Memory): boolean {
  const gain = flowGain(m.fusion);
  if (m.moved.inMl + m.moved.outMl < GAIN_AFTER_ML) return false;
  return Math.abs(gain.value) - 2 * gain.sd > m.thresholds.mismatchShare;
}
