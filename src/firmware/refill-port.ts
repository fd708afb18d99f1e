/** Whether a station may be touched: the one question that firmware asks about refills. */
import type { Bus } from '../bus.ts';

/**
 * - `free`  nothing is going on there
 * - `open`  a refill is under way, or may be  - `due`  one begins soon
 */
export interface RefillUse {
  readonly use: 'free' | 'open' | 'due';
  /** Plain words; `null` when free. */
  readonly reason: string | null;
}

export interface RefillPort {
  /** By station serial. */
  refillState(station: string): RefillUse;
}

const FREE: RefillUse = { use: 'free', reason: null };

/**
 * What the bus tells: a refill that somebody has opened; and without one, a needle that is in or a station that measures,
 * since a refill need not be opened at a screen.
 */
export class RefillWatch implements RefillPort {
  readonly #open = new Map<string, string>();
  readonly #needle = new Set<string>();
  readonly #measuring = new Set<string>();

  /** Returns the function that ends it. */
  watch(bus: Bus): () => void {
    const off = [
      bus.on('refill', (refill) => {
        if (refill.refill !== null && refill.outcome === 'in-progress') this.#open.set(refill.station, refill.phase);
        else this.#open.delete(refill.station);
      }),
      bus.on('event', ({ station, source, state }) => {
        const now = state.toLowerCase();
        if (source === 'needle') note(this.#needle, station, now === 'in');
        else if (source === 'state') note(this.#measuring, station, now === 'measuring');
      }),
    ];
    return () => {
      for (const untie of off) untie();
    };
  }

  refillState(station: string): RefillUse {
    const phase = this.#open.get(station);
    if (phase !== undefined) return { use: 'open', reason: `a refill is open, in phase "${phase}"` };
    if (this.#needle.has(station)) return { use: 'open', reason: 'the needle is in a pump' };
    if (this.#measuring.has(station)) return { use: 'open', reason: 'the station is measuring' };
    return FREE;
  }
}

function note(set: Set<string>, station: string, is: boolean): void {
  if (is) set.add(station);
  else set.delete(station);
}
