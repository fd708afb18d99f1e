/**
 * What is pushed into pumps. Densities at 22 Cel in g/mL; viscosities over that of water at the same temperature.
 *
 * Unverified: that drug solutions have the density and viscosity of saline; the glycerin figures (1.3, 2.5 and 6 times water
 * at 20 Cel for 10, 30 and 50 %), which are recalled and rounded. Pure glycerin has 1.26 g/mL.
 */

export interface Fluid {
  readonly densityGPerMl: number;
  /** Viscosity over that of water. */
  readonly relativeViscosity: number;
}

export const FLUIDS = {
  saline: { densityGPerMl: 1.005, relativeViscosity: 1 },
  fudr: { densityGPerMl: 1.005, relativeViscosity: 1 },
  'heparin-saline': { densityGPerMl: 1.005, relativeViscosity: 1 },
  'glycerin-10': { densityGPerMl: 1.026, relativeViscosity: 1.3 },
  'glycerin-30': { densityGPerMl: 1.078, relativeViscosity: 2.5 },
  'glycerin-50': { densityGPerMl: 1.13, relativeViscosity: 6 },
} as const satisfies Record<string, Fluid>;
export type FluidName = keyof typeof FLUIDS;

/** `aMl` of `a` and `bMl` of `b` stirred: densities by volume, viscosities by their logarithms (Arrhenius). */
export function mixFluids(a: Fluid, aMl: number, b: Fluid, bMl: number): Fluid {
  if (bMl <= 0 || a === b) return a;
  if (aMl <= 0) return b;
  const share = bMl / (aMl + bMl);
  return {
    densityGPerMl: a.densityGPerMl + (b.densityGPerMl - a.densityGPerMl) * share,
    relativeViscosity: a.relativeViscosity * (b.relativeViscosity / a.relativeViscosity) ** share,
  };
}

/** Dynamic viscosity of water, mPa s (Vogel form, 0.690 at 37 Cel). */
export function waterViscosityMpas(temperatureCel: number): number {
  if (temperatureCel !== lastCel) {
    lastCel = temperatureCel;
    lastMpas = 0.02414 * 10 ** (247.8 / (temperatureCel + 133.15));
  }
  return lastMpas;
}

/** Every step asks for the same temperature several times, and powers are dear. */
let lastCel = Number.NaN;
let lastMpas = Number.NaN;

export function viscosityMpas(fluid: Fluid, temperatureCel: number): number {
  return fluid.relativeViscosity * waterViscosityMpas(temperatureCel);
}
