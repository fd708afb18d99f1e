/**
 * A stand that goes on at a pace, and does between two windows of time what somebody who looks on orders. Without orders and
 * at any pace it gives what the stand alone would give: time is held up, never cut differently.
 */
import type { HttpAnswer } from '../hil/recording.ts';
import type { Step } from '../hil/scenario/steps.ts';
import { ActFailed, type RecordedByStand, type Stand } from '../hil/stand/stand.ts';
import type { Pace } from './pace.ts';

/** What ends a run that somebody does not want to see any further. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}

export interface Onlooker {
  /** An act of the scenario or one by hand is done, or `trouble` kept it from being done. */
  acted(step: Step, byHand: boolean, trouble: string | null): void;
  /** All that is to be seen has been seen: from here on everything is being ended. */
  ending(): void;
}

/** Once somebody has meddled the run is his own, and what he orders next need not wait for a whole window. */
const SLICE_REAL_MS = 200;
const MOST_ORDERS = 20;

interface Order {
  readonly step: Step;
  readonly done: () => void;
  readonly failed: (error: Error) => void;
}

export class PacedStand implements Stand {
  readonly #stand: Stand;
  readonly #pace: Pace;
  readonly #onlooker: Onlooker;
  /** When each step with an id was begun, as the player notes it. */
  readonly steps = new Map<string, number>();
  readonly #orders: Order[] = [];
  #paused = false;
  #stopped = false;
  #touched = false;
  #wake: (() => void) | null = null;

  constructor(stand: Stand, pace: Pace, onlooker: Onlooker) {
    this.#stand = stand;
    this.#pace = pace;
    this.#onlooker = onlooker;
  }

  /** Somebody has done something that is not in the scenario. */
  get touched(): boolean {
    return this.#touched;
  }

  get paused(): boolean {
    return this.#paused;
  }

  get stations() {
    return this.#stand.stations;
  }

  get page(): string | null {
    return this.#stand.page;
  }

  nowMs(): number {
    return this.#stand.nowMs();
  }

  over(): boolean {
    return this.#stand.over();
  }

  soFar(): RecordedByStand {
    return this.#stand.soFar();
  }

  /** Resolves when it is done. Throws `ActFailed` with the reason why it cannot be. */
  async order(step: Step): Promise<void> {
    if (this.#stopped) throw new ActFailed('the run has ended');
    if (this.#orders.length >= MOST_ORDERS) throw new ActFailed(`${MOST_ORDERS} orders wait already`);
    return new Promise<void>((done, failed) => {
      this.#orders.push({ step, done, failed });
      this.#pace.release();
      this.#wake?.();
    });
  }

  pause(on: boolean): void {
    this.#paused = on;
    // The window under way ends at once: time stands still between two of them.
    if (on) this.#pace.release();
    this.#wake?.();
  }

  stop(): void {
    this.#end();
    this.#pace.release();
    this.#wake?.();
  }

  async pass(untilMs: number): Promise<void> {
    await this.#itsTime();
    const nowMs = this.#stand.nowMs();
    // An order may have let the time leap.
    if (nowMs >= untilMs) return;
    await this.#stand.pass(this.#touched ? Math.min(untilMs, nowMs + SLICE_REAL_MS * this.#pace.speed) : untilMs);
  }

  /** Between two windows: everything is at rest, and whoever waits here changes nothing. */
  async #itsTime(): Promise<void> {
    do {
      if (this.#stopped) throw new Stopped('stopped by hand');
      for (let next = this.#orders.shift(); next !== undefined; next = this.#orders.shift()) await this.#carryOut(next);
      if (this.#paused && !this.#stopped) await this.#woken();
      else {
        this.#pace.go();
        await this.#pace.until(this.#stand.nowMs());
      }
    } while (this.#paused || this.#stopped || this.#orders.length > 0);
  }

  ready(): Promise<void> {
    return this.#stand.ready();
  }

  async act(step: Step): Promise<void> {
    const fromMs = this.#stand.nowMs();
    await this.#does(step, false).finally(() => {
      if (step.id !== undefined) this.steps.set(step.id, fromMs);
    });
  }

  get(path: string): Promise<HttpAnswer> {
    this.#pace.release();
    return this.#stand.get(path);
  }

  async finish(): Promise<RecordedByStand> {
    this.#pace.release();
    await this.#stand.ready();
    this.stop();
    return this.#stand.finish();
  }

  abandon(): Promise<void> {
    this.stop();
    return this.#stand.abandon();
  }

  #end(): void {
    if (!this.#stopped) this.#onlooker.ending();
    this.#stopped = true;
    for (const { failed } of this.#orders.splice(0)) failed(new ActFailed('the run has ended'));
  }

  async #carryOut({ step, done, failed }: Order): Promise<void> {
    this.#touched = true;
    try {
      await this.#does(step, true);
      done();
    } catch (error) {
      failed(error as Error);
      if (!(error instanceof ActFailed)) throw error;
    }
  }

  async #does(step: Step, byHand: boolean): Promise<void> {
    // Acts take as much time as they take without a pace.
    this.#pace.release();
    try {
      await this.#stand.act(step);
    } catch (error) {
      this.#onlooker.acted(step, byHand, (error as Error).message);
      throw error;
    }
    this.#onlooker.acted(step, byHand, null);
  }

  #woken(): Promise<void> {
    return new Promise((done) => {
      this.#wake = () => {
        this.#wake = null;
        done();
      };
    });
  }
}
