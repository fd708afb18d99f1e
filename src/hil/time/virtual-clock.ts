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
  /** When the next one is due; `null`: to be found anew. */
  #nextMs: number | null = Number.POSITIVE_INFINITY;
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
    if (this.#nextMs !== null && timer.dueMs < this.#nextMs) this.#nextMs = timer.dueMs;
    return () => void this.#forget(timer);
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
    if (this.#nextMs === null) {
      this.#nextMs = Number.POSITIVE_INFINITY;
      for (const { dueMs } of this.#timers) if (dueMs < this.#nextMs) this.#nextMs = dueMs;
    }
    return this.#nextMs;
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
      const due: Timer[] = [];
      for (const timer of this.#timers) if (timer.dueMs <= this.#nowMs) due.push(timer);
      for (const timer of due) if (this.#forget(timer)) timer.run();
      await settle();
    }
    this.#nowMs = Math.max(this.#nowMs, ms);
  }

  /** `false`: it had been cancelled. */
  #forget(timer: Timer): boolean {
    if (timer.dueMs === this.#nextMs) this.#nextMs = null;
    return this.#timers.delete(timer);
  }
}
