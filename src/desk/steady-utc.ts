/**
 * UTC within one refill: taken once, then counted on by the monotonic clock, so that a host clock that is set in the middle
 * of a refill makes none of its durations wrong.
 */
import type { Clock } from '../clock.ts';

export class SteadyUtc {
  readonly #offsetMs: number;

  constructor(clock: Clock) {
    this.#offsetMs = clock.utcMs() - clock.monotonicMs();
  }

  at(monotonicMs: number): number {
    return Math.round(this.#offsetMs + monotonicMs);
  }
}
