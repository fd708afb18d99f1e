/** Pressure lost in a needle and the line behind it. kPa, mL/min; flow and loss have the same sign. */

/** Loss = `linear` * Q + `quadratic` * Q^2: Poiseuille plus the kinetic term. */
export interface Resistance {
  readonly linear: number;
  readonly quadratic: number;
}

/** 38 mm non-coring needles, 0.9 mPa s. */
export const NEEDLES = {
  '20G': { linear: 0.175, quadratic: 0.0025 },
  '22G': { linear: 0.8, quadratic: 0.0116 },
  '24G': { linear: 2.4, quadratic: 0.04 },
} as const satisfies Record<string, Resistance>;
export type NeedleGauge = keyof typeof NEEDLES;

/** Stopcock turned to the collector: sits between needle and sensor. */
export const STOPCOCK: Resistance = { linear: 0.98, quadratic: 0 };
/** Tubing from the sensor down to the collector. */
export const COLLECTOR_TUBE: Resistance = { linear: 0.2, quadratic: 0 };

export function inSeries(...parts: readonly Resistance[]): Resistance {
  return {
    linear: parts.reduce((sum, p) => sum + p.linear, 0),
    quadratic: parts.reduce((sum, p) => sum + p.quadratic, 0),
  };
}

/** Pressure lost at `flow`. */
export function pressureLoss(r: Resistance, flow: number): number {
  return r.linear * flow + r.quadratic * flow * Math.abs(flow);
}

/** Flow that loses `pressure`: the inverse of `pressureLoss`. */
export function flowAt(r: Resistance, pressure: number): number {
  if (r.quadratic === 0) return pressure / r.linear;
  const size = Math.abs(pressure);
  const flow = (Math.sqrt(r.linear * r.linear + 4 * r.quadratic * size) - r.linear) / (2 * r.quadratic);
  return Math.sign(pressure) * flow;
}
