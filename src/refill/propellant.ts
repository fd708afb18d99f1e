/**
 * The physics of a gas-driven pump as the engine needs it: how hard the propellant pushes, and how much faster the pump runs
 * in fever, at altitude or in a cabin. Written for the engine alone; it shares nothing with any simulator.
 *
 * Pressures kPa, temperatures Cel, volumes mL. The propellant is assumed to be trichlorofluoromethane with the Antoine
 * equation log10 p[mmHg] = 6.88430 - 1043.004 / (236.88 + T); a model with a known gauge pressure is scaled to it.
 * Neither has been confirmed by a pump's maker.
 */

const KPA_PER_MMHG = 0.133322387415;
export const SEA_LEVEL_KPA = 101.325;
/** Cabin of an airliner at its highest, 2,440 m (8,000 ft) of pressure altitude. */
export const CABIN_KPA = 75.26;
/** Conditions at which the flow on the label holds. */
export const LABEL = { bodyCel: 37, ambientKpa: SEA_LEVEL_KPA, arterialMmHg: 90 } as const;
/** J/(mL K) of infusate: 4.19 J/(g K) at 1.005 g/mL. */
const INFUSATE_HEAT = 4.2;

function r11Kpa(cel: number): number {
  return 10 ** (6.8843 - 1043.004 / (236.88 + cel)) * KPA_PER_MMHG;
}

/** Absolute pressure of the propellant. `gaugeKpaAt37`: of the pump model, at sea level; `null` = R-11. */
export function propellantKpa(cel: number, gaugeKpaAt37: number | null): number {
  const at37 = r11Kpa(37);
  const scale = gaugeKpaAt37 === null ? 1 : (gaugeKpaAt37 + SEA_LEVEL_KPA) / at37;
  return r11Kpa(cel) * scale;
}

/** Gauge pressure of the drug in a reservoir that is not near its empty stop. Never negative. */
export function reservoirGaugeKpa(cel: number, ambientKpa: number, gaugeKpaAt37: number | null): number {
  return Math.max(0, propellantKpa(cel, gaugeKpaAt37) - ambientKpa);
}

/** Temperature at which a reservoir gives that gauge pressure: the inverse of `reservoirGaugeKpa`. */
export function celAtGauge(kpa: number, ambientKpa: number, gaugeKpaAt37: number | null): number {
  const scale = propellantKpa(37, gaugeKpaAt37) / r11Kpa(37);
  const mmHg = Math.max(1, kpa + ambientKpa) / scale / KPA_PER_MMHG;
  return 1043.004 / (6.8843 - Math.log10(mmHg)) - 236.88;
}

/** Dynamic viscosity of water, mPa s (Vogel-Fulcher-Tammann; 0.69 at 37 Cel). */
export function viscosityMpas(cel: number): number {
  return 0.02939 * Math.exp(507.88 / (cel + 273.15 - 149.3));
}

/** Air pressure at a height above the sea, ICAO standard atmosphere. */
export function airKpaAt(metres: number): number {
  return SEA_LEVEL_KPA * (1 - 2.25577e-5 * metres) ** 5.25588;
}

/** Flow over label flow by Poiseuille's law through the restrictor. 0 where the artery pushes harder than the propellant. */
export function flowFactor(bodyCel: number, ambientKpa: number, gaugeKpaAt37: number | null): number {
  const artery = LABEL.arterialMmHg * KPA_PER_MMHG;
  const drive = (cel: number, ambient: number) => propellantKpa(cel, gaugeKpaAt37) - ambient - artery;
  const pressure = drive(bodyCel, ambientKpa) / drive(LABEL.bodyCel, LABEL.ambientKpa);
  return Math.max(0, (pressure * viscosityMpas(LABEL.bodyCel)) / viscosityMpas(bodyCel));
}

/** Temperature of pump and contents after `ml` at `fluidCel` came in, before the body has warmed them. */
export function mixedCel(
  pumpCel: number,
  contentMl: number,
  ml: number,
  fluidCel: number,
  pumpHeatJPerK: number,
): number {
  if (ml <= 0) return pumpCel;
  const before = pumpHeatJPerK + INFUSATE_HEAT * Math.max(0, contentMl);
  const added = INFUSATE_HEAT * ml;
  return (pumpCel * before + fluidCel * added) / (before + added);
}
