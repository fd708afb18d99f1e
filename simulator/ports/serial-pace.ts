/**
 * How long bytes take on an asynchronous serial line: 10 bits each (start, 8 data, stop). One for each direction. PTYs and
 * TCP have no such limit of their own.
 */
export class SerialPace {
  readonly #bytesPerMs: number;
  /** When the line has nothing to do any more. */
  #freeMs = 0;

  constructor(baud: number) {
    this.#bytesPerMs = baud / 10_000;
  }

  /** When the last of these bytes has passed, if they are given to the line at `nowMs`. */
  passed(bytes: number, nowMs: number): number {
    this.#freeMs = Math.max(this.#freeMs, nowMs) + bytes / this.#bytesPerMs;
    return this.#freeMs;
  }

  /** How many of `waiting` bytes have passed by `nowMs`; they have waited since `sinceMs` at the latest. */
  passedBy(nowMs: number, waiting: number, sinceMs: number): number {
    const startMs = Math.max(this.#freeMs, sinceMs);
    const bytes = Math.min(waiting, Math.max(0, Math.floor((nowMs - startMs) * this.#bytesPerMs)));
    this.#freeMs = startMs + bytes / this.#bytesPerMs;
    return bytes;
  }
}
