/** A clock on which everything happens some times as fast: watchdogs, delays and drift included. */
import type { Clock } from '../clock.ts';

export class FastClock implements Clock {
  readonly #base: Clock;
  readonly #factor: number;
  readonly #fromUtcMs: number;
  readonly #fromMonotonicMs: number;

  constructor(base: Clock, factor: number) {
    this.#base = base;
    this.#factor = factor;
    this.#fromUtcMs = base.utcMs();
    this.#fromMonotonicMs = base.monotonicMs();
  }

  utcMs(): number {
    return this.#fromUtcMs + this.#elapsedMs();
  }

  monotonicMs(): number {
    return this.#fromMonotonicMs + this.#elapsedMs();
  }

  after(ms: number, run: () => void): () => void {
    return this.#base.after(ms / this.#factor, run);
  }

  #elapsedMs(): number {
    return (this.#base.monotonicMs() - this.#fromMonotonicMs) * this.#factor;
  }
}
