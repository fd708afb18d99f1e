/** Whether store and broker work, for the page's header, `/readyz` and `/metrics`. */
import type { Clock } from '../clock.ts';
import type { TimeSeriesStore } from '../store/port.ts';
import { withinTime } from './within-time.ts';

const CHECK_EVERY_MS = 5000;
const CHECK_TAKES_MS = 3000;

export interface Condition {
  readonly description: string;
  readonly ok: boolean;
  /** What is wrong; `null` when ok. */
  readonly reason: string | null;
}

/** Asks the store every few seconds whether it is there. */
export class StoreCondition {
  readonly #store: TimeSeriesStore;
  readonly #clock: Clock;
  readonly #onChange: () => void;
  #cancel: (() => void) | null = null;
  #stopped = false;
  #ok = false;
  #reason: string | null = 'not asked yet; wait a few seconds';

  constructor(store: TimeSeriesStore, clock: Clock, onChange: () => void) {
    this.#store = store;
    this.#clock = clock;
    this.#onChange = onChange;
  }

  get now(): Condition {
    return { description: this.#store.description, ok: this.#ok, reason: this.#reason };
  }

  /** Asks once, then again every 5 s until `stop`. Resolves after the first answer or its absence. */
  async start(): Promise<void> {
    await this.#check();
    if (this.#stopped) return;
    this.#cancel = this.#clock.after(CHECK_EVERY_MS, () => void this.start());
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
  }

  async #check(): Promise<void> {
    let reason: string | null = null;
    try {
      await withinTime(this.#store.ping(), CHECK_TAKES_MS, this.#clock);
    } catch (error) {
      reason = error instanceof Error ? error.message : String(error);
    }
    const changed = reason !== this.#reason;
    this.#reason = reason;
    this.#ok = reason === null;
    if (changed && !this.#stopped) this.#onChange();
  }
}
