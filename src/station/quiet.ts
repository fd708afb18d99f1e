/** An open port that says nothing looks healthy to the operating system. This finds it by the clock alone. */

/** Below this, the delays of drivers and networks would be taken for silence. */
const SHORTEST_MS = 300;
/** A station says at least a heartbeat this often, whatever its rate. */
const HEARTBEAT_MS = 1000;
const PERIODS_BEFORE_REOPENING = 10;
const SHORTEST_BEFORE_REOPENING_MS = 3000;
/** A port where nobody has answered yet: perhaps the station is off. Opening a port may reset a station, so not often. */
const UNKNOWN_BEFORE_REOPENING_MS = 10_000;
/**
 * Before silence is declared, bytes that already wait in the kernel must have had their chance: if this program itself
 * was held up, the station was not silent.
 */
const SECOND_LOOK_MS = 15;

/**
 * - `speaking`  as expected
 * - `quiet`     no reading for too long
 * - `dead`      no good line at all for so long that the port should be closed and opened again
 */
export type Silence = 'speaking' | 'quiet' | 'dead';

const SILENCE: readonly Silence[] = ['speaking', 'quiet', 'dead'];
const [SPEAKING, QUIET, DEAD] = [0, 1, 2] as const;
const LONGEST_PAUSE_MS = 1000;

export interface Look {
  readonly silence: Silence;
  /** When to look again, monotonic ms. */
  readonly nextMs: number;
}

export class QuietWatch {
  readonly #quietPeriods: number;
  #periodMs: number | null = null;
  #lineMs = 0;
  #readingMs = 0;
  #suspected: number = SPEAKING;

  constructor(quietPeriods: number) {
    this.#quietPeriods = quietPeriods;
  }

  /** The port is open, nobody has answered yet. */
  opened(nowMs: number): void {
    this.#periodMs = null;
    this.#lineMs = nowMs;
    this.#readingMs = nowMs;
  }

  /** The station says how many readings a second it sends; from now on silence counts. */
  expect(rateHz: number, nowMs: number): void {
    if (this.#periodMs === null) this.#readingMs = nowMs;
    this.#periodMs = rateHz >= 1 ? 1000 / rateHz : HEARTBEAT_MS;
  }

  /** A good line of any kind. */
  line(nowMs: number): void {
    this.#lineMs = nowMs;
  }

  reading(nowMs: number): void {
    this.#readingMs = nowMs;
  }

  /** Silence of readings after which the station is quiet, ms. */
  get quietAfterMs(): number {
    return this.#periodMs === null
      ? Number.POSITIVE_INFINITY
      : Math.max(SHORTEST_MS, this.#quietPeriods * this.#periodMs);
  }

  /** Silence of lines after which the port is of no use, ms. */
  get deadAfterMs(): number {
    if (this.#periodMs === null) return UNKNOWN_BEFORE_REOPENING_MS;
    return Math.max(SHORTEST_BEFORE_REOPENING_MS, PERIODS_BEFORE_REOPENING * this.#periodMs);
  }

  look(nowMs: number): Look {
    const quietMs = this.#readingMs + this.quietAfterMs;
    const deadMs = this.#lineMs + this.deadAfterMs;
    const at = (ms: number): number => (ms >= deadMs ? DEAD : ms >= quietMs ? QUIET : SPEAKING);
    const found = at(nowMs);
    const confirmed = Math.min(found, this.#suspected);
    this.#suspected = at(nowMs + SECOND_LOOK_MS);
    return { silence: SILENCE[confirmed] ?? 'speaking', nextMs: nowMs + this.#pause(nowMs, confirmed, found) };
  }

  #pause(nowMs: number, confirmed: number, found: number): number {
    if (found > confirmed) return SECOND_LOOK_MS;
    const quietInMs = this.#readingMs + this.quietAfterMs - nowMs;
    const deadInMs = this.#lineMs + this.deadAfterMs - nowMs;
    let pause = LONGEST_PAUSE_MS;
    for (const ms of [quietInMs, deadInMs]) {
      if (ms > SECOND_LOOK_MS) pause = Math.min(pause, ms - SECOND_LOOK_MS);
      else if (ms > 0) pause = Math.min(pause, ms);
    }
    return Math.max(1, Math.ceil(pause));
  }
}
