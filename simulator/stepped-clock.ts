/**
 * Time by order: stands still until it is told to go on. A host in a time of its own keeps both sides in step by it
 * (`--lockstep`), so that a refill passes as fast as the machines compute, and the same way every time.
 */
import { setImmediate as turn } from 'node:timers/promises';
import type { SimulatorClock } from './clock.ts';

interface Beat {
  readonly everyMs: number;
  dueMs: number;
  readonly run: () => void;
}

export class SteppedClock implements SimulatorClock {
  readonly #beats = new Set<Beat>();
  #nowMs = 0;

  nowMs(): number {
    return this.#nowMs;
  }

  every(everyMs: number, run: () => void): () => void {
    const beat = { everyMs, dueMs: this.#nowMs + everyMs, run };
    this.#beats.add(beat);
    return () => this.#beats.delete(beat);
  }

  /**
   * Lets time pass until `ms`. What had already come in on the ports is heard first, at the old time: whoever orders has
   * written it before the order. Throws RangeError for a time that has passed.
   */
  async advanceTo(ms: number): Promise<void> {
    if (!(ms >= this.#nowMs)) throw new RangeError(`time stands at ${this.#nowMs} ms and does not go back to ${ms}`);
    await turn();
    await turn();
    for (;;) {
      let next: Beat | null = null;
      for (const beat of this.#beats) if (next === null || beat.dueMs < next.dueMs) next = beat;
      if (next === null || next.dueMs > ms) break;
      this.#nowMs = next.dueMs;
      next.dueMs += next.everyMs;
      next.run();
    }
    this.#nowMs = ms;
  }
}
