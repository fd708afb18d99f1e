import type { PageClock } from '../../../src/web/ui/model/clock.ts';

/** Both clocks of the page under the test's hand. */
export class FakePageClock implements PageClock {
  #nowMs = 1000;
  #wallAheadMs = 1_800_000_000_000;
  #timers: { atMs: number; readonly everyMs: number | null; readonly run: () => void }[] = [];

  monotonicMs(): number {
    return this.#nowMs;
  }

  wallMs(): number {
    return this.#nowMs + this.#wallAheadMs;
  }

  after(ms: number, run: () => void): () => void {
    return this.#add(ms, null, run);
  }

  every(ms: number, run: () => void): () => void {
    return this.#add(ms, ms, run);
  }

  /** Lets time pass, running what falls due in order. */
  advance(ms: number): void {
    const endMs = this.#nowMs + ms;
    for (;;) {
      const due = this.#timers.filter((t) => t.atMs <= endMs).sort((a, b) => a.atMs - b.atMs)[0];
      if (!due) break;
      this.#nowMs = due.atMs;
      if (due.everyMs === null) this.#timers = this.#timers.filter((t) => t !== due);
      else due.atMs += due.everyMs;
      due.run();
    }
    this.#nowMs = endMs;
  }

  /** The computer sleeps: the wall clock goes on, the monotonic clock and the timers stand still. */
  sleep(ms: number): void {
    this.#wallAheadMs += ms;
  }

  #add(ms: number, everyMs: number | null, run: () => void): () => void {
    const timer = { atMs: this.#nowMs + ms, everyMs, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((t) => t !== timer);
    };
  }
}
