/**
 * The refill bay as it truly is: pump under the skin, needle, clamp, line, syringe or collector on the scale. Hands act on
 * it (`nurse/`), sensors look at it (`sensors.ts`). Pure: moves only when `step` is called.
 *
 *   pump --needle-- stopcock --(sensors: pressure, flow, temperature)--clamp-- syringe or collector on the scale
 */
import { AirSlug } from './air.ts';
import { FLUIDS, type Fluid, viscosityMpas } from './fluids.ts';
import { Line, type Source } from './line.ts';
import { NEEDLE_VISCOSITY_MPAS, type NeedleGauge } from './needle.ts';
import type { BayConditions, Patient } from './patient.ts';
import { arterialKpa, BOLUS_PATH, type Place, Pocket, TISSUE, type Tip } from './places.ts';
import {
  catheterFlowMlPerDay,
  LABEL_CONDITIONS,
  type PumpState,
  reservoirGaugeKpa,
  type Surroundings,
  stepPump,
} from './pump.ts';
import { FASTEST_ML_PER_MIN, type Hand, plungerKpa } from './syringe.ts';
import { nowhere, type Whereabouts } from './whereabouts.ts';

/** Fluid at rest in the line takes on room temperature with this time constant, s. */
const LINE_COOLS_S = 90;
/** Fluid between pump or syringe and the temperature sensor, mL. */
const LINE_VOLUME_ML = 0.4;
/** A new line holds so much air until it is primed, mL. */
const NEW_LINE_AIR_ML = 0.7;
/** The stopcock is shut, or the needle's opening lies in a septum: kPa/(mL/min). */
const SHUT = 1e5;

/** True values, nothing measured. Flow is (+) into the pump, mass counts what the scale carries since the start. */
export interface Truth {
  flowMlPerMin: number;
  lineKpa: number;
  fluidCel: number;
  massG: number;
  ambientKpa: number;
}

/** A leak along the needle through the port, or at the needle's hub; opens with a time constant. */
export interface Leak {
  readonly at: 'port' | 'hub';
  readonly mlPerMinPerKpa: number;
  readonly opensS: number;
}

export class Bay {
  readonly truth: Truth;
  clamp: 'open' | 'closed' = 'closed';
  door: 'open' | 'closed' = 'closed';
  power: 'mains' | 'battery' = 'mains';
  readonly line = new Line();
  readonly air = new AirSlug();
  /** As the nurse says; `place` is where its opening really is. */
  needle: 'in' | 'out' = 'out';
  place: Place = 'out';
  hand: Hand = { does: 'rest' };
  /** The hand stops where it is, and goes on when let go. */
  held = false;
  /** What the thumb gives at most, N. */
  forceN = 40;
  /** Hands are uneven: how much faster than meant it goes now. */
  waver = 1;
  patient: Patient | null = null;
  pump: PumpState | null = null;
  whereabouts: Whereabouts = nowhere();
  conditions: BayConditions;
  leak: Leak | null = null;
  /** Pushed out of the syringe since the patient arrived, mL. */
  pushedMl = 0;
  private leakOpen = 0;
  /** So far has the bolus valve's membrane given way towards the needle. */
  private membraneMl = 0;
  private movedMl = 0;
  private timeS = 0;
  private around: Surroundings = LABEL_CONDITIONS;
  /** Of the infusate, over that of the needle figures. */
  private viscosityIn = 1;
  private pocket: Pocket | null = null;
  private readonly tip: Tip = { backKpa: 0, inLinear: 0, outLinear: 0, givesMl: 0 };
  private readonly source: Source = { does: 'nothing', mlPerMin: 0, limitKpa: 0 };
  private readonly inflow = { ml: 0, cel: 0, fluid: FLUIDS.saline as Fluid };

  constructor(conditions: BayConditions) {
    this.conditions = conditions;
    const { roomCel, ambientKpa } = conditions;
    this.truth = { flowMlPerMin: 0, lineKpa: 0, fluidCel: roomCel, massG: 0, ambientKpa };
  }

  get needleGauge(): NeedleGauge {
    return this.line.gauge;
  }

  /** How much of the present movement of the hand is done, mL. */
  get handMovedMl(): number {
    return this.movedMl;
  }

