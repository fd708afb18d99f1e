/**
 * Is the needle's opening in the reservoir? Only two things show it: the propellant's static pressure, and fluid that comes
 * back by itself. Silence shows nothing, so until then it counts as not known.
 */
import { surelyInside } from './level.ts';
import type { Memory } from './memory.ts';
import {
  coldestFilledKpa,
  expectedReservoirKpa,
  leastExpectedKpa,
  leastReservoirKpa,
  needleLossKpa,
  OFFSET_KPA,
  seeStrength,
} from './pressure.ts';
import type { Sample } from './sample.ts';

export interface PlaceMemory {
  /** Seen to be in the reservoir since this access. */
  inReservoir: boolean;
  /** It was put in before anybody listened: signs there were then are not known, and their absence now says nothing. */
  unseen: boolean;
  /** Was in the reservoir and is not any more. */
  lost: boolean;
  /** Went in while the needle was not known to be in the reservoir, or known not to be, mL. */
  doubtfulMl: number;
  /** Came out as fast as a reservoir gives it, mL. */
  gaveMl: number;
  /** Time since access without a sign of the reservoir, s. */
  signlessS: number;
  /** ... and of that, with the clamp open, s. */
  openS: number;
  /** The needle came out although the line was open and fluid on its way. */
  slippedOut: boolean;
  /** The pressure beyond the needle has been too weak for a reservoir for so long, s. */
  weakS: number;
  /** Pressure beyond the needle over what is expected, as it was over the last seconds. */
  usualShare: number | null;
  /** Outflow as it usually is and the most it was, mL/min, and how long ago there was as much as half of it, s. */
  outflow: number;
  mostOutflow: number;
  sinceOutflowS: number;
  /** With the way open nothing came and nothing pushed: should the needle turn out to be in the reservoir, that was empty. */
  silentWhenOpen: boolean;
  /** The last pressure at rest before the present outflow began, kPa. */
  beforeOutKpa: number | null;
}

export function nowhereYet(): PlaceMemory {
  return {
    inReservoir: false,
    unseen: false,
    lost: false,
    doubtfulMl: 0,
    gaveMl: 0,
    signlessS: 0,
    openS: 0,
    slippedOut: false,
    weakS: 0,
    usualShare: null,
    outflow: 0,
    mostOutflow: 0,
    sinceOutflowS: 0,
    silentWhenOpen: false,
    beforeOutKpa: null,
  };
}

/** Tissue and artery give less through a needle, even when drawn on. */
const GIVES_ML_PER_MIN = 1.5;
const STATIC_FOR_S = 0.8;
const WEAK_FOR_S = 0.6;
const NOTICED_AFTER_S = 1.5;
/** The share of the expected pressure that shows that a lost reservoir has been found again. */
const FOUND_SHARE = 0.8;
/** The usual pressure follows the present one with this time constant, s. */
const USUAL_S = 3;
/** A drain that dies away takes longer than this from half its flow to none; one that breaks off does not. */
const BREAKS_OFF_S = 0.5;
/** Twice the share over which the pressure fades. */
const NEAR_EMPTY_SHARE = 0.06;
/** Under this a reservoir cannot be told from anything else, kPa. */
const COLDEST_KPA = 6;
/** More than the offset of the sensor: somebody draws. */
const SUCTION_KPA = 3;
/** Air that has passed the sensor lies before the needle for some time, s. */
const AIR_SPRINGS_S = 20;

export function seePlace(m: Memory, s: Sample, movedMl: number): void {
  const { place, moved, pressure: p } = m;
  if (m.accessMs === null) return;
  if (m.flow.mlPerMin < -GIVES_ML_PER_MIN && movedMl < 0) place.gaveMl -= movedMl;
  const found = foundByPressure(m) || foundByReturn(m);
  if (found) place.inReservoir = true;
  if (place.inReservoir && !place.lost && m.flow.restS >= STATIC_FOR_S) seeFirst(m, moved.inMl + moved.outMl < 0.1);
  if (found && place.lost && foundByPressure(m)) place.lost = false;
  if (movedMl > 0 && (!place.inReservoir || place.lost)) place.doubtfulMl += movedMl;
  if (place.inReservoir) {
    if (!place.lost) place.doubtfulMl = 0;
    place.signlessS = 0;
    if (!place.lost && (weak(m, s) || brokeOff(m, s))) lose(m);
  } else {
    place.signlessS += s.seconds;
    if (m.clamp === 'open') place.openS += s.seconds;
    const untouched = moved.inMl + moved.outMl < 0.1 && place.openS > m.thresholds.emptyForS;
    if (untouched && !place.unseen) {
      place.silentWhenOpen = p.restKpa !== null && Math.abs(p.restKpa) < m.thresholds.emptyKpa;
    }
  }
}

/** It was lost before that was noticed: what went in meanwhile is in doubt as well. */
function lose(m: Memory): void {
  const { place, flow, moved } = m;
  place.lost = true;
  place.doubtfulMl = Math.min(moved.inRunMl, (Math.max(0, flow.mlPerMin) / 60) * NOTICED_AFTER_S);
}

