/** Keeps the time of a run to a chosen multiple of real time. What it is slower than that is not caught up with in a rush. */
import type { Clock } from '../clock.ts';

export const SLOWEST = 1;
export const FASTEST = 100;
/** Shorter waits are left out: a timer may come so much late. */
const WORTH_A_WAIT_MS = 4;
/** Further behind than this, the run goes on from where it is. */
const MOST_BEHIND_MS = 250;

export class Pace {
  readonly #clock: Pick<Clock, 'monotonicMs' | 'after'>;
  #speed: number;
  #keeps = false;
  /** A moment of the run, and the real time that belongs to it. */
  #run: number | null = null;
  #real = 0;
  #wake: (() => void) | null = null;

  constructor(clock: Pick<Clock, 'monotonicMs' | 'after'>, speed: number) {
    this.#clock = clock;
    this.#speed = speed;
  }

  get speed(): number {
    return this.#speed;
  }

  /** From now on. Throws `RangeError`. */
  set(speed: number): void {
    if (!(speed >= SLOWEST && speed <= FASTEST)) throw new RangeError(`a speed is ${SLOWEST} to ${FASTEST}`);
    const nowMs = this.#clock.monotonicMs();
    if (this.#run !== null) this.#run += (nowMs - this.#real) * this.#speed;
    this.#real = nowMs;
    this.#speed = speed;
    this.#wake?.();
  }

  /** Keeps to the speed from here on, unless it does already. */
  go(): void {
    if (this.#keeps) return;
    this.#keeps = true;
    this.#run = null;
  }

  /** Nobody waits any more: what is under way comes to its end at once. */
  release(): void {
    this.#keeps = false;
    this.#wake?.();
  }

  /** Resolves when it is time for this moment of the run. */
  async until(runMs: number): Promise<void> {
    while (this.#keeps) {
      const nowMs = this.#clock.monotonicMs();
      if (this.#run === null) this.#place(runMs, nowMs);
      const waitMs = this.#real + (runMs - (this.#run ?? runMs)) / this.#speed - nowMs;
      if (waitMs < WORTH_A_WAIT_MS) {
        if (waitMs < -MOST_BEHIND_MS) this.#place(runMs, nowMs);
        return;
      }
      await this.#sleep(waitMs);
    }
  }

  #place(runMs: number, realMs: number): void {
    this.#run = runMs;
    this.#real = realMs;
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((done) => {
      const cancel = this.#clock.after(ms, () => this.#wake?.());
      this.#wake = () => {
        this.#wake = null;
        cancel();
        done();
      };
    });
  }
}
