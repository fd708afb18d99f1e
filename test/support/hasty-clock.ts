import { type Clock, systemClock } from '../../src/clock.ts';

/** Real time, `factor` times as fast: for what waits seconds, against real programs that take as long as they take. */
export function hastyClock(factor: number): Clock {
  const utc = systemClock.utcMs();
  const monotonic = systemClock.monotonicMs();
  return {
    utcMs: () => utc + (systemClock.utcMs() - utc) * factor,
    monotonicMs: () => monotonic + (systemClock.monotonicMs() - monotonic) * factor,
    after: (ms, run) => systemClock.after(ms / factor, run),
  };
}