/** Untouched since access, or well filled since: the pressure of this very pump as it is now. */
function seeFirst(m: Memory, untouched: boolean): void {
  const { pressure: p } = m;
  if (p.restKpa === null) return;
  if (untouched && !m.place.unseen) p.staticKpa ??= p.restKpa;
  if (untouched ? p.restKpa > leastReservoirKpa(m) : wellFilled(m)) seeStrength(m, p.restKpa);
}

function foundByPressure(m: Memory): boolean {
  const { flow, pressure: p, place } = m;
  if (flow.restS < STATIC_FOR_S || p.restKpa === null || p.kpa === null) return false;
  if (place.lost && p.kpa > FOUND_SHARE * expectedReservoirKpa(m) && p.kpa > OFFSET_KPA + m.thresholds.tissueKpa / 2)
    return true;
  return p.kpa >= leastReservoirKpa(m);
}

/** Before anything was put in, whatever comes out comes from the reservoir; afterwards the test volume has to. */
function foundByReturn(m: Memory): boolean {
  const { moved, test, place, thresholds: t } = m;
  if (moved.inMl < 0.1) return place.gaveMl >= t.returnedMl;
  return test.inMl > 1 && test.outMl >= t.testReturnShare * Math.min(test.inMl, t.testVolumeMl);
}

/**
 * With an unseen beginning, silence and a weak pressure may be those of a reservoir that is empty, or cold. But once so much has
 * gone in that no bellows is at its empty stop, even the coldest reservoir pushes back.
 */
export function surelyElsewhere(m: Memory): boolean {
  const { place, pressure: p, thresholds: t } = m;
  if (place.doubtfulMl < NEAR_EMPTY_SHARE * m.pump.model.capacityMl || p.restKpa === null) return false;
  return m.flow.restS >= STATIC_FOR_S && p.restKpa < t.dislodgedShare * coldestFilledKpa(m) - OFFSET_KPA;
}

/** Contents from which the bellows is not near its empty stop, where the pressure fades by itself. */
function wellFilled(m: Memory): boolean {
  return surelyInside(m) > NEAR_EMPTY_SHARE * m.pump.model.capacityMl;
}

/** The pressure beyond the needle is less than even a cold reservoir gives, or was suddenly lost. */
function weak(m: Memory, s: Sample): boolean {
  const { place, pressure: p, thresholds: t } = m;
  // After an outflow the reservoir may just be empty again; air in the line is a spring of its own.
  const judgeable = p.strength !== null && m.line.sinceAirS > AIR_SPRINGS_S && m.moved.inRunMl > 0;
  if (p.beyondKpa === null || !judgeable || !wellFilled(m)) {
    place.weakS = 0;
    place.usualShare = null;
    return false;
  }
  const expected = leastExpectedKpa(m);
  const doubt = OFFSET_KPA + 0.15 * needleLossKpa(m);
  const usual = Math.min(1.3, place.usualShare ?? 1) * expected;
  // A pump colder than the propellant boils pushes no more than tissue does.
  if (expected < COLDEST_KPA) {
    place.weakS = 0;
    return false;
  }
  const tooWeak = p.beyondKpa < t.dislodgedShare * expected - doubt;
  const dropped = p.beyondKpa < usual - Math.max(t.dislodgedDropKpa, 0.3 * usual) - doubt;
  place.weakS = tooWeak || dropped ? place.weakS + s.seconds : 0;
  if (place.weakS === 0) {
    const share = p.beyondKpa / Math.max(1, expected);
    place.usualShare =
      (place.usualShare ?? share) + (share - (place.usualShare ?? share)) * Math.min(1, s.seconds / USUAL_S);
  }
  return place.weakS >= WEAK_FOR_S;
}

/** The drain stopped all at once, and with it the pressure: the reservoir is not empty, the needle is not in it any more. */
function brokeOff(m: Memory, s: Sample): boolean {
  const { place, flow, pressure: p } = m;
  const out = -flow.mlPerMin;
  if (out > 2 && out > 0.5 * place.outflow) {
    place.outflow += (out - place.outflow) * Math.min(1, s.seconds / 0.5);
    place.mostOutflow = Math.max(place.mostOutflow, place.outflow);
    place.sinceOutflowS = 0;
    return false;
  }
  place.sinceOutflowS += s.seconds;
  // A hand that stops the last trickle of a drain that has been dying away breaks nothing off.
  if (place.outflow < Math.max(4, 0.5 * place.mostOutflow)) {
    if (flow.mlPerMin > 0.5) place.mostOutflow = 0;
    return false;
  }
  const breaksWithin = Math.max(BREAKS_OFF_S, 1.2 * m.clock.periodS);
  // From here on it either is at rest by now, or dies away.
  if (place.sinceOutflowS <= breaksWithin) return false;
  const stoppedAtOnce = flow.restS >= place.sinceOutflowS - breaksWithin;
  if (!stoppedAtOnce || flow.mlPerMin > 0.5) {
    place.outflow = 0;
    place.mostOutflow = 0;
    return false;
  }
  if (flow.restS < 1) return false;
  place.outflow = 0;
  place.mostOutflow = 0;
  // Drawn on, an empty reservoir breaks off too.
  return p.kpa !== null && m.clamp !== 'closed' && p.kpa > -SUCTION_KPA && p.kpa < 0.3 * leastReservoirKpa(m);
}
