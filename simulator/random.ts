/** Seeded randomness: the same seed gives the same sequence on every machine. Not for secrets. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** Uniform whole number in [0, 2^32). */
  uint32(): number;
  /** Uniform whole number in [low, high]. */
  between(low: number, high: number): number;
  /** Standard normal deviate (mean 0, deviation 1). */
  gauss(): number;
}

/**
 * Normal deviates at the quantiles of 4,096 equal slices: a draw is one lookup instead of a logarithm and a cosine,
 * because a bench draws 120,000 of them a second.
 */
const GAUSS_SIZE = 4096;
const GAUSS = normalQuantiles(GAUSS_SIZE);

function normalQuantiles(size: number): Float64Array {
  const table = new Float64Array(size);
  // Abramowitz & Stegun 26.2.23, |error| < 4.5e-4: plenty for sensor noise.
  for (let i = 0; i < size / 2; i++) {
    const t = Math.sqrt(-2 * Math.log((i + 0.5) / size));
    const z =
      t - (2.515517 + 0.802853 * t + 0.010328 * t * t) / (1 + 1.432788 * t + 0.189269 * t * t + 0.001308 * t * t * t);
    table[i] = -z;
    table[size - 1 - i] = z;
  }
  return table;
}

/** One step of mulberry32 (Tommy Ettinger's public-domain generator), as a mix of a 32-bit state. */
function mix(state: number): number {
  let t = Math.imul(state ^ (state >>> 15), state | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return (t ^ (t >>> 14)) >>> 0;
}

/** A generator for `seed`; `stream` gives independent generators of one seed (one a station, one a purpose). */
export function seededRandom(seed: number, stream = 0): Random {
  let state = mix((seed >>> 0) ^ Math.imul(stream + 1, 0x9e3779b1));
  const uint32 = () => {
    state = (state + 0x6d2b79f5) | 0;
    return mix(state);
  };
  return {
    uint32,
    next: () => uint32() / 0x1_0000_0000,
    between: (low, high) => low + Math.floor((uint32() / 0x1_0000_0000) * (high - low + 1)),
    gauss: () => GAUSS[uint32() >>> 20] ?? 0,
  };
}
