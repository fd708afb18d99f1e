/** Where the needle's opening may be, other than in the reservoir, and how fluid fares there. kPa gauge, mL, mL/min. */
import { KPA_PER_MMHG } from './units.ts';

/**
 * `out`: in free air. `tissue`: beside the pump, or against it. `bolus-gap`: between the two septa, from where a path leads
 * past the reservoir to the artery. `blocked`: in a septum, or on metal: nothing passes.
 */
export type Place = 'out' | 'reservoir' | 'tissue' | 'bolus-gap' | 'blocked';

/** What the end of the needle meets. */
export interface Tip {
  /** Pressure at rest. */
  backKpa: number;
  /** Resistance on the way in and on the way out, kPa/(mL/min). */
  inLinear: number;
  outLinear: number;
  /** What can still come out, mL. */
  givesMl: number;
}

/** Fluid under the skin. Its pressure climbs slowly with the volume and fades slowly as the fluid spreads. */
export class Pocket {
  /** Went in and is still a pocket: it spreads with time. */
  private heldMl = 0;
  /** Interstitial pressure with nothing injected. */
  static readonly RESTING_KPA = 0.7;
  private static readonly SPREADS_S = 240;
  /** Share of the pocket that comes back through the needle before the tissue closes on it. */
  private static readonly RETURNS = 0.06;
  /** So much fluid is in the tissue itself: enough to be felt in the line. */
  private static readonly INTERSTITIAL_ML = 0.002;
  private readonly mlPerKpa: number;
  private returnedMl = 0;

  /** 1.5 (tight) to 4 (loose) mL/kPa. */
  constructor(mlPerKpa: number) {
    this.mlPerKpa = mlPerKpa;
  }

  get kpa(): number {
    return Pocket.RESTING_KPA + this.heldMl / this.mlPerKpa;
  }

  /** How much can still come back. */
  get returnableMl(): number {
    return Math.max(0, this.heldMl * Pocket.RETURNS - this.returnedMl) + Pocket.INTERSTITIAL_ML;
  }

  step(inflowMl: number, seconds: number): void {
    this.heldMl = Math.max(0, this.heldMl * Math.exp(-seconds / Pocket.SPREADS_S) + inflowMl);
    if (inflowMl < 0) this.returnedMl -= inflowMl;
    else if (inflowMl > 0) this.returnedMl = Math.max(0, this.returnedMl - inflowMl * Pocket.RETURNS);
  }
}

export const TISSUE = { inLinear: 0.1, outLinear: 25 } as const;

/**
 * From the gap to the artery: catheter of 0.6 mm and 50 cm by Poiseuille at 0.69 mPa s; on the way back the bolus valve lets
 * the pressure be felt, as its membrane gives a little, but hardly any blood pass.
 */
export const BOLUS_PATH = { inLinear: 1.8, outLinear: 60, membraneMl: 0.02 } as const;
/** What is left of the pulse at the needle. */
const PULSE_KPA = 0.4;

export function arterialKpa(arterialMmHg: number, pulsePerMin: number, atS: number): number {
  return arterialMmHg * KPA_PER_MMHG + PULSE_KPA * Math.sin((2 * Math.PI * pulsePerMin * atS) / 60);
}
