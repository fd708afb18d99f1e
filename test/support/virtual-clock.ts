/** A clock that jumps to whatever is due next: hours of waiting cost nothing. */
import type { Clock } from '../../src/clock.ts';

interface Due {
  readonly atMs: number;
  readonly order: number;
  readonly run: () => void;
}

export class VirtualClock implements Clock {
  nowMs = 0;
  #order = 0;
  #due: Due[] = [];

  utcMs(): number {
    return 1_800_000_000_000 + this.nowMs;
  }
  monotonicMs(): number {
    return this.nowMs;
  }
  after(ms: number, run: () => void): () => void {
    const due = { atMs: this.nowMs + ms, order: this.#order++, run };
    let at = this.#due.length;
    while (at > 0 && (this.#due[at - 1] as Due).atMs > due.atMs) at--;
    this.#due.splice(at, 0, due);
    return () => {
      const index = this.#due.indexOf(due);
      if (index >= 0) this.#due.splice(index, 1);
    };
  }
  get nextMs(): number {
    return this.#due[0]?.atMs ?? Number.POSITIVE_INFINITY;
  }
  runNext(): void {
    const due = this.#due.shift();
    if (due === undefined) return;
    this.nowMs = Math.max(this.nowMs, due.atMs);
    due.run();
  }
}
