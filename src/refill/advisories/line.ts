/** The line: its pressure, what blocks it, air in it, fluid that leaves it. */
import { FLAG } from '../../../protocols/reading.ts';
import { inUse } from '../flush.ts';
import { surelyInside } from '../level.ts';
import type { Memory } from '../memory.ts';
import { bodyWarmKpa, expectedReservoirKpa, leastReservoirKpa, needleLossKpa } from '../pressure.ts';
import type { Sample } from '../sample.ts';
import type { Evidence } from './evidence.ts';

export interface LineMemory {
  /** Rise of the pressure at constant push, kPa/s, smoothed; and for how long it has been too fast, s. */
  riseKpaPerS: number;
  risingS: number;
  lastKpa: number | null;
  /** Pressed and nothing flows, s. */
  blockedS: number;
  /** The pressure beyond the needle when the bellows was not at its stop yet, kPa. */
  usualKpa: number | null;
  /** Air was last seen so long ago, s. */
  sinceAirS: number;
  /** Flow that the scale does not see, mL/min, smoothed while nothing should flow; and for how long, s. */
  lostMlPerMin: number;
  restS: number;
  lostS: number;
}

export function quietLine(): LineMemory {
  return {
    riseKpaPerS: 0,
    risingS: 0,
    lastKpa: null,
    blockedS: 0,
    usualKpa: null,
    sinceAirS: 1e9,
    lostMlPerMin: 0,
    restS: 0,
    lostS: 0,
  };
}

/** More than one reading, at any rate. */
const RISING_FOR_S = 1.2;
const AIR_GONE_S = 3;
/** A static pressure that no reservoir gives is this much over what is expected of it, kPa. */
const NO_RESERVOIR_KPA = 25;
/** How fast the usual pressure follows, s. */
const USUAL_S = 4;

export function watchLine(m: Memory, s: Sample): void {
  const { line, pressure: p, flow, thresholds: t } = m;
  line.sinceAirS = (s.flags & FLAG.airInLine) !== 0 && inUse(m) ? 0 : line.sinceAirS + s.seconds;
  // What the needle takes changes with every unevenness of the hand; what is beyond it does not.
  const pushing = flow.mlPerMin > 1 && p.beyondKpa !== null && line.lastKpa !== null && s.seconds > 0 && !s.gap;
  if (pushing) {
    const rise = ((p.beyondKpa ?? 0) - (line.lastKpa ?? 0)) / s.seconds;
    line.riseKpaPerS += (rise - line.riseKpaPerS) * (1 - Math.exp(-s.seconds / 0.7));
  } else line.riseKpaPerS = 0;
  line.lastKpa = p.beyondKpa;
  // Out of its empty stop a bellows comes with a steep rise, and that is as it should be.
  const filled = surelyInside(m) > 0.06 * m.pump.model.capacityMl;
  line.risingS = filled && line.riseKpaPerS > t.pressureRiseKpaPerS ? line.risingS + s.seconds : 0;
  line.blockedS = blocked(m) ? line.blockedS + s.seconds : 0;
  if (p.beyondKpa === null) return;
  const usual = line.usualKpa ?? p.beyondKpa;
  line.usualKpa = usual + (p.beyondKpa - usual) * Math.min(1, s.seconds / USUAL_S);
}

export function linePressureHigh(m: Memory): Evidence {
  const { line, pressure: p, thresholds: t } = m;
  if (!inUse(m) || p.kpa === null) return null;
  const limitKpa = Math.min(t.pressureLimitKpa, bodyWarmKpa(m) + t.pressureOverKpa);
  if (p.kpa <= limitKpa && line.risingS < RISING_FOR_S) return null;
  return { seenKpa: p.kpa, limitKpa, riseKpaPerS: line.riseKpaPerS };
}

function blocked(m: Memory): boolean {
  const { pressure: p, flow, thresholds: t } = m;
  if (!inUse(m) || p.kpa === null || Math.abs(flow.mlPerMin) >= t.occludedMlPerMin) return false;
  // The propellant pushes, the clamp is open, and nothing comes out.
  const seen = !m.place.unseen && m.moved.inMl < 0.1;
  const drains = seen && (m.phase === 'access' || m.phase === 'empty') && m.clamp === 'open';
  if (drains && p.kpa >= leastReservoirKpa(m)) return true;
  // The hand pushes harder than any reservoir pushes back, and nothing goes in.
  return p.kpa > 1.3 * Math.max(expectedReservoirKpa(m), leastReservoirKpa(m)) + NO_RESERVOIR_KPA;
}

export function lineOccluded(m: Memory): Evidence {
  if (m.line.blockedS < m.thresholds.occludedForS) return null;
  return { seenKpa: m.pressure.kpa ?? Number.NaN, flowMlPerMin: m.flow.mlPerMin, seconds: m.line.blockedS };
}

/** The bellows is at its stop: back pressure climbs within less than a millilitre, near the capacity or beyond it. */
export function overfill(m: Memory): Evidence {
  const { line, pressure: p, thresholds: t, pump, level } = m;
  if (m.accessMs === null || level.from !== 'measured') return null;
  const capacity = pump.model.capacityMl;
  const beyondMl = m.contentMl - capacity;
  const usual = line.usualKpa;
  const rise = p.beyondKpa === null || usual === null ? 0 : p.beyondKpa - usual - 0.1 * needleLossKpa(m);
  const atStop = beyondMl > -0.1 * capacity && rise > t.overfillRiseKpa && m.flow.mlPerMin > 0.5;
  const over = beyondMl > t.overfillMl && !m.fluid.hubLeaks;
  if (!atStop && !over) return null;
  return { levelMl: m.contentMl, capacityMl: capacity, riseKpa: rise };
}

export function airInLine(m: Memory): Evidence {
  if (m.line.sinceAirS > AIR_GONE_S || !inUse(m)) return null;
  return { secondsSinceSeen: m.line.sinceAirS };
}
