/** Pressure lost in a needle and the line behind it. kPa, mL/min; flow and loss have the same sign. */

/** Loss = `linear` * Q + `quadratic` * Q^2: Poiseuille plus the kinetic term. */
export interface Resistance {
  readonly linear: number;
  readonly quadratic: number;
}

/** Viscosity at which the figures below hold, mPa s: water at 25 Cel. */
export const NEEDLE_VISCOSITY_MPAS = 0.9;

/** 38 mm non-coring needles. */
export const NEEDLES = {
  '20G': { linear: 0.175, quadratic: 0.0025 },
  '22G': { linear: 0.8, quadratic: 0.0116 },
  '24G': { linear: 2.4, quadratic: 0.04 },
} as const satisfies Record<string, Resistance>;
export type NeedleGauge = keyof typeof NEEDLES;

/** Stopcock turned to the collector: sits between needle and sensor. With the tube, a drain through 22G is 25 mL/min at first. */
export const STOPCOCK: Resistance = { linear: 1.55, quadratic: 0 };
/** Tubing from the sensor down to the collector, or up to the syringe. */
export const TUBE: Resistance = { linear: 0.26, quadratic: 0 };

export function inSeries(...parts: readonly Resistance[]): Resistance {
  return {
    linear: parts.reduce((sum, p) => sum + p.linear, 0),
    quadratic: parts.reduce((sum, p) => sum + p.quadratic, 0),
  };
}

/** Pressure lost at `flow` by a fluid of `viscosity` times that of the figures: only the Poiseuille part knows it. */
export function pressureLoss(r: Resistance, flow: number, viscosity = 1): number {
  return r.linear * viscosity * flow + r.quadratic * flow * Math.abs(flow);
}

/** Flow that loses `pressure`: the inverse of `pressureLoss`. */
export function flowAt(r: Resistance, pressure: number, viscosity = 1): number {
  const linear = r.linear * viscosity;
  if (r.quadratic === 0) return pressure / linear;
  const size = Math.abs(pressure);
  const flow = (Math.sqrt(linear * linear + 4 * r.quadratic * size) - linear) / (2 * r.quadratic);
  return pressure < 0 ? -flow : flow;
}
