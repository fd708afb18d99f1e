/**
 * What the station's instruments make of the truth: systematic errors here, once a physics frame; random noise is added for
 * each line (`telemetry.ts`), because lines may come 100 times as often.
 */
import { FLAG } from '../../protocols/reading.ts';
import type { Random } from '../random.ts';
import type { Truth } from './bay.ts';

/** Standard deviations of the noise of one line. */
export const NOISE = {
  massG: 0.01,
  pressureKpa: 0.1,
  temperatureCel: 0.05,
  ambientKpa: 0.005,
  flowShare: 0.003,
  flowFloorMlPerMin: 0.002,
} as const;

/** The flow sensor's end of scale. */
const FLOW_LIMIT_ML_PER_MIN = 40;
const SCALE_LIMIT_G = 300;
/** A mass that moves faster than this is not stable, g/s. */
const STABLE_G_PER_S = 0.02;

export interface Seen {
  flow: number;
  pressure: number;
  temperature: number;
  mass: number;
  ambient: number;
  /** Low byte of `FLAG`. */
  flags: number;
}

export class Sensors {
  readonly seen: Seen = { flow: 0, pressure: 0, temperature: 0, mass: 0, ambient: 0, flags: 0 };
  private pressureOffset: number;
  private flowOffset: number;
  private readonly driftGPerS: number;
  private readonly weatherPhase: number;
  private tareG = 0;
  private driftG = 0;

  constructor(random: Random) {
    this.pressureOffset = (random.next() * 2 - 1) * 0.3;
    this.flowOffset = (random.next() * 2 - 1) * 0.02;
    this.driftGPerS = ((random.next() * 2 - 1) * 0.02) / 60;
    this.weatherPhase = random.next() * 2 * Math.PI;
  }

  /** Mass reads 0 from now on. */
  tare(truth: Truth): void {
    this.tareG = truth.massG;
    this.driftG = 0;
  }

  /** Pressure and flow read 0 from now on. */
  zero(truth: Truth): void {
    this.pressureOffset = -truth.lineKpa;
    this.flowOffset = -truth.flowMlPerMin;
  }

  /** Looks at the truth after a step of `seconds` that ended at `atS`. */
  look(truth: Truth, seconds: number, atS: number, conditions: { airInLine: boolean; onBattery: boolean }): void {
    const s = this.seen;
    this.driftG += this.driftGPerS * seconds;
    const mass = truth.massG - this.tareG + this.driftG;
    const flow = truth.flowMlPerMin + this.flowOffset;
    s.flow = Math.max(-FLOW_LIMIT_ML_PER_MIN, Math.min(FLOW_LIMIT_ML_PER_MIN, flow));
    s.mass = Math.max(-SCALE_LIMIT_G, Math.min(SCALE_LIMIT_G, mass));
    s.pressure = truth.lineKpa + this.pressureOffset;
    s.temperature = truth.fluidCel;
    // Weather: +-0.05 kPa over six hours.
    s.ambient = truth.ambientKpa + 0.05 * Math.sin(this.weatherPhase + (atS * 2 * Math.PI) / 21_600);
    let flags = FLAG.simulated;
    if (conditions.airInLine) flags |= FLAG.airInLine;
    if (conditions.onBattery) flags |= FLAG.onBattery;
    if (s.flow !== flow) flags |= FLAG.highFlow;
    if (s.mass !== mass) flags |= FLAG.overload;
    if (Math.abs(truth.flowMlPerMin) / 60 > STABLE_G_PER_S) flags |= FLAG.scaleUnstable;
    s.flags = flags;
  }
}
