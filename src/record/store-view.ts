/** What writing tells about the store: whether the last attempt failed, and how long the store takes. */
import type { Clock } from '../clock.ts';
import { type StoreImpression, StoreUnavailable } from '../store/port.ts';

export class StoreView {
  readonly #clock: Clock;
  #trouble: StoreImpression['trouble'] = null;
  #tookMs: number | null = null;
  /** Begin of each write under way, in the order of their beginnings. */
  readonly #underWay = new Set<{ readonly sinceMs: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get now(): StoreImpression {
    const [oldest] = this.#underWay;
    const underWayMs = oldest === undefined ? null : this.#clock.monotonicMs() - oldest.sinceMs;
    const tookMs = underWayMs === null ? this.#tookMs : Math.max(underWayMs, this.#tookMs ?? 0);
    return { trouble: this.#trouble, tookMs };
  }

  /** Settles as `write` does. */
  async watch<T>(write: Promise<T>): Promise<T> {
    const begun = { sinceMs: this.#clock.monotonicMs() };
    this.#underWay.add(begun);
    try {
      const result = await write;
      this.#trouble = null;
      return result;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#trouble = { state: error instanceof StoreUnavailable ? error.code : 'failing', reason };
      throw error;
    } finally {
      this.#tookMs = this.#clock.monotonicMs() - begun.sinceMs;
      this.#underWay.delete(begun);
    }
  }
}
