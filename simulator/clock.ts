/** The simulator's only clock; tests put their own in its place. */
export interface SimulatorClock {
  /** Monotonic ms. */
  nowMs(): number;
  /** Calls `run` every `ms`; the returned function ends it. */
  every(ms: number, run: () => void): () => void;
}

export const realClock: SimulatorClock = {
  nowMs: () => performance.now(),
  every: (ms, run) => {
    const timer = setInterval(run, ms);
    return () => clearInterval(timer);
  },
};
