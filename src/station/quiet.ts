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
  #quietPeriods: number;
  #rateHz = 0;
  /** `null` while nobody is identified. */
  #periodMs: number | null = null;
  #pausing = false;
  #lineMs = 0;
  /** When last something came of what should come every period. */
  #expectedMs = 0;
  #suspected: number = SPEAKING;

  constructor(quietPeriods: number) {
    this.#quietPeriods = quietPeriods;
  }

  patience(quietPeriods: number): void {
    this.#quietPeriods = quietPeriods;
  }

  /** The port is open, nobody has answered yet. */
  opened(nowMs: number): void {
    this.#periodMs = null;
    this.#pausing = false;
    this.#lineMs = nowMs;
    this.#expectedMs = nowMs;
  }

  /** The station is known and sends `rateHz` readings a second; from now on silence counts. */
  expect(rateHz: number, nowMs: number): void {
    this.#rateHz = rateHz;
    this.#setPeriod(nowMs);
  }

  /** A station that starts or is being updated sends no readings, only heartbeats. */
  pausing(pausing: boolean, nowMs: number): void {
    this.#pausing = pausing;
    if (this.#periodMs !== null) this.#setPeriod(nowMs);
  }

  #setPeriod(nowMs: number): void {
    const period = this.#readingsExpected ? 1000 / this.#rateHz : HEARTBEAT_MS;
    if (period === this.#periodMs) return;
    this.#periodMs = period;
    this.#expectedMs = nowMs;
  }

  get #readingsExpected(): boolean {
    return this.#rateHz >= 1 && !this.#pausing;
  }

  /**
   * Good lines have come. Heartbeats alone do not break the silence of a station that should send readings, or it would
   * look alive once a second. `true` when this ends the silence.
   */
  heard(nowMs: number, withReading: boolean): boolean {
    this.#lineMs = nowMs;
    const expected = this.#periodMs !== null && (withReading || !this.#readingsExpected);
    if (expected) this.#expectedMs = nowMs;
    return expected;
  }

  /** Silence after which the station is quiet, ms. */
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
    const quietMs = this.#expectedMs + this.quietAfterMs;
    const deadMs = this.#lineMs + this.deadAfterMs;
    const at = (ms: number): number => (ms >= deadMs ? DEAD : ms >= quietMs ? QUIET : SPEAKING);
    const found = at(nowMs);
    const confirmed = Math.min(found, this.#suspected);
    this.#suspected = at(nowMs + SECOND_LOOK_MS);
    return { silence: SILENCE[confirmed] ?? 'speaking', nextMs: nowMs + this.#pause(nowMs, confirmed, found) };
  }

  #pause(nowMs: number, confirmed: number, found: number): number {
    if (found > confirmed) return SECOND_LOOK_MS;
    const quietInMs = this.#expectedMs + this.quietAfterMs - nowMs;
    const deadInMs = this.#lineMs + this.deadAfterMs - nowMs;
    let pause = LONGEST_PAUSE_MS;
    for (const ms of [quietInMs, deadInMs]) {
      if (ms > SECOND_LOOK_MS) pause = Math.min(pause, ms - SECOND_LOOK_MS);
      else if (ms > 0) pause = Math.min(pause, ms);
    }
    return Math.max(1, Math.ceil(pause));
  }
}
