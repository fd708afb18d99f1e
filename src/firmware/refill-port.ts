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

/** What can be said without knowing of any procedure: the needle is in, or the station measures. */
export class NeedleWatch implements RefillPort {
  readonly #needle = new Set<string>();
  readonly #measuring = new Set<string>();

  /** Returns the function that ends it. */
  watch(bus: Bus): () => void {
    return bus.on('event', ({ station, source, state }) => {
      const now = state.toLowerCase();
      if (source === 'needle') note(this.#needle, station, now === 'in');
      else if (source === 'state') note(this.#measuring, station, now === 'measuring');
    });
  }

  refillState(station: string): RefillUse {
    if (this.#needle.has(station)) return { use: 'open', reason: 'the needle is in a pump' };
    if (this.#measuring.has(station)) return { use: 'open', reason: 'the station is measuring' };
    return FREE;
  }
}

/** The first that is not free decides. */
export function anyOf(...ports: readonly RefillPort[]): RefillPort {
  return {
    refillState: (station) => ports.map((port) => port.refillState(station)).find(({ use }) => use !== 'free') ?? FREE,
  };
}

function note(set: Set<string>, station: string, is: boolean): void {
  if (is) set.add(station);
  else set.delete(station);
}
