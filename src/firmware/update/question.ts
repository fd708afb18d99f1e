/** One question at a time to the station: asked again when no answer comes, given up after some tries. */
import type { Ask } from './words.ts';

interface Patience {
  readonly withinMs: number;
  readonly tries: number;
}

/** How long each may take. An erase runs over the whole slot; everything else is a matter of milliseconds. */
const PATIENCE: Readonly<Record<Exclude<Ask['op'], 'upload' | 'bootloader'>, Patience>> = {
  params: { withinMs: 1500, tries: 3 },
  state: { withinMs: 1500, tries: 4 },
  slots: { withinMs: 1500, tries: 2 },
  mode: { withinMs: 1500, tries: 2 },
  test: { withinMs: 5000, tries: 3 },
  confirm: { withinMs: 5000, tries: 3 },
  erase: { withinMs: 30_000, tries: 2 },
  reset: { withinMs: 2000, tries: 2 },
};

const NEVER_SENT = -1;

export type Question = Exclude<Ask, { op: 'upload' | 'bootloader' }>;

export class Questioner {
  readonly #send: (ask: Question) => number;
  #open: { ask: Question; id: number; dueMs: number; left: number } | null = null;

  /** `send` returns the id by which the answer will come. */
  constructor(send: (ask: Question) => number) {
    this.#send = send;
  }

  get dueMs(): number | null {
    return this.#open?.dueMs ?? null;
  }

  get open(): Question | null {
    return this.#open?.ask ?? null;
  }

  ask(ask: Question, nowMs: number): void {
    this.#put(ask, PATIENCE[ask.op].tries, nowMs);
  }

  /** Not now, but soon. */
  later(ask: Question, atMs: number): void {
    this.#open = { ask, id: NEVER_SENT, dueMs: atMs, left: PATIENCE[ask.op].tries };
  }

  drop(): void {
    this.#open = null;
  }

  /** The question that this answers; `null` when it answers none that is still open. */
  answered(id: number): Question | null {
    const ask = this.#open?.id === id ? this.#open.ask : null;
    if (ask !== null) this.#open = null;
    return ask;
  }

  /** The question that is given up now, if any; asks again when tries are left. */
  expire(nowMs: number): Question | null {
    const open = this.#open;
    if (open === null || nowMs < open.dueMs) return null;
    if (open.left > 0) {
      this.#put(open.ask, open.left, nowMs);
      return null;
    }
    this.#open = null;
    return open.ask;
  }

  #put(ask: Question, tries: number, nowMs: number): void {
    const dueMs = nowMs + PATIENCE[ask.op].withinMs;
    this.#open = { ask, id: this.#send(ask), dueMs, left: tries - 1 };
  }
}
