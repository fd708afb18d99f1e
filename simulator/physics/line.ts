/**
 * The line between syringe and needle as one node with a pressure: what the hand sends in, what passes the needle, what
 * leaks at the hub and what the line's walls and the air in it take up balance in every step.
 *
 *   tip --needle--(stopcock)-- NODE: sensors, hub --clamp-- tube -- syringe or collector on the scale
 */
import { NEEDLES, type NeedleGauge, STOPCOCK, TUBE } from './needle.ts';
import type { Tip } from './places.ts';
import { SEA_LEVEL_KPA } from './units.ts';

/** Tubing and stopcock, mL/kPa. */
const WALLS_ML_PER_KPA = 0.0006;
const ENOUGH_KPA = 1e-6;
const MOST_ROUNDS = 60;
/** No line is below a vacuum, and no thumb gets so far. */
const LOWEST_KPA = -SEA_LEVEL_KPA;
const HIGHEST_KPA = 1500;

/** What the hand makes of the other end of the line. `limitKpa`: most pressure, or most suction, it can apply there. */
export interface Source {
  does: 'nothing' | 'push' | 'pull';
  mlPerMin: number;
  limitKpa: number;
}

export class Line {
  /** Gauge pressure at the sensors. */
  kpa = 0;
  /** From the syringe into the line, mL/min; negative: into the collector. */
  sourceFlow = 0;
  /** Through the needle, (+) towards the patient. */
  needleFlow = 0;
  /** Lost at the hub. */
  hubFlow = 0;
  gauge: NeedleGauge = '22G';
  /** Additional resistance between sensors and needle, kPa/(mL/min): a stopcock half turned, a kink. */
  occlusion = 0;
  /** Of a loose hub, mL/min per kPa. */
  hubLeak = 0;
  /** Air in the line, mL at ambient pressure. */
  airMl = 0;

  /** `viscosity` over that of the needle figures, of what flows in and of what flows out. */
  step(seconds: number, source: Source, tip: Tip | null, viscosityIn: number, viscosityOut: number): void {
    const needle = NEEDLES[this.gauge];
    const inLinear = needle.linear * viscosityIn + this.occlusion + (tip?.inLinear ?? 0);
    const outLinear = (needle.linear + STOPCOCK.linear) * viscosityOut + this.occlusion + (tip?.outLinear ?? 0);
    const back = tip?.backKpa ?? 0;
    const tube = TUBE.linear * (source.does === 'pull' ? viscosityOut : viscosityIn);
    const absolute = SEA_LEVEL_KPA + this.kpa;
    const compliance = WALLS_ML_PER_KPA + (this.airMl * SEA_LEVEL_KPA) / (absolute * absolute);
    const stiffness = (compliance * 60) / seconds;
    const mostOut = (-(tip?.givesMl ?? 0) * 60) / seconds;
    const before = this.kpa;
    let kpa = before;
    let low = LOWEST_KPA;
    let high = HIGHEST_KPA;
    let through = 0;
    let fed = 0;
    let lost = 0;
    for (let round = 0; round < MOST_ROUNDS; round++) {
      // Through the needle: the inverse of linear Q + quadratic Q^2, and its slope.
      const drop = kpa - back;
      const linear = drop < 0 ? outLinear : inLinear;
      const root = Math.sqrt(linear * linear + 4 * needle.quadratic * Math.abs(drop));
      through = (root - linear) / (2 * needle.quadratic);
      if (drop < 0) through = -through;
      let slope = 1 / root;
      if (through < mostOut) {
        through = mostOut;
        slope = 0;
      }
      fed = 0;
      if (source.does === 'push') {
        const able = (source.limitKpa - kpa) / tube;
        fed = Math.max(0, Math.min(source.mlPerMin, able));
        if (able < source.mlPerMin && able > 0) slope += 1 / tube;
      } else if (source.does === 'pull') {
        const able = (kpa + source.limitKpa) / tube;
        fed = -Math.max(0, Math.min(source.mlPerMin, able));
        if (able < source.mlPerMin && able > 0) slope += 1 / tube;
      }
      lost = this.hubLeak * Math.max(0, kpa);
      if (kpa > 0) slope += this.hubLeak;
      // Grows with the pressure, so the answer lies between `low` and `high`, kinks or not.
      const excess = stiffness * (kpa - before) - fed + through + lost;
      if (excess > 0) high = kpa;
      else low = kpa;
      const change = excess / (stiffness + slope);
      if (Math.abs(change) < ENOUGH_KPA) break;
      const next = kpa - change;
      kpa = next > low && next < high ? next : (low + high) / 2;
    }
    this.kpa = kpa;
    this.sourceFlow = fed;
    this.needleFlow = through;
    this.hubFlow = lost;
  }
}