  arrive(patient: Patient, conditions: BayConditions): void {
    this.patient = patient;
    this.conditions = conditions;
    this.fit(conditions.infusate, conditions.infusateCel);
    this.truth.ambientKpa = conditions.ambientKpa;
    this.pump = { volumeMl: patient.residualMl, temperatureCel: patient.pumpCel, fluid: patient.residualFluid };
    this.pocket = new Pocket(patient.tissueMlPerKpa);
    const { bodyCel, arterialMmHg } = patient;
    this.around = { bodyCel, arterialMmHg, ambientKpa: conditions.ambientKpa };
    this.whereabouts = nowhere();
    this.air.put(NEW_LINE_AIR_ML, 0);
    this.line.occlusion = 0;
    this.leak = null;
    this.leakOpen = 0;
    this.membraneMl = 0;
    this.pushedMl = 0;
  }

  /** A syringe of that on the line; at room temperature unless its own is known. */
  fit(infusate: Fluid, infusateCel = this.conditions.roomCel): void {
    this.conditions = { ...this.conditions, infusate, infusateCel };
    this.viscosityIn = viscosityMpas(infusate, infusateCel) / NEEDLE_VISCOSITY_MPAS;
  }

  /** Weather, room and drug change. */
  surround(now: Pick<BayConditions, 'ambientKpa' | 'roomCel' | 'infusateCel'>): void {
    this.conditions = { ...this.conditions, ...now };
    this.truth.ambientKpa = now.ambientKpa;
    this.around = { ...this.around, ambientKpa: now.ambientKpa };
  }

  leave(): void {
    this.patient = null;
    this.pump = null;
    this.pocket = null;
    this.needle = 'out';
    this.place = 'out';
    this.held = false;
    this.waver = 1;
    this.hand = { does: 'rest' };
  }

  /** A fresh hand movement; what the last one had left is dropped. */
  move(hand: Hand): void {
    this.hand = hand;
    this.movedMl = 0;
  }

  occlude(how: 'shut' | 'free' | number): void {
    this.line.occlusion = how === 'shut' ? SHUT : how === 'free' ? 0 : how;
  }

  /** The true gauge pressure in the reservoir, or 0 without a pump. */
  get reservoirKpa(): number {
    const { patient, pump } = this;
    return patient && pump ? reservoirGaugeKpa(patient.pump.model, pump, this.truth.ambientKpa) : 0;
  }

  /** mL/d into the catheter now. */
  get pumpFlowMlPerDay(): number {
    const { patient, pump } = this;
    if (!patient || !pump) return 0;
    return catheterFlowMlPerDay(patient.pump, pump, this.around);
  }

  step(seconds: number): void {
    this.timeS += seconds;
    const { line, truth: t, pump } = this;
    this.aim(seconds);
    const tip = this.meet();
    const viscosityOut = pump ? viscosityMpas(pump.fluid, pump.temperatureCel) / NEEDLE_VISCOSITY_MPAS : 1;
    line.airMl = this.air.ml;
    line.step(seconds, this.source, tip, this.viscosityIn, viscosityOut);
    const minutes = seconds / 60;
    this.count(line.sourceFlow * minutes);
    const into = line.needleFlow * minutes;
    this.arriveAtTip(into, seconds);
    // The hub is past the sensor: what leaks there has been seen.
    t.flowMlPerMin = line.needleFlow + line.hubFlow;
    t.lineKpa = line.kpa;
    this.whereabouts.leaked += line.hubFlow * minutes;
    const gone = this.air.step(into);
    if (this.place === 'reservoir') this.whereabouts.air += gone;
    this.warm(seconds, into);
  }

  /** What the hand wants now, as a source of the line. */
  private aim(seconds: number): void {
    const { hand, source } = this;
    const stopped = hand.does === 'rest' || this.held || this.clamp === 'closed';
    source.does = stopped ? 'nothing' : hand.does === 'push' ? 'push' : 'pull';
    if (hand.does === 'rest' || stopped) return;
    const wanted = Math.min(FASTEST_ML_PER_MIN, hand.mlPerMin) * (hand.does === 'push' ? this.waver : 1);
    source.mlPerMin = Math.min(wanted, ((hand.ml - this.movedMl) / seconds) * 60);
    source.limitKpa = hand.does === 'push' ? plungerKpa(this.forceN) : hand.does === 'aspirate' ? hand.suctionKpa : 0;
  }

