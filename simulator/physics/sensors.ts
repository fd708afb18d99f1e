/**
 * What the station's instruments make of the truth: systematic errors and failures here, once a physics frame; random noise
 * is added for each line (`telemetry.ts`), because lines may come 100 times as often.
 */
import { FLAG } from '../../protocols/reading.ts';
import type { Random } from '../random.ts';
import type { Truth } from './bay.ts';
import {
  FailingChannel,
  type InstrumentErrors,
  type SensorChannel,
  type SensorFault,
  TRUE_INSTRUMENTS,
} from './sensor-faults.ts';

/** Standard deviations of the noise of one line. */
export const NOISE = {
  massG: 0.01,
  pressureKpa: 0.1,
  temperatureCel: 0.05,
  ambientKpa: 0.005,
  flowShare: 0.003,
  flowFloorMlPerMin: 0.002,
} as const;

const FULL_SCALE: Record<SensorChannel, number> = { mass: 300, flow: 40, pressure: 200, temperature: 60, ambient: 110 };
/** A mass that moves faster than this is not stable, g/s. */
const STABLE_G_PER_S = 0.02;
const KPA_PER_CM = 0.098;
/** A liquid flow sensor sees little of a flow of air. */
const FLOW_SEEN_IN_AIR = 0.15;
/** A touch of the scale fades with this time constant, s. */
const TOUCH_FADES_S = 0.3;
const TOUCH_FELT_G = 0.03;

export interface Seen extends Record<SensorChannel, number> {
  /** Low byte of `FLAG`. */
  flags: number;
}

/** Of each channel: times the usual noise, and whether it says anything at all. */
export interface LineQuality {
  readonly noise: number;
  readonly missing: boolean;
}
export type LineQualities = Readonly<Record<SensorChannel, LineQuality>>;

const GOOD: LineQuality = { noise: 1, missing: false };
const ALL_GOOD: LineQualities = { mass: GOOD, flow: GOOD, pressure: GOOD, temperature: GOOD, ambient: GOOD };

export interface LookConditions {
  readonly airPasses: boolean;
  readonly onBattery: boolean;
  readonly needleIn: boolean;
  /** Since the patient's arrival, s. */
  readonly sinceS: number;
}

export class Sensors {
  readonly seen: Seen = { flow: 0, pressure: 0, temperature: 0, mass: 0, ambient: 0, flags: 0 };
  /** Another object whenever it changes. */
  quality: LineQualities = ALL_GOOD;
  /** What the channels show before tare and zero, failures included. */
  private readonly raw: Record<SensorChannel, number> = { flow: 0, pressure: 0, temperature: 0, mass: 0, ambient: 0 };
  private readonly pressureOffset: number;
  private readonly flowOffset: number;
  private readonly driftGPerS: number;
  private readonly weatherPhase: number;
  private tareG = 0;
  private zeroKpa = 0;
  private zeroMlPerMin = 0;
  private driftG = 0;
  private touchG = 0;
  private errors: InstrumentErrors = TRUE_INSTRUMENTS;
  private failing: FailingChannel[] = [];

  constructor(random: Random) {
    this.pressureOffset = (random.next() * 2 - 1) * 0.3;
    this.flowOffset = (random.next() * 2 - 1) * 0.02;
    this.driftGPerS = ((random.next() * 2 - 1) * 0.02) / 60;
    this.weatherPhase = random.next() * 2 * Math.PI;
  }

  equip(errors: InstrumentErrors, faults: readonly SensorFault[]): void {
    this.errors = errors;
    this.failing = faults.map((fault) => new FailingChannel(fault));
    this.quality = ALL_GOOD;
  }

  /** One more fails from now on. */
  fail(fault: SensorFault): void {
    this.heal(fault.channel);
    this.failing.push(new FailingChannel(fault));
  }

  heal(channel: SensorChannel): void {
    this.failing = this.failing.filter((one) => one.channel !== channel);
    this.quality = { ...this.quality, [channel]: GOOD };
  }

  /** What the scale now shows becomes 0; a hand on it is waited out. */
  tare(): void {
    this.tareG = this.raw.mass - this.touchG;
  }

  /** What pressure and flow now show becomes 0. */
  zero(): void {
    this.zeroKpa = this.raw.pressure;
    this.zeroMlPerMin = this.raw.flow;
  }

  /** A hand rests on the scale for a moment. */
  touch(grams: number): void {
    this.touchG += grams;
  }

  /** Looks at the truth after a step of `seconds` that ended at `atS`. */
  look(truth: Truth, seconds: number, atS: number, conditions: LookConditions): void {
    const { seen: s, raw, errors } = this;
    this.driftG += this.driftGPerS * seconds;
    this.touchG *= Math.exp(-seconds / TOUCH_FADES_S);
    const flow = truth.flowMlPerMin * (conditions.airPasses ? FLOW_SEEN_IN_AIR : 1);
    raw.mass = truth.massG * errors.massGain + this.driftG + this.touchG;
    raw.flow = flow * errors.flowGain + this.flowOffset;
    raw.pressure = truth.lineKpa * errors.pressureGain + this.pressureOffset;
    if (conditions.needleIn) raw.pressure += errors.pumpHigherCm * KPA_PER_CM;
    raw.temperature = truth.fluidCel + errors.temperatureCel;
    // Weather: +-0.05 kPa over six hours.
    const weather = 0.05 * Math.sin(this.weatherPhase + (atS * 2 * Math.PI) / 21_600);
    raw.ambient = truth.ambientKpa + errors.ambientKpa + weather;
    if (this.failing.length > 0) this.distort(conditions.sinceS);
    s.mass = raw.mass - this.tareG;
    s.flow = raw.flow - this.zeroMlPerMin;
    s.pressure = raw.pressure - this.zeroKpa;
    s.temperature = raw.temperature;
    s.ambient = raw.ambient;
    for (const one of this.failing) if (one.atItsEnd(conditions.sinceS)) s[one.channel] = FULL_SCALE[one.channel];
    let flags = FLAG.simulated;
    if (conditions.airPasses) flags |= FLAG.airInLine;
    if (conditions.onBattery) flags |= FLAG.onBattery;
    if (Math.abs(s.flow) >= FULL_SCALE.flow) {
      s.flow = Math.sign(s.flow) * FULL_SCALE.flow;
      flags |= FLAG.highFlow;
    }
    if (Math.abs(s.mass) >= FULL_SCALE.mass || s.pressure >= FULL_SCALE.pressure) {
      s.mass = Math.max(-FULL_SCALE.mass, Math.min(FULL_SCALE.mass, s.mass));
      s.pressure = Math.min(FULL_SCALE.pressure, s.pressure);
      flags |= FLAG.overload;
    }
    const moving = Math.abs(truth.flowMlPerMin) / 60 > STABLE_G_PER_S || Math.abs(this.touchG) > TOUCH_FELT_G;
    // A scale that shows one value all the time takes itself for still.
    if (moving && this.quality.mass.noise > 0) flags |= FLAG.scaleUnstable;
    s.flags = flags;
  }

  private distort(sinceS: number): void {
    for (const one of this.failing) {
      if (!one.begun(sinceS)) continue;
      const { channel, fault } = one.fault;
      this.raw[channel] = one.shows(this.raw[channel], sinceS);
      const { noise, missing } = this.quality[channel];
      if (noise !== one.noise || missing !== (fault === 'missing')) {
        this.quality = { ...this.quality, [channel]: { noise: one.noise, missing: fault === 'missing' } };
      }
    }
  }
}
