/**
 * Beats sent to the broker on a topic that we read ourselves: as long as they come back, the whole path works. A
 * connection that only looks open (no RST, a stopped broker) is found here, long before TCP notices. No clock, no I/O.
 */

/** A beat every so often ... */
export const BEAT_EVERY_MS = 2000;
/** ... and a look in between. */
export const LOOK_EVERY_MS = 1000;
/** Nothing at all from the broker for so long after a beat: the path is dead. */
export const UNHEARD_AFTER_MS = 5000;
/** The same while the network has not even taken what we sent: a slow link may be busy with one large message. */
export const UNHEARD_WHILE_SENDING_MS = 15_000;
/** The broker answers other things, but beats do not come back. */
export const NO_ECHO_AFTER_MS = 10_000;

const MOST_OUTSTANDING = 16;

export type Verdict = 'fine' | 'unheard' | 'no-echo';

export class Heartbeat {
  readonly #sentMs = new Map<number, number>();
  #number = 0;
  /** Of the beats that did not come back, the oldest; `null` when the last one did. */
  #waitingSinceMs: number | null = null;
  #heardMs = 0;
  #lookedMs = 0;
  #beatMs = Number.NEGATIVE_INFINITY;
  #roundTripMs: number | null = null;

  /** Of the last beat that came back on this connection. */
  get roundTripMs(): number | null {
    return this.#roundTripMs;
  }

  /** A new connection: what was under way on the old one does not count. */
  begin(nowMs: number): void {
    this.#sentMs.clear();
    this.#waitingSinceMs = null;
    this.#heardMs = nowMs;
    this.#lookedMs = nowMs;
    this.#beatMs = Number.NEGATIVE_INFINITY;
    this.#roundTripMs = null;
  }

  /** Number of the beat to send now; `null` when it is not time yet. */
  due(nowMs: number): number | null {
    if (nowMs - this.#beatMs < BEAT_EVERY_MS - LOOK_EVERY_MS / 2) return null;
    this.#beatMs = nowMs;
    const number = ++this.#number;
    for (const oldest of this.#sentMs.keys()) {
      if (this.#sentMs.size < MOST_OUTSTANDING) break;
      this.#sentMs.delete(oldest);
    }
    this.#sentMs.set(number, nowMs);
    this.#waitingSinceMs ??= nowMs;
    return number;
  }

  /** Any packet has come. */
  heard(nowMs: number): void {
    this.#heardMs = nowMs;
  }

  /** A beat has come back; `false` when it is none of this connection. */
  returned(number: number, nowMs: number): boolean {
    const sentMs = this.#sentMs.get(number);
    if (sentMs === undefined) return false;
    this.#roundTripMs = nowMs - sentMs;
    // Earlier ones were lost on the way, or will be late: this one proves the path of now.
    for (const earlier of this.#sentMs.keys()) if (earlier <= number) this.#sentMs.delete(earlier);
    this.#waitingSinceMs = this.#sentMs.values().next().value ?? null;
    return true;
  }

  /** A beat is missing: ask the broker for a sign of life (MQTT PINGREQ), to tell a dead path from a forbidden topic. */
  overdue(nowMs: number): boolean {
    return this.#waitingSinceMs !== null && nowMs - this.#waitingSinceMs >= BEAT_EVERY_MS;
  }

  /** To be asked every `LOOK_EVERY_MS`. `unsentBytes`: handed over, but not taken by the network yet. */
  look(nowMs: number, unsentBytes: number): Verdict {
    const late = nowMs - this.#lookedMs - LOOK_EVERY_MS;
    this.#lookedMs = nowMs;
    if (this.#waitingSinceMs === null) return 'fine';
    // Held up ourselves, or the machine slept: what came meanwhile has not been read yet, so the time does not count.
    if (late > LOOK_EVERY_MS) this.#forgive(late, nowMs);
    const waitedMs = nowMs - this.#waitingSinceMs;
    const unheardMs = nowMs - Math.max(this.#heardMs, this.#waitingSinceMs);
    if (unheardMs >= (unsentBytes > 0 ? UNHEARD_WHILE_SENDING_MS : UNHEARD_AFTER_MS)) return 'unheard';
    return waitedMs >= NO_ECHO_AFTER_MS && unsentBytes === 0 ? 'no-echo' : 'fine';
  }

  #forgive(ms: number, nowMs: number): void {
    if (this.#waitingSinceMs !== null) this.#waitingSinceMs = Math.min(nowMs, this.#waitingSinceMs + ms);
    this.#heardMs = Math.min(nowMs, this.#heardMs + ms);
  }
}
