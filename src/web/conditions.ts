/** Whether store, broker and journal work, for the page's header, `/readyz` and `/metrics`. */
import type { Clock } from '../clock.ts';
import type { JournalState } from '../journal/port.ts';
import { type StoreImpression, type StoreTrouble, StoreUnavailable, type TimeSeriesStore } from '../store/port.ts';
import type { ConditionView } from './api-types.ts';
import { TookTooLong, withinTime } from './within-time.ts';

const CHECK_EVERY_MS = 5000;
const CHECK_TAKES_MS = 3000;
/** A store that takes longer is in trouble, though nothing is lost: what waits, waits in the journal. */
const SLOW_MS = 1000;

export type Condition = ConditionView;

export type StoreState = 'unknown' | 'up' | 'slow' | StoreTrouble;

interface Answer {
  readonly state: StoreState;
  readonly reason: string | null;
  readonly tookMs: number | null;
}

const NOT_ASKED: Answer = { state: 'unknown', reason: 'not asked yet; wait a few seconds', tookMs: null };

const slowestMs = (ping: Answer, met: StoreImpression | null): number => Math.max(ping.tookMs ?? 0, met?.tookMs ?? 0);

/** Pure: what a ping says, and what writing has met, together; `slowBefore`: so it was at the last check. */
export function storeCondition(
  description: string,
  ping: Answer,
  met: StoreImpression | null,
  slowBefore: boolean,
): Condition {
  const roundTripMs = ping.tookMs;
  if (met?.trouble) return { description, ok: false, ...met.trouble, roundTripMs };
  if (ping.state !== 'up') return { description, ok: false, state: ping.state, reason: ping.reason, roundTripMs };
  // One slow answer is a hiccup; it takes two to be said.
  const slow = slowBefore && slowestMs(ping, met) >= SLOW_MS;
  if (!slow) return { description, ok: true, state: 'up', reason: null, roundTripMs };
  const reason = `${description}: it takes longer than ${SLOW_MS / 1000} s to answer: look at its load, its disk and the network; nothing is lost meanwhile`;
  return { description, ok: true, state: 'slow', reason, roundTripMs };
}

/** Not ok while what arrives is not made durable; with a reason already when that is foreseeable. */
export function journalCondition({ writing, fill, reason }: JournalState): Condition {
  const state = writing ? (fill === 'ok' ? 'up' : fill) : fill === 'full' ? 'full' : 'failing';
  return { description: 'journal', ok: writing, state, reason };
}

/** Asks the store every few seconds whether it is there. Never more than one question is under way. */
export class StoreCondition {
  readonly #store: TimeSeriesStore;
  readonly #clock: Clock;
  readonly #met: () => StoreImpression | null;
  readonly #onChange: () => void;
  #cancel: (() => void) | null = null;
  #stopped = false;
  #asking: Promise<void> | null = null;
  #askedMs = 0;
  #ping: Answer = NOT_ASKED;
  #slowNow = false;
  #slowBefore = false;
  #said = '';

  constructor(store: TimeSeriesStore, clock: Clock, met: () => StoreImpression | null, onChange: () => void) {
    this.#store = store;
    this.#clock = clock;
    this.#met = met;
    this.#onChange = onChange;
  }

  get now(): Condition {
    return storeCondition(this.#store.description, this.#ping, this.#met(), this.#slowBefore);
  }

  /** Asks once, then again every 5 s until `stop`. Resolves after the first answer or its absence. */
  async start(): Promise<void> {
    await this.#check();
    if (this.#stopped) return;
    this.#cancel = this.#clock.after(CHECK_EVERY_MS, () => void this.start());
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
  }

  async #check(): Promise<void> {
    const before = this.#asking === null ? this.#clock.monotonicMs() : this.#askedMs;
    this.#askedMs = before;
    this.#asking ??= this.#store.ping().finally(() => {
      this.#asking = null;
    });
    try {
      await withinTime(this.#asking, CHECK_TAKES_MS, this.#clock);
      this.#ping = { state: 'up', reason: null, tookMs: this.#clock.monotonicMs() - before };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#ping = { ...this.#failed(error, reason), tookMs: null };
    }
    this.#slowBefore = this.#slowNow;
    this.#slowNow = slowestMs(this.#ping, this.#met()) >= SLOW_MS;
    const { state, reason } = this.now;
    const said = `${state} ${reason}`;
    const changed = said !== this.#said;
    this.#said = said;
    if (changed && !this.#stopped) this.#onChange();
  }

  #failed(error: unknown, reason: string): Pick<Answer, 'state' | 'reason'> {
    if (error instanceof StoreUnavailable) return { state: error.code, reason };
    if (!(error instanceof TookTooLong)) return { state: 'failing', reason };
    const what = `${this.#store.description}: ${reason}: it or the network to it stands still`;
    return { state: 'unreachable', reason: `${what}; nothing is lost meanwhile` };
  }
}
