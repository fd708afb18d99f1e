/**
 * The page's heartbeat: redraws ages five times a second with no event at all, notices a silent stream, and after the
 * computer slept or the tab was frozen throws the connection away, because what is queued in it is old.
 */
import type { PageClock } from './clock.ts';
import { type EventStream, SILENCE_MS } from './event-stream.ts';
import type { FleetStore } from './fleet-store.ts';

export const TICK_MS = 200;
/** On some systems the monotonic clock stands still during sleep; the wall clock tells. */
const SLEPT_MS = 1500;

export class PagePulse {
  readonly #clock: PageClock;
  readonly #stream: EventStream;
  readonly #store: FleetStore;
  #stopTicking: (() => void) | null = null;
  #last = { monotonicMs: 0, wallMs: 0 };

  constructor(clock: PageClock, stream: EventStream, store: FleetStore) {
    this.#clock = clock;
    this.#stream = stream;
    this.#store = store;
  }

  start(): void {
    this.#last = { monotonicMs: this.#clock.monotonicMs(), wallMs: this.#clock.wallMs() };
    this.#stopTicking = this.#clock.every(TICK_MS, () => this.beat());
    this.beat();
  }

  stop(): void {
    this.#stopTicking?.();
    this.#stopTicking = null;
  }

  /** Also called when the tab becomes visible, so that the first frame the user sees is already right. */
  beat(): void {
    const now = { monotonicMs: this.#clock.monotonicMs(), wallMs: this.#clock.wallMs() };
    const sleptMs = now.wallMs - this.#last.wallMs - (now.monotonicMs - this.#last.monotonicMs);
    this.#last = now;
    if (sleptMs > SLEPT_MS || this.#store.lagMs > SILENCE_MS) this.resumed();
    this.#stream.check();
    this.#store.tick(now.monotonicMs);
  }

  /** The page was frozen or asleep: nothing in the old connection is news. */
  resumed(): void {
    this.#store.opened();
    this.#stream.restart();
  }
}
