/** The daemon's clock in a run that makes its own time: stands still until `advanceTo`. */
import type { Clock } from '../../clock.ts';

interface Timer {
  readonly dueMs: number;
  readonly run: () => void;
}

/** A timer that always sets itself again at once would never let time pass. */
const MOST_AT_ONE_TIME = 100_000;

/** Asked before time goes on to a moment: whoever looks on lets it wait until it is time for that. */
export type Pace = (toMs: number) => Promise<void>;

export class VirtualClock implements Clock {
  readonly #timers = new Set<Timer>();
  readonly #startUtcMs: number;
  readonly #pace: Pace | null;
  #nowMs = 0;
  #shiftMs = 0;

  constructor(startUtcMs: number, pace: Pace | null = null) {
    this.#startUtcMs = startUtcMs;
    this.#pace = pace;
  }

  utcMs(): number {
    return this.#startUtcMs + this.#nowMs + this.#shiftMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  after(ms: number, run: () => void): () => void {
    const timer = { dueMs: this.#nowMs + Math.max(0, ms), run };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** The computer's clock is set: UTC steps, everything else goes on. */
  step(ms: number): void {
    this.#shiftMs += ms;
  }

  /** The computer slept: both clocks leap, and what was due comes late. */
  leap(ms: number): void {
    this.#nowMs += ms;
  }

  /** When the next timer is due; `Infinity` without one. */
  get nextMs(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const { dueMs } of this.#timers) if (dueMs < next) next = dueMs;
    return next;
  }

  /**
   * Runs what is due until `ms`, in the order of its times; `settle` is awaited between two times, so that what a timer set
   * off has happened before the next one.
   */
  async advanceTo(ms: number, settle: () => Promise<void>): Promise<void> {
    for (let rounds = 0; rounds < MOST_AT_ONE_TIME; rounds++) {
      const next = this.nextMs;
      if (this.#pace !== null) {
        await this.#pace(Math.min(next, ms));
        // Somebody who looks on may have asked for something meanwhile.
        if (this.nextMs < next) continue;
      }
      if (next > ms) break;
      this.#nowMs = Math.max(this.#nowMs, next);
      for (const timer of [...this.#timers]) {
        if (timer.dueMs > this.#nowMs || !this.#timers.delete(timer)) continue;
        timer.run();
      }
      await settle();
    }
    this.#nowMs = Math.max(this.#nowMs, ms);
  }
}
