/**
 * Fuses mass (absolute, slow, disturbed by every touch) and flow (fast, drifting, saturating) into the volume that has gone
 * through the line: a Kalman filter with five states.
 *
 *   x = [ T   mL      net volume into the pump since the last `rebase`
 *         a   g       mass the scale would show at T = 0 (tare, load)
 *         d   g/s     drift of the scale
 *         b   mL/min  offset of the flow sensor
 *         s   1       its gain error: it shows q (1 + s) + b ]
 *
 *   predict  T += (flow - b) / (1 + s) dt,  a += d dt
 *   correct  mass = a - density T
 *
 * The state is plain data; the functions change it in place because they run for every reading.
 */

const N = 5;
const T = 0;
const A = 1;
const D = 2;
const B = 3;
const S = 4;

export interface Fusion {
  /** T, a, d, b, s. */
  x: number[];
  /** Covariance, row by row. */
  p: number[];
}

/** What is known of the instruments before they have said anything; standard deviations. */
export interface InstrumentPriors {
  readonly flowGain: number;
  readonly flowOffsetMlPerMin: number;
  readonly scaleDriftGPerMin: number;
}

/** Deviation of a quantity of which nothing is known, g. */
const UNKNOWN_G = 1e3;
/** Random walks, per square root of a minute: gain, offset (mL/min), scale (g). */
const WALK = { gain: 0.001, offset: 0.003, mass: 0.004 } as const;

export function newFusion(priors: InstrumentPriors): Fusion {
  const p = new Array<number>(N * N).fill(0);
  p[A * N + A] = UNKNOWN_G ** 2;
  p[D * N + D] = (priors.scaleDriftGPerMin / 60) ** 2;
  p[B * N + B] = priors.flowOffsetMlPerMin ** 2;
  p[S * N + S] = priors.flowGain ** 2;
  return { x: [0, 0, 0, 0, 0], p };
}

const at = (list: readonly number[], i: number): number => list[i] as number;

/**
 * `seconds` of `flow` (mL/min, as the sensor shows it). `sdMl`: what the flow sensor may have missed in that time, beyond its
 * offset and gain: noise, steps between two readings, saturation, silence.
 */
export function predict(f: Fusion, flow: number, seconds: number, sdMl: number): void {
  const { x, p } = f;
  const h = seconds / 60;
  const gain = 1 + at(x, S);
  const rate = (flow - at(x, B)) / gain;
  x[T] = at(x, T) + rate * h;
  x[A] = at(x, A) + at(x, D) * seconds;
  // F is the identity but for: T by b, T by s, a by d. P := F P F' + Q, rows first, then columns.
  const byB = -h / gain;
  const byS = (-rate * h) / gain;
  for (let j = 0; j < N; j++) {
    p[j] = at(p, j) + byB * at(p, B * N + j) + byS * at(p, S * N + j);
    p[A * N + j] = at(p, A * N + j) + seconds * at(p, D * N + j);
  }
  for (let i = 0; i < N; i++) {
    const r = i * N;
    p[r] = at(p, r) + byB * at(p, r + B) + byS * at(p, r + S);
    p[r + A] = at(p, r + A) + seconds * at(p, r + D);
  }
  p[0] = at(p, 0) + sdMl * sdMl;
  p[A * N + A] = at(p, A * N + A) + WALK.mass ** 2 * h;
  p[B * N + B] = at(p, B * N + B) + WALK.offset ** 2 * h;
  p[S * N + S] = at(p, S * N + S) + WALK.gain ** 2 * h;
}

/** Mass seen minus mass expected, g, and the standard deviation that it should have without the noise of the scale. */
export function innovation(f: Fusion, massG: number, density: number): { g: number; sdG: number } {
  const { x, p } = f;
  const variance = at(p, A * N + A) - 2 * density * at(p, A * N + T) + density * density * at(p, 0);
  return { g: massG - (at(x, A) - density * at(x, T)), sdG: Math.sqrt(Math.max(0, variance)) };
}

