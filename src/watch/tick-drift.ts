/** A station whose own clock runs so fast or slow that its ticks tell no times; readings carry the host's anyway. */
import type { StationHealth } from '../station/model.ts';
import type { ConditionBook } from './condition-book.ts';

/** Drift is looked at over so long: the transport's delays are some 10 ms. */
const WINDOW_MS = 60_000;
/** Quartz is within 0.01 %, a bare RC oscillator within some per cent. */
const WRONG = 0.005;
const RIGHT = 0.003;

interface Since {
  readonly atMs: number;
  readonly driftMs: number;
}

export class TickDrift {
  readonly #book: ConditionBook;
  /** As many as there are stations. */
  readonly #since = new Map<string, Since>();

  constructor(book: ConditionBook) {
    this.#book = book;
  }

  health({ station, tickDriftMs }: StationHealth, nowMs: number): void {
    if (tickDriftMs === null) {
      this.#since.delete(station);
      return;
    }
    const since = this.#since.get(station);
    if (since !== undefined && nowMs - since.atMs < WINDOW_MS) return;
    this.#since.set(station, { atMs: nowMs, driftMs: tickDriftMs });
    if (since === undefined) return;
    const rate = (tickDriftMs - since.driftMs) / (nowMs - since.atMs);
    if (Math.abs(rate) >= WRONG) {
      const how = `${(Math.abs(rate) * 100).toFixed(1)} % ${rate > 0 ? 'fast' : 'slow'}`;
      const detail = `the clock of the station runs ${how}: its ticks tell no times (readings carry the time of this computer): have its clock looked at`;
      this.#book.say(station, 'clockUntrusted', detail);
    } else if (Math.abs(rate) <= RIGHT) this.#book.say(station, 'clockUntrusted', null);
  }
}
