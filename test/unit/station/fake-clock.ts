import type { Clock } from '../../../src/clock.ts';

/** A clock that moves only when told; due calls run in order, each at its own time. */
export class FakeClock implements Clock {
  #nowMs = 0;
  #utcOffsetMs: number;
  #next = 0;
  readonly #due: { atMs: number; order: number; run: () => void }[] = [];

  constructor(startUtcMs = Date.UTC(2026, 0, 1)) {
    this.#utcOffsetMs = startUtcMs;
  }

  utcMs(): number {
    return this.#utcOffsetMs + this.#nowMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  after(ms: number, run: () => void): () => void {
    const entry = { atMs: this.#nowMs + ms, order: this.#next++, run };
    this.#due.push(entry);
    return () => {
      const at = this.#due.indexOf(entry);
      if (at >= 0) this.#due.splice(at, 1);
    };
  }

  /** What NTP does when it corrects the time of day. */
  stepUtc(ms: number): void {
    this.#utcOffsetMs += ms;
  }

  get pending(): number {
    return this.#due.length;
  }

  advance(ms: number): void {
    const end = this.#nowMs + ms;
    for (;;) {
      this.#due.sort((a, b) => a.atMs - b.atMs || a.order - b.order);
      const first = this.#due[0];
      if (first === undefined || first.atMs > end) break;
      this.#due.shift();
      this.#nowMs = Math.max(this.#nowMs, first.atMs);
      first.run();
    }
    this.#nowMs = end;
  }

  /** The same, giving promises their turn between the steps. */
  async advanceSoftly(ms: number, stepMs = 10): Promise<void> {
    await settle();
    for (let left = ms; left > 0; left -= stepMs) {
      this.advance(Math.min(stepMs, left));
      await settle();
    }
  }
}

/** Lets everything that waits for a settled promise run. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 10; i++) await Promise.resolve();
}
