/** Whether a station may be touched: the one question that firmware asks about refills. */
import type { Bus } from '../bus.ts';
import type { Clock } from '../clock.ts';

/**
 * - `free`  nothing is going on there
 * - `open`  a refill is under way, or may be  - `due`  one begins soon, or seems to
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

/** A refill that nobody has begun yet. */
export interface ExpectedAt {
  readonly pump: string;
  /** UTC ms. */
  readonly atMs: number;
  readonly everyDays: number;
}

export interface RefillWatchDeps {
  readonly clock: Clock;
  /** What is expected at a station around now, if anything. */
  readonly expected: (station: string) => ExpectedAt | null;
}

const FREE: RefillUse = { use: 'free', reason: null };
/** Whoever scans begins within minutes, or not at all. */
const SCAN_COUNTS_MS = 10 * 60_000;

/**
 * What the bus tells: a refill that somebody has opened; and without one, a needle that is in or a station that measures,
 * since a refill need not be opened at a screen. Due is what is expected by the pumps' rhythm, and a scan.
 */
export class RefillWatch implements RefillPort {
  readonly #deps: RefillWatchDeps;
  readonly #open = new Map<string, string>();
  readonly #needle = new Set<string>();
  readonly #measuring = new Set<string>();
  readonly #scannedMs = new Map<string, number>();

  constructor(deps: RefillWatchDeps) {
    this.#deps = deps;
  }

  /** Returns the function that ends it. */
  watch(bus: Bus): () => void {
    const off = [
      bus.on('refill', (refill) => {
        if (refill.refill !== null && refill.outcome === 'in-progress') this.#open.set(refill.station, refill.phase);
        // What was scanned belonged to the refill that has ended.
        else if (this.#open.delete(refill.station)) this.#scannedMs.delete(refill.station);
      }),
      bus.on('event', ({ station, source, state }) => {
        const now = state.toLowerCase();
        if (source === 'needle') note(this.#needle, station, now === 'in');
        else if (source === 'state') note(this.#measuring, station, now === 'measuring');
        else if (source === 'scan') this.#scannedMs.set(station, this.#deps.clock.monotonicMs());
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
    const due = this.#due(station);
    return due === null ? FREE : { use: 'due', reason: due };
  }

  #due(station: string): string | null {
    const { clock, expected } = this.#deps;
    const scannedMs = this.#scannedMs.get(station);
    if (scannedMs !== undefined) {
      const sinceMs = clock.monotonicMs() - scannedMs;
      if (sinceMs < SCAN_COUNTS_MS) return `a refill seems to begin: something was scanned ${minutes(sinceMs)} ago`;
      this.#scannedMs.delete(station);
    }
    const next = expected(station);
    if (next === null) return null;
    const inMs = next.atMs - clock.utcMs();
    const when = inMs >= 0 ? `in ${minutes(inMs)}` : `since ${minutes(-inMs)}`;
    return `the refill of pump ${next.pump} is expected here ${when} (every ${next.everyDays} days)`;
  }
}

const minutes = (ms: number): string => `${Math.round(ms / 60_000)} min`;

function note(set: Set<string>, station: string, is: boolean): void {
  if (is) set.add(station);
  else set.delete(station);
}