  private meet(): Tip | null {
    const { tip, patient } = this;
    switch (this.place) {
      case 'out':
        return null;
      case 'reservoir':
        return setTip(tip, this.reservoirKpa, 0, 0, this.pump?.volumeMl ?? 0);
      case 'tissue':
        return setTip(
          tip,
          this.pocket?.kpa ?? Pocket.RESTING_KPA,
          TISSUE.inLinear,
          TISSUE.outLinear,
          this.pocket?.returnableMl ?? 0,
        );
      case 'bolus-gap': {
        const back = arterialKpa(patient?.arterialMmHg ?? 90, patient?.pulsePerMin ?? 70, this.timeS);
        const out = this.membraneMl < BOLUS_PATH.membraneMl ? BOLUS_PATH.inLinear : BOLUS_PATH.outLinear;
        return setTip(tip, back, BOLUS_PATH.inLinear, out, Number.POSITIVE_INFINITY);
      }
      case 'blocked':
        return setTip(tip, 0, SHUT, SHUT, 0);
    }
  }

  /** The syringe moved `ml`, (+) out of it. */
  private count(ml: number): void {
    const { hand } = this;
    if (hand.does === 'rest' || ml === 0) return;
    this.movedMl += Math.abs(ml);
    this.pushedMl += Math.max(0, ml);
    const density = ml > 0 ? this.conditions.infusate.densityGPerMl : this.returningDensity;
    this.truth.massG -= ml * density;
    if (hand.ml - this.movedMl < 1e-9) this.hand = { does: 'rest' };
  }

  private get returningDensity(): number {
    return this.place === 'reservoir' && this.pump
      ? this.pump.fluid.densityGPerMl
      : this.conditions.infusate.densityGPerMl;
  }

  /** `ml` came through the needle, (-) out. */
  private arriveAtTip(ml: number, seconds: number): void {
    const w = this.whereabouts;
    let intoPump = 0;
    let pocketed = 0;
    switch (this.place) {
      case 'reservoir':
        intoPump = ml;
        if (ml > 0) w.injected += ml;
        else w.drained -= ml;
        break;
      case 'tissue':
        pocketed = ml;
        w.tissue += ml;
        break;
      case 'bolus-gap':
        w.bolus += ml;
        this.membraneMl = Math.min(BOLUS_PATH.membraneMl, Math.max(0, this.membraneMl - ml));
        break;
      case 'out':
        w.spilled += ml;
        break;
      case 'blocked':
    }
    this.pocket?.step(pocketed, seconds);
    this.stepReservoir(intoPump, seconds);
  }

  private stepReservoir(intoPump: number, seconds: number): void {
    const { patient, pump, leak, inflow } = this;
    if (!patient || !pump) return;
    inflow.ml = intoPump;
    if (leak) {
      this.leakOpen += (1 - this.leakOpen) * (1 - Math.exp(-seconds / leak.opensS));
      const conductance = leak.mlPerMinPerKpa * this.leakOpen;
      this.line.hubLeak = leak.at === 'hub' ? conductance : 0;
      if (leak.at === 'port') {
        const lost = Math.min(pump.volumeMl, (Math.max(0, this.reservoirKpa) * conductance * seconds) / 60);
        this.whereabouts.leaked += lost;
        inflow.ml -= lost;
      }
    } else this.line.hubLeak = 0;
    inflow.cel = this.conditions.infusateCel;
    inflow.fluid = this.conditions.infusate;
    this.pump = stepPump(patient.pump, pump, this.around, seconds, inflow);
  }

  private warm(seconds: number, movedMl: number): void {
    const t = this.truth;
    const { roomCel, infusateCel } = this.conditions;
    t.fluidCel += (roomCel - t.fluidCel) * (1 - Math.exp(-seconds / LINE_COOLS_S));
    if (movedMl !== 0) {
      const source =
        movedMl > 0 ? infusateCel : this.place === 'reservoir' ? (this.pump?.temperatureCel ?? roomCel) : 34;
      t.fluidCel += (source - t.fluidCel) * (1 - Math.exp(-Math.abs(movedMl) / LINE_VOLUME_ML));
    }
  }
}

function setTip(tip: Tip, backKpa: number, inLinear: number, outLinear: number, givesMl: number): Tip {
  tip.backKpa = backKpa;
  tip.inLinear = inLinear;
  tip.outLinear = outLinear;
  tip.givesMl = givesMl;
  return tip;
}
