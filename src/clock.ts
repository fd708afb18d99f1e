/** Time is an argument everywhere in the daemon; only `systemClock` reads the machine's. */
export interface Clock {
  /** Host UTC, ms since the Unix epoch. Steps when NTP steps. */
  utcMs(): number;
  /** Monotonic ms; never steps, means nothing across runs. */
  monotonicMs(): number;
  /** Calls `run` once after `ms`; the returned function cancels it. */
  after(ms: number, run: () => void): () => void;
}

export const systemClock: Clock = {
  utcMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};
