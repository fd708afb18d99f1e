/**
 * A restart that was asked for. The answer to a reset precedes the restart, so whoever answers at once is still the old
 * image; and a reset can get lost, so it is asked for again when nothing changes.
 */
export type Into = 'application' | 'recovery';

const RESET_DELAY_MS = 1500;
const RESET_LOST_MS = 20_000;
const MOST_RESETS = 3;

export class Restart {
  #resets = 0;
  #sentMs = Number.NEGATIVE_INFINITY;
  #runningBefore: string | null = null;
  #happened = true;
  into: Into = 'application';
  fromRecovery = false;
  /** Boot of the station before; what it says itself then is not news. */
  bootBefore: string | null = null;
  /** The port was opened anew because nobody answered. */
  reopened = false;

  get exhausted(): boolean {
    return this.#resets >= MOST_RESETS;
  }

  /** What was wanted has come about: the next restart is another one. */
  over(): void {
    this.#resets = 0;
  }

  begin(into: Into, before: { running: string | null; bootId: string | null; recovery: boolean }, nowMs: number): void {
    this.#resets++;
    this.into = into;
    this.fromRecovery = before.recovery;
    this.bootBefore = before.bootId;
    this.reopened = false;
    this.#runningBefore = before.running;
    this.#happened = false;
    this.#sentMs = nowMs;
  }

  /** When the station can be asked for the first time. */
  taken(nowMs: number): number {
    this.#sentMs = nowMs;
    return nowMs + RESET_DELAY_MS;
  }

  /** Another image runs, or another boot speaks. */
  seen(running: string | null, recovery: boolean): void {
    if (running !== this.#runningBefore || recovery !== this.fromRecovery) this.#happened = true;
  }

  happened(): void {
    this.#happened = true;
  }

  /** It may still come. */
  underWay(nowMs: number): boolean {
    return !this.#happened && nowMs - this.#sentMs < RESET_LOST_MS;
  }
}
