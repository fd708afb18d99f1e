/** The two-phase propellant around the bellows: its pressure depends on its temperature, not on the volume it pushes on. */
import { KPA_PER_MMHG, SEA_LEVEL_KPA } from './units.ts';

export type Propellant =
  /** Trichlorofluoromethane, Antoine equation. That this is what such pumps hold is an assumption. */
  | { readonly law: 'r11' }
  /** `gaugeKpaAt37` above sea level at 37 Cel, and so many per kelvin: exp(0.031 (T - 37)) for substances like it. */
  | { readonly law: 'exponential'; readonly gaugeKpaAt37: number; readonly perK: number };

/** Absolute vapour pressure, kPa. */
export function vapourPressureKpa(propellant: Propellant, temperatureCel: number): number {
  if (temperatureCel !== lastCel || propellant !== lastPropellant) {
    lastCel = temperatureCel;
    lastPropellant = propellant;
    lastKpa = vapourPressure(propellant, temperatureCel);
  }
  return lastKpa;
}

/** Every step asks for the same temperature several times, and powers are dear. */
let lastPropellant: Propellant | null = null;
let lastCel = Number.NaN;
let lastKpa = Number.NaN;

function vapourPressure(propellant: Propellant, temperatureCel: number): number {
  if (propellant.law === 'r11') return 10 ** (6.8843 - 1043.004 / (236.88 + temperatureCel)) * KPA_PER_MMHG;
  return (SEA_LEVEL_KPA + propellant.gaugeKpaAt37) * Math.exp(propellant.perK * (temperatureCel - 37));
}
