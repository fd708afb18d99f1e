/**
 * The refill bay as it truly is: pump under the skin, needle, clamp, line, syringe or collector on the scale. Hands act on
 * it (`nurse.ts`), sensors look at it (`sensors.ts`). Pure: moves only when `step` is called.
 *
 *   pump --needle-- stopcock --(sensor: pressure, flow, temperature)--clamp-- syringe or collector on the scale
 */
import { COLLECTOR_TUBE, flowAt, inSeries, NEEDLES, type NeedleGauge, pressureLoss, STOPCOCK } from './needle.ts';
import { type PumpModel, type PumpState, reservoirGaugeKpa, type Surroundings, stepPump } from './pump.ts';

/** Saline and drug solutions at room temperature, g/mL. */
export const INFUSATE_DENSITY = 1.005;
/** Pressure in the line follows its cause with this time constant, s: a needle in the septum is felt at once. */
const LINE_SETTLES_S = 0.08;
/** Fluid at rest in the line takes on room temperature with this time constant, s. */
const LINE_COOLS_S = 90;
/** Fluid between pump or syringe and the temperature sensor, mL. */
const LINE_VOLUME_ML = 0.4;
/** Priming a new line: so much has passed when the last bubble is out. */
const AIR_PASSES_ML = 0.7;

/** What the nurse's hands do with the syringe. */
export type Hand =
  | { readonly does: 'rest' }
  /** Pushes that much into the line at a constant flow. */
  | { readonly does: 'push'; readonly ml: number; readonly mlPerMin: number }
  /** Lets fluid come back by itself, not faster than `mlPerMin` (the plunger is held), at most `ml`. */
  | { readonly does: 'return'; readonly ml: number; readonly mlPerMin: number };

export interface Patient {
  readonly pump: PumpModel;
  readonly residualMl: number;
  /** What the last fill and the label let the station expect. */
  readonly expectedMl: number;
  readonly bodyCel: number;
  readonly arterialMmHg: number;
}

export interface BayConditions {
  readonly roomCel: number;
  readonly infusateCel: number;
  readonly ambientKpa: number;
}

/** True values, nothing measured. Flow is (+) into the pump, mass counts what the scale carries since the start. */
export interface Truth {
  flowMlPerMin: number;
  lineKpa: number;
  fluidCel: number;
  massG: number;
  ambientKpa: number;
}

export class Bay {
  readonly truth: Truth;
  needle: 'in' | 'out' = 'out';
  clamp: 'open' | 'closed' = 'closed';
  door: 'open' | 'closed' = 'closed';
  power: 'mains' | 'battery' = 'mains';
  needleGauge: NeedleGauge = '22G';
  /** Air from a new line passes the bubble detector while the line is primed. */
  airInLine = false;
  hand: Hand = { does: 'rest' };
  patient: Patient | null = null;
  pump: PumpState | null = null;
  private movedMl = 0;
  private readonly conditions: BayConditions;

  constructor(conditions: BayConditions) {
    this.conditions = conditions;
    const { roomCel, ambientKpa } = conditions;
    this.truth = { flowMlPerMin: 0, lineKpa: 0, fluidCel: roomCel, massG: 0, ambientKpa };
  }

  arrive(patient: Patient): void {
    this.patient = patient;
    this.pump = { volumeMl: patient.residualMl, temperatureCel: patient.bodyCel };
  }

  leave(): void {
    this.patient = null;
    this.pump = null;
    this.needle = 'out';
    this.hand = { does: 'rest' };
  }

  /** A fresh hand movement; what the last one had left is dropped. */
  move(hand: Hand): void {
    this.hand = hand;
    this.movedMl = 0;
  }

  /** The true gauge pressure in the reservoir, or 0 without a pump. */
  get reservoirKpa(): number {
    const { patient, pump } = this;
    return patient && pump ? reservoirGaugeKpa(patient.pump, pump, this.truth.ambientKpa) : 0;
  }

  step(seconds: number): void {
    const inflowMl = this.handMoves(seconds);
    this.settle(seconds, inflowMl);
    const { patient, pump } = this;
    if (patient && pump) {
      const around: Surroundings = { ...patient, ambientKpa: this.truth.ambientKpa };
      const intoPump = this.needle === 'in' ? inflowMl : 0;
      this.pump = stepPump(patient.pump, pump, around, seconds, intoPump, this.conditions.infusateCel);
    }
  }

  /** Volume that passes the line in this step, (+) towards the pump. */
  private handMoves(seconds: number): number {
    const hand = this.hand;
    this.airInLine = false;
    if (hand.does === 'rest' || this.clamp === 'closed') return 0;
    const left = hand.ml - this.movedMl;
    let ml = Math.min(left, (hand.mlPerMin / 60) * seconds);
    if (hand.does === 'return') ml = Math.min(ml, this.comesBack(seconds));
    this.movedMl += ml;
    if (hand.ml - this.movedMl < 1e-9) this.hand = { does: 'rest' };
    this.airInLine = hand.does === 'push' && this.needle === 'out' && this.movedMl < AIR_PASSES_ML;
    return hand.does === 'push' ? ml : -ml;
  }

  /** What the propellant can push out in this step. */
  private comesBack(seconds: number): number {
    if (this.needle === 'out' || !this.pump) return 0;
    const path = inSeries(NEEDLES[this.needleGauge], STOPCOCK, COLLECTOR_TUBE);
    const ml = (Math.max(0, flowAt(path, this.reservoirKpa)) / 60) * seconds;
    return Math.min(ml, this.pump.volumeMl);
  }

  private settle(seconds: number, inflowMl: number): void {
    const t = this.truth;
    t.flowMlPerMin = (inflowMl / seconds) * 60;
    t.massG -= inflowMl * INFUSATE_DENSITY;
    const needle = NEEDLES[this.needleGauge];
    const path = t.flowMlPerMin < 0 ? inSeries(needle, STOPCOCK) : needle;
    const target = (this.needle === 'in' ? this.reservoirKpa : 0) + pressureLoss(path, t.flowMlPerMin);
    t.lineKpa += (target - t.lineKpa) * (1 - Math.exp(-seconds / LINE_SETTLES_S));
    const { roomCel, infusateCel } = this.conditions;
    t.fluidCel += (roomCel - t.fluidCel) * (1 - Math.exp(-seconds / LINE_COOLS_S));
    if (inflowMl !== 0) {
      const source = inflowMl > 0 ? infusateCel : (this.pump?.temperatureCel ?? roomCel);
      t.fluidCel += (source - t.fluidCel) * (1 - Math.exp(-Math.abs(inflowMl) / LINE_VOLUME_ML));
    }
  }
}
