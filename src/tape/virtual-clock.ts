/** Time that passes as fast as the work in it is done: every due call runs at its own moment, then all that waits for promises. */
import type { Clock } from '../clock.ts';

interface Due {
  readonly atMs: number;
  readonly order: number;
  readonly run: () => void;
}

export class VirtualClock implements Clock {
  readonly #fromUtcMs: number;
  readonly #due = new Set<Due>();
  #nowMs = 0;
  #order = 0;

  constructor(fromUtcMs: number) {
    this.#fromUtcMs = fromUtcMs;
  }

  utcMs(): number {
    return this.#fromUtcMs + this.#nowMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  after(ms: number, run: () => void): () => void {
    const due = { atMs: this.#nowMs + Math.max(0, ms), order: this.#order++, run };
    this.#due.add(due);
    return () => void this.#due.delete(due);
  }

  /** Lets time pass until `over` says so, or so much has passed, or nothing is due any more. */
  async run(over: () => boolean, mostMs: number): Promise<void> {
    const endMs = this.#nowMs + mostMs;
    for (;;) {
      await new Promise((done) => setImmediate(done));
      if (over()) return;
      let next: Due | null = null;
      for (const due of this.#due) {
        if (next === null || due.atMs < next.atMs || (due.atMs === next.atMs && due.order < next.order)) next = due;
      }
      if (next === null || next.atMs > endMs) return;
      this.#due.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.run();
    }
  }
}
