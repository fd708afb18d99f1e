/** The daemon's randomness in a run that can be repeated (mulberry32). Not the simulator's: the two share nothing. */
export function seeded(seed: number): () => number {
  let state = (seed ^ 0x6a09e667) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}
