/**
 * Three clocks are kept side by side: the device's tick, the host's monotonic clock, the host's UTC. None corrects
 * another; what does not fit is flagged.
 */
import type { Received } from '../../protocols/reading.ts';

/** A tick that is further off than this has jumped. Far above drift (0.1 ms/s) and clock reading noise. */
const TICK_TOLERANCE_MS = 500;
const WINDOW_MS = 10_000;

/**
 * Device tick against host monotonic. A line can only arrive late, never early: the smallest difference
 * (host − device) of the last 10 to 20 s is the true offset plus the fastest transport, whatever bursts and stalls do.
 */
export class TickClock {
  #started = false;
  #lastTick = 0;
  /** Device ms since the first line, unwrapped. */
  #deviceMs = 0;
  #windowEndMs = 0;
  #smallestNow = 0;
  #smallestBefore = 0;
  /** Offset at the start, jumps taken out; `null` until the first window is full. */
  #reference: number | null = null;

  /** A new stream or a new boot: nothing before it can be compared. */
  restart(): void {
    this.#started = false;
    this.#reference = null;
  }

  /** `true` when the device's tick has jumped at this line. Lines must come in the order they were sent. */
  jumped(tickMs: number, monotonicMs: number): boolean {
    if (!this.#started) {
      this.#started = true;
      this.#lastTick = tickMs;
      this.#deviceMs = 0;
      this.#begin(monotonicMs, monotonicMs);
      return false;
    }
    // Signed difference modulo 2^32: the tick wraps after 49.7 days.
    const step = (tickMs - this.#lastTick) | 0;
    this.#lastTick = tickMs;
    this.#deviceMs += step;
    const offset = monotonicMs - this.#deviceMs;
    const smallest = Math.min(this.#smallestNow, this.#smallestBefore);
    if (step < 0 || offset < smallest - TICK_TOLERANCE_MS) {
      if (this.#reference !== null) this.#reference += offset - smallest;
      this.#begin(offset, monotonicMs);
      return true;
    }
    if (monotonicMs >= this.#windowEndMs) {
      this.#reference ??= smallest;
      this.#smallestBefore = this.#smallestNow;
      this.#smallestNow = offset;
      this.#windowEndMs = monotonicMs + WINDOW_MS;
    } else if (offset < this.#smallestNow) this.#smallestNow = offset;
    return false;
  }

  /** How far the device's clock has run ahead (+) of the host's since the first window, ms; `null` while unknown. */
  get driftMs(): number | null {
    if (this.#reference === null) return null;
    return this.#reference - Math.min(this.#smallestNow, this.#smallestBefore);
  }

  #begin(offset: number, monotonicMs: number): void {
    this.#smallestNow = offset;
    this.#smallestBefore = offset;
    this.#windowEndMs = monotonicMs + WINDOW_MS;
  }
}

const UTC_STEP_MS = 250;
const STEADY_MS = 60_000;
/** A machine without a battery-backed clock starts in the past; nothing was recorded by this product before. */
const EARLIEST_UTC_MS = Date.UTC(2025, 0, 1);

/** May UTC be believed? Not before 2025, and not for a minute after it stepped against the monotonic clock. */
export class UtcTrust {
  #lastOffset: number | null = null;
  #untrustedUntilMs = Number.NEGATIVE_INFINITY;

  trusted({ utcMs, monotonicMs }: Received): boolean {
    const offset = utcMs - monotonicMs;
    // Compared with the last look, so that slewing (0.5 ms/s) never adds up to a step.
    if (this.#lastOffset !== null && Math.abs(offset - this.#lastOffset) > UTC_STEP_MS) {
      this.#untrustedUntilMs = monotonicMs + STEADY_MS;
    }
    this.#lastOffset = offset;
    return monotonicMs >= this.#untrustedUntilMs && utcMs >= EARLIEST_UTC_MS;
  }
}
