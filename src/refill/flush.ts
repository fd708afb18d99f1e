/**
 * The bolus path is flushed with a needle of its own, which opens between the two septa: what goes in reaches the artery and
 * never the reservoir. So nothing of it counts into level or fill, and no reservoir is looked for at the end of that needle.
 */
import { countFromHere } from './estimate.ts';
import { throughLine, withdrawn } from './level.ts';
import type { Memory } from './memory.ts';
import type { Estimate } from './model.ts';
import { leastExpectedKpa } from './pressure.ts';

/** Between two septa lies the bolus path. */
const SEPTA_WITH_BOLUS_PATH = 2;
/** Static pressure of an artery, 60 to 135 mmHg, kPa; and what is left of its pulse at least, standard deviation, kPa. */
const ARTERY_KPA = { least: 8, most: 18 } as const;
const PULSE_SD_KPA = 0.15;
/** Of the variance, and it climbs more than it pulses. */
const CLIMBS = 0.2;
/** A pulse has been looked at for so long, s. */
const LOOKED_FOR_S = 4;
/** So much weaker than the reservoir, by its worst, must it be. */
const WEAKER = 0.8;

export interface FlushMemory {
  /** What went through the bolus path, mL; `null` before anything could. */
  flushed: Estimate | null;
  /** It is going through now, and the fusion counts it. */
  counting: boolean;
}

export const notFlushed = (): FlushMemory => ({ flushed: null, counting: false });

export function hasBolusPath(m: Memory): boolean {
  return m.pump.model.septa >= SEPTA_WITH_BOLUS_PATH;
}

/** The line leads into somebody: the reservoir, or the bolus path. */
export function inUse(m: Memory): boolean {
  return m.accessMs !== null || m.flush.counting;
}

/** The phase begins. A refill needle that is known to be in is looked at until it is out; without a needle sensor it is. */
export function beginFlush(m: Memory): void {
  if (m.needle === 'in') return;
  withdrawn(m);
  if (m.needle === 'unknown') count(m);
}

/** A needle went in during the phase: the bolus needle. */
export function bolusNeedleIn(m: Memory): void {
  count(m);
}

function count(m: Memory): void {
  countFromHere(m, 0);
  m.flush.counting = true;
}

export function flushedOf(m: Memory): Estimate | null {
  return m.flush.counting ? throughLine(m) : m.flush.flushed;
}

/** The bolus needle came out, or the phase is left. */
export function endFlush(m: Memory): void {
  m.flush.flushed = flushedOf(m);
  m.flush.counting = false;
}

/** After the fill a needle went in once more, and meets an artery: weaker than the reservoir, and it pulses. */
export function looksLikeBolusPath(m: Memory): boolean {
  const { place, pressure: p, level } = m;
  if (!hasBolusPath(m) || level.filled === null || place.inReservoir || place.signlessS < LOOKED_FOR_S) return false;
  // What the nurse has corrected stands.
  if (m.phases.at(-1)?.by === 'nurse' || m.moved.inMl + m.moved.outMl > 0.1 || p.restKpa === null) return false;
  const arterial = p.restKpa >= ARTERY_KPA.least && p.restKpa <= ARTERY_KPA.most;
  // Still on its way to its rest: what was left of a step is in the variance, too.
  const climbs = ((p.meanKpa ?? 0) - p.meanOfMeanKpa) ** 2 > CLIMBS * p.pulseKpa2;
  return arterial && !climbs && p.restKpa < WEAKER * leastExpectedKpa(m) && p.pulseKpa2 > PULSE_SD_KPA ** 2;
}
