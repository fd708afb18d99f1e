/** What writing tells about the store: whether the last attempt failed, and how long the store takes. */
import type { Clock } from '../clock.ts';
import { type StoreImpression, StoreUnavailable } from '../store/port.ts';

export class StoreView {
  readonly #clock: Clock;
  #trouble: StoreImpression['trouble'] = null;
  #tookMs: number | null = null;
  #sinceMs: number | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get now(): StoreImpression {
    const underWayMs = this.#sinceMs === null ? null : this.#clock.monotonicMs() - this.#sinceMs;
    const tookMs = underWayMs === null ? this.#tookMs : Math.max(underWayMs, this.#tookMs ?? 0);
    return { trouble: this.#trouble, tookMs };
  }

  /** Settles as `write` does. */
  async watch<T>(write: Promise<T>): Promise<T> {
    const sinceMs = this.#clock.monotonicMs();
    this.#sinceMs = sinceMs;
    try {
      const result = await write;
      this.#trouble = null;
      return result;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#trouble = { state: error instanceof StoreUnavailable ? error.code : 'failing', reason };
      throw error;
    } finally {
      this.#tookMs = this.#clock.monotonicMs() - sinceMs;
      this.#sinceMs = null;
    }
  }
}