export function correctByMass(f: Fusion, massG: number, density: number, sdG: number): void {
  const { x, p } = f;
  const ph = [0, 0, 0, 0, 0];
  for (let i = 0; i < N; i++) ph[i] = at(p, i * N + A) - density * at(p, i * N);
  const variance = at(ph, A) - density * at(ph, T) + sdG * sdG;
  const off = (massG - (at(x, A) - density * at(x, T))) / variance;
  for (let i = 0; i < N; i++) x[i] = at(x, i) + at(ph, i) * off;
  for (let i = 0; i < N; i++) {
    for (let j = i; j < N; j++) {
      const value = at(p, i * N + j) - (at(ph, i) * at(ph, j)) / variance;
      p[i * N + j] = value;
      p[j * N + i] = value;
    }
  }
}

/** Nothing flows: what the sensor shows is its offset. */
export function correctByNoFlow(f: Fusion, shown: number, sdMlPerMin: number): void {
  const { x, p } = f;
  const column = [0, 0, 0, 0, 0];
  for (let i = 0; i < N; i++) column[i] = at(p, i * N + B);
  const variance = at(column, B) + sdMlPerMin * sdMlPerMin;
  const off = (shown - at(x, B)) / variance;
  for (let i = 0; i < N; i++) x[i] = at(x, i) + at(column, i) * off;
  for (let i = 0; i < N; i++) {
    for (let j = i; j < N; j++) {
      const value = at(p, i * N + j) - (at(column, i) * at(column, j)) / variance;
      p[i * N + j] = value;
      p[j * N + i] = value;
    }
  }
}

export function flowOffset(f: Fusion): { value: number; sd: number } {
  return { value: at(f.x, B), sd: Math.sqrt(Math.max(0, at(f.p, B * N + B))) };
}

/** The scale was tared, loaded or touched: its zero is unknown again, nothing else. */
export function forgetScaleZero(f: Fusion): void {
  forget(f, A, UNKNOWN_G);
}

/** The sensors were zeroed: the flow shows its offset anew. */
export function forgetFlowOffset(f: Fusion, sdMlPerMin: number): void {
  f.x[B] = 0;
  forget(f, B, sdMlPerMin);
}

function forget({ p }: Fusion, state: number, sd: number): void {
  for (let i = 0; i < N; i++) {
    p[state * N + i] = 0;
    p[i * N + state] = 0;
  }
  p[state * N + state] = sd * sd;
}

/** What was learned of the flow sensor's gain was learned from a scale that saw something else. */
export function forgetFlowGain(f: Fusion, sd: number): void {
  f.x[S] = 0;
  forget(f, S, sd);
}

/** More may have gone through than the flow sensor could say. */
export function doubt(f: Fusion, sdMl: number): void {
  f.p[0] = at(f.p, 0) + sdMl * sdMl;
}

/** T counts from 0 again, where 0 is known to `sdMl`. What is known of the mass stays known. */
export function rebase(f: Fusion, density: number, sdMl: number): void {
  const { x, p } = f;
  // a' = a - density T, then T' = 0.
  x[A] = at(x, A) - density * at(x, T);
  x[T] = 0;
  for (let j = 0; j < N; j++) p[A * N + j] = at(p, A * N + j) - density * at(p, j);
  for (let i = 0; i < N; i++) p[i * N + A] = at(p, i * N + A) - density * at(p, i * N);
  for (let i = 0; i < N; i++) {
    p[i] = 0;
    p[i * N] = 0;
  }
  // The error e of the new zero is in T' and in a' alike, so that mass = a' - density T' does not feel it.
  p[0] = sdMl * sdMl;
  p[A] = density * sdMl * sdMl;
  p[A * N] = density * sdMl * sdMl;
  p[A * N + A] = at(p, A * N + A) + (density * sdMl) ** 2;
}

/** Net volume since the last rebase, mL, and its standard deviation. */
export function through(f: Fusion): { ml: number; sdMl: number } {
  return { ml: at(f.x, T), sdMl: Math.sqrt(Math.max(0, at(f.p, 0))) };
}

export function throughMl(f: Fusion): number {
  return at(f.x, T);
}

/** Gain error of the flow sensor as the scale sees it, and its standard deviation. */
export function flowGain(f: Fusion): { value: number; sd: number } {
  return { value: at(f.x, S), sd: Math.sqrt(Math.max(0, at(f.p, S * N + S))) };
}

/** Flow as it truly is, mL/min, from what the sensor shows. */
export function trueFlow(f: Fusion, shown: number): number {
  return (shown - at(f.x, B)) / (1 + at(f.x, S));
}
