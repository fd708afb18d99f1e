/**
 * Which refill is expected at a station, and when: that of a pump whose newest fill on record was made there, in the rhythm
 * of the pump. A pump that was last filled elsewhere, or entered by hand, is expected nowhere.
 */
import type { Bus } from '../bus.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../logger.ts';
import type { RefillPage, RefillSummary } from '../records/model.ts';
import type { Records } from '../records/port.ts';
import { type ExpectedRefill, expectedRefill } from '../refill/expected.ts';
import type { PumpRegister } from './pump-register.ts';

/** A pump that has not been filled for longer is in nobody's rhythm any more. */
const LOOK_BACK_MS = 60 * 86_400_000;
const AT_ONCE = 500;
const MOST_REFILLS = 20_000;

export interface ExpectedRefillsDeps {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly records: Pick<Records, 'refills'>;
  readonly register: Pick<PumpRegister, 'get'>;
}

export interface ExpectedHere extends ExpectedRefill {
  readonly pump: string;
}

interface Made {
  readonly station: string;
  readonly fillAtMs: number;
}

export class ExpectedRefills {
  readonly #deps: ExpectedRefillsDeps;
  readonly #newest = new Map<string, Made>();
  readonly #pumpsAt = new Map<string, Set<string>>();
  #off: () => void = () => {};

  constructor(deps: ExpectedRefillsDeps) {
    this.#deps = deps;
  }

  /** Never rejects: without the records nothing is expected until a refill ends. */
  async start(): Promise<void> {
    const { bus, clock, logger, records } = this.#deps;
    this.#off = bus.on('record', ({ summary }) => this.#note(summary));
    const asked = { pump: null, station: null, toMs: null, outcome: null, fromMs: clock.utcMs() - LOOK_BACK_MS };
    try {
      let before: number | null = null;
      for (let seen = 0; seen < MOST_REFILLS; seen += AT_ONCE) {
        const page: RefillPage = await records.refills({ ...asked, before, limit: AT_ONCE });
        for (const summary of page.refills) this.#note(summary);
        before = page.next;
        if (before === null) return;
      }
    } catch (error) {
      logger.error({ error }, 'past refills cannot be read: firmware will not know where refills are expected');
    }
  }

  stop(): void {
    this.#off();
  }

  /** The one nearest to now, no further from it than `withinMs`: a patient may be early or late. */
  near(station: string, withinMs: number): ExpectedHere | null {
    const nowMs = this.#deps.clock.utcMs();
    const away = ({ atMs }: ExpectedRefill) => Math.abs(atMs - nowMs);
    let nearest: ExpectedHere | null = null;
    for (const pump of this.#pumpsAt.get(station) ?? []) {
      const expected = this.#expected(pump);
      if (expected === null || away(expected) > withinMs) continue;
      if (nearest === null || away(expected) < away(nearest)) nearest = { ...expected, pump };
    }
    return nearest;
  }

  #expected(id: string): ExpectedRefill | null {
    const pump = this.#deps.register.get(id);
    const made = this.#newest.get(id);
    // Filled since by somebody whose station we do not know.
    if (pump === null || made === undefined || pump.fills.at(-1)?.atMs !== made.fillAtMs) return null;
    return expectedRefill(pump.fills);
  }

  #note({ pump, station, fillAtMs }: RefillSummary): void {
    const before = this.#newest.get(pump);
    if (fillAtMs === null || (before !== undefined && before.fillAtMs >= fillAtMs)) return;
    if (before !== undefined) this.#pumpsAt.get(before.station)?.delete(pump);
    this.#newest.set(pump, { station, fillAtMs });
    const here = this.#pumpsAt.get(station) ?? new Set();
    this.#pumpsAt.set(station, here.add(pump));
  }
}
