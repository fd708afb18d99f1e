/**
 * What the line pressure says about the other end of the needle. The sensor sits between needle and clamp:
 *
 *   at rest   line = where the needle's opening lies
 *   flowing   line = that + resistance (Q + 0.0145 Q |Q|)      needle's linear and kinetic loss
 *
 * The resistance is learned at every stop of a flow, because tubing, stopcock and needle differ.
 */
import type { Memory } from './memory.ts';
import { celAtGauge, mixedCel, reservoirGaugeKpa } from './propellant.ts';
import type { Sample } from './sample.ts';

export interface PressureMemory {
  /** Smoothed, kPa gauge. */
  kpa: number | null;
  ambientKpa: number;
  /** Of what goes in, Cel; `null` before anything does. */
  fluidCel: number | null;
  /** For so long it has not been on its way to somewhere else, s. */
  settledS: number;
  /** Mean pressure of this rest, the mean of that (the two part where the pressure climbs), and the variance about their line, kPa^2. */
  meanKpa: number | null;
  meanOfMeanKpa: number;
  pulseKpa2: number;
  /** Last static pressure with the needle in; `null` since it went in. */
  restKpa: number | null;
  /** First static pressure in the reservoir after access, and the peak. */
  staticKpa: number | null;
  peakKpa: number | null;
  /** What the reservoir gave when first seen, over what was expected of it; `null` before. */
  strength: number | null;
  /** Resistance in and out, kPa/(mL/min); `null` = not seen yet. */
  resistIn: number | null;
  resistOut: number | null;
  /** The last steady flow: how long ago (s), its pressure and how much it was. */
  sinceFlowS: number;
  flowKpa: number;
  flowMlPerMin: number;
  /** Beyond the needle as now inferred, flowing or not; `null` = unknown. */
  beyondKpa: number | null;
}

/** Nobody publishes a pump's heat capacity, or how fast a body warms it: the coldest it may be is reckoned with these. */
const LEAST_HEAT = 0.75;
const SLOWEST_REWARMING = 3;
const SMOOTH_S = 0.15;
const SETTLED_KPA = 1;
const SETTLED_FOR_S = 0.3;
/** A pulse is looked at with this time constant, s. */
const PULSE_S = 2;
/** What is left of a step by then is no pulse any more, s. */
const PULSE_AFTER_S = 1.5;
/** Flow at rest for so long: the pressure is static. */
const STATIC_AFTER_S = 0.6;
/** A flow that stopped within this time tells the resistance by what the pressure lost, s. */
const LEARN_WITHIN_S = 1.5;
const STEADY_AFTER_S = 0.4;
const LEAST_TO_LEARN = 3;
/** Kinetic over linear loss of a 38 mm needle, per mL/min: 0.0116 / 0.80 for 22 G. */
const KINETIC = 0.0145;

/** Offset of the sensor and height of the pump over it, kPa. */
export const OFFSET_KPA = 1.5;

export const shape = (flow: number): number => flow + KINETIC * flow * Math.abs(flow);

export function noPressure(): PressureMemory {
  return {
    kpa: null,
    ambientKpa: 101.325,
    fluidCel: null,
    settledS: 0,
    meanKpa: null,
    meanOfMeanKpa: 0,
    pulseKpa2: 0,
    restKpa: null,
    staticKpa: null,
    peakKpa: null,
    strength: null,
    resistIn: null,
    resistOut: null,
    sinceFlowS: LEARN_WITHIN_S,
    flowKpa: 0,
    flowMlPerMin: 0,
    beyondKpa: null,
  };
}

export function pressure(m: Memory, s: Sample): void {
  const p = m.pressure;
  if (s.ambientKpa !== null) p.ambientKpa = s.ambientKpa;
  warm(m, s);
  if (s.kpa === null) {
    p.kpa = null;
    p.beyondKpa = null;
    return;
  }
  p.kpa = p.kpa === null || s.gap ? s.kpa : p.kpa + (s.kpa - p.kpa) * (1 - Math.exp(-s.seconds / SMOOTH_S));
  p.settledS = Math.abs(s.kpa - p.kpa) < SETTLED_KPA ? p.settledS + s.seconds : 0;
  if (m.needle === 'out') {
    p.beyondKpa = null;
    return;
  }
  p.peakKpa = Math.max(p.peakKpa ?? p.kpa, p.kpa);
  const { mlPerMin, restS, steadyS } = m.flow;
  p.sinceFlowS += s.seconds;
  if (restS >= STATIC_AFTER_S) {
    if (p.settledS < SETTLED_FOR_S) return;
    if (p.sinceFlowS < LEARN_WITHIN_S) learn(p, p.kpa);
    p.sinceFlowS = LEARN_WITHIN_S;
    p.restKpa = p.kpa;
    p.beyondKpa = p.kpa;
    feelTemperature(m, p.kpa);
    if (p.settledS > PULSE_AFTER_S) feelPulse(p, s.kpa, s.seconds);
    return;
  }
  p.meanKpa = null;
  const resist = mlPerMin > 0 ? p.resistIn : p.resistOut;
  const steady = steadyS >= STEADY_AFTER_S;
  p.beyondKpa = !steady || resist === null ? null : p.kpa - resist * shape(mlPerMin);
  if (steady && Math.abs(mlPerMin) > LEAST_TO_LEARN) {
    p.sinceFlowS = 0;
    p.flowKpa = p.kpa;
    p.flowMlPerMin = mlPerMin;
  }
}

