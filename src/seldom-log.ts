/** For what goes wrong many times a second: said at once, then once in a while. */
import type { Clock } from './clock.ts';
import type { Logger } from './logger.ts';

const EVERY_MS = 10_000;

export class SeldomLog {
  readonly #logger: Logger;
  readonly #clock: Clock;
  #lastMs = Number.NEGATIVE_INFINITY;

  constructor(logger: Logger, clock: Clock) {
    this.#logger = logger;
    this.#clock = clock;
  }

  /** `fields` is asked only when it is said. */
  error(fields: () => object, message: string): void {
    const now = this.#clock.monotonicMs();
    if (now - this.#lastMs < EVERY_MS) return;
    this.#lastMs = now;
    this.#logger.error(fields(), message);
  }
}