/** A pressure that only creeps, as in tissue, is no pulse: what deviates from its line is. */
function feelPulse(p: PressureMemory, kpa: number, seconds: number): void {
  if (p.meanKpa === null) {
    p.meanKpa = kpa;
    p.meanOfMeanKpa = kpa;
    p.pulseKpa2 = 0;
    return;
  }
  const share = 1 - Math.exp(-seconds / PULSE_S);
  p.meanKpa += (kpa - p.meanKpa) * share;
  p.meanOfMeanKpa += (p.meanKpa - p.meanOfMeanKpa) * share;
  const line = 2 * p.meanKpa - p.meanOfMeanKpa;
  p.pulseKpa2 += ((kpa - line) ** 2 - p.pulseKpa2) * share;
}

/** A flow has just stopped: what the pressure lost by that is what needle and line took. */
function learn(p: PressureMemory, restKpa: number): void {
  const seen = Math.max(0, (p.flowKpa - restKpa) / shape(p.flowMlPerMin));
  if (p.flowMlPerMin > 0) p.resistIn = p.resistIn === null ? seen : p.resistIn + 0.3 * (seen - p.resistIn);
  else p.resistOut = p.resistOut === null ? seen : p.resistOut + 0.3 * (seen - p.resistOut);
}

/** What needle and line take of the pressure at the present flow, kPa. */
export function needleLossKpa(m: Memory): number {
  const { mlPerMin } = m.flow;
  const resist = mlPerMin > 0 ? m.pressure.resistIn : m.pressure.resistOut;
  return Math.abs((resist ?? 0) * shape(mlPerMin));
}

/** The pump takes on the temperature of what goes in, and the body warms it again. */
function warm(m: Memory, s: Sample): void {
  const { thresholds: t, moved } = m;
  if (s.cel !== null && m.flow.mlPerMin > 1) {
    m.pressure.fluidCel = s.cel;
    const ml = (m.flow.mlPerMin * s.seconds) / 60;
    m.pumpCel = mixedCel(m.pumpCel, m.contentMl, ml, s.cel, heat(m));
    m.coldestCel = mixedCel(m.coldestCel, m.contentMl, ml, s.cel - 1, LEAST_HEAT * heat(m));
  }
  m.pumpCel += (37 - m.pumpCel) * (1 - Math.exp(-s.seconds / t.rewarmingS));
  m.coldestCel += (37 - m.coldestCel) * (1 - Math.exp(-s.seconds / (SLOWEST_REWARMING * t.rewarmingS)));
  if (moved.inMl === 0 && moved.outMl === 0) {
    m.pumpCel = 37;
    m.coldestCel = 37;
  }
}

/**
 * The pressure at rest tells how warm the pump still is: not as cold as the worst assumptions about its heat make it. What is
 * not the reservoir's own pressure (a line shut off under pressure) makes it no warmer than it is reckoned to be.
 */
function feelTemperature(m: Memory, restKpa: number): void {
  const { strength, ambientKpa } = m.pressure;
  if (strength === null || !m.place.inReservoir || m.place.lost) return;
  const gauge = (restKpa - OFFSET_KPA) / within(strength);
  const cel = celAtGauge(gauge, ambientKpa, m.pump.model.propellantGaugeKpaAt37 ?? null);
  m.coldestCel = Math.max(m.coldestCel, Math.min(cel, m.pumpCel));
}

/** A smaller pump has less metal: heat grows with the surface, which grows with the capacity to the power of 2/3. */
function heat(m: Memory): number {
  return m.thresholds.pumpHeatJPerK * (m.pump.model.capacityMl / 30) ** (2 / 3);
}

function gaugeAt(m: Memory, cel: number): number {
  return reservoirGaugeKpa(cel, m.pressure.ambientKpa, m.pump.model.propellantGaugeKpaAt37 ?? null);
}

/** What the reservoir gives when it is as warm as the body, kPa. */
export function bodyWarmKpa(m: Memory): number {
  return gaugeAt(m, 37);
}

/** A static pressure that is surely the reservoir's, and not that of its empty stop. */
export function seeStrength(m: Memory, restKpa: number): void {
  m.pressure.strength ??= restKpa / Math.max(1, gaugeAt(m, m.pumpCel));
}

/** The least that a reservoir gives, near its empty stop excepted, however much of the cold fluid has gone in unseen, kPa. */
export function coldestFilledKpa(m: Memory): number {
  const { capacityMl } = m.pump.model;
  return gaugeAt(m, mixedCel(37, 0, capacityMl, (m.pressure.fluidCel ?? 37) - 1, LEAST_HEAT * heat(m)));
}

/** The least static pressure that only a reservoir gives, kPa: above tissue and artery, below the propellant at body heat. */
export function leastReservoirKpa(m: Memory): number {
  const gauge = gaugeAt(m, 37);
  const { propellantShare, tissueKpa } = m.thresholds;
  return Math.max(propellantShare * gauge, Math.min(tissueKpa, 0.6 * gauge));
}

/** What a reservoir that is not nearly empty should give now, kPa: by its temperature, scaled to what it gave when first seen. */
export function expectedReservoirKpa(m: Memory): number {
  return scaled(m, m.pumpCel);
}

/** The same for the coldest that it may be. */
export function leastExpectedKpa(m: Memory): number {
  return scaled(m, m.coldestCel);
}

function scaled(m: Memory, cel: number): number {
  return within(m.pressure.strength ?? 1) * gaugeAt(m, cel);
}

const within = (strength: number): number => Math.min(1.6, Math.max(0.4, strength));
