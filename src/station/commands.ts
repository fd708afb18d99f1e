/**
 * Commands that somebody wants carried out now, beside the handshake: one at a time, each asked up to three times, answered
 * by the station's ACK or NAK. A pure state machine like `handshake.ts`; TARE and ZERO may be carried out twice.
 */
import type { CommandRequest, HrspCommand, HrspMessage } from '../../protocols/hrsp/messages.ts';

/** - `refused` the station's NAK, in its own words  - `silent` no answer  - `not-sent` the command never left */
export type CommandAnswer =
  | { readonly kind: 'done'; readonly result: string }
  | { readonly kind: 'refused'; readonly reason: string; readonly text: string }
  | { readonly kind: 'silent' }
  | { readonly kind: 'not-sent'; readonly why: string };

interface Asked {
  readonly command: HrspCommand;
  readonly answer: (answer: CommandAnswer) => void;
  readonly correlations: number[];
  dueMs: number;
}

const ANSWER_WITHIN_MS = 500;
const TRIES = 3;
const MOST_WAITING = 8;
const CORRELATIONS = 0x1_0000;

export class Commands {
  readonly #send: (request: CommandRequest) => void;
  readonly #waiting: Asked[] = [];
  #correlation: number;

  /** `firstCorrelation` at random, so that answers to an earlier run of the daemon are told apart. */
  constructor(firstCorrelation: number, send: (request: CommandRequest) => void) {
    this.#correlation = firstCorrelation % CORRELATIONS;
    this.#send = send;
  }

  /** Monotonic ms at which `due` wants to be called; `null` when nothing is under way. */
  get dueMs(): number | null {
    return this.#waiting[0]?.dueMs ?? null;
  }

  ask(command: HrspCommand, nowMs: number): Promise<CommandAnswer> {
    if (this.#waiting.length >= MOST_WAITING) {
      return Promise.resolve({ kind: 'not-sent', why: 'too many commands are waiting for this station' });
    }
    return new Promise((answer) => {
      this.#waiting.push({ command, answer, correlations: [], dueMs: 0 });
      if (this.#waiting.length === 1) this.#try(nowMs);
    });
  }

  /** `false` when it answers nothing of ours. */
  message(message: HrspMessage, nowMs: number): boolean {
    const first = this.#waiting[0];
    if ((message.type !== 'ACK' && message.type !== 'NAK') || !first?.correlations.includes(message.correlation)) {
      return false;
    }
    const { reason, text } = message.type === 'NAK' ? message : { reason: '', text: '' };
    this.#conclude(
      message.type === 'ACK' ? { kind: 'done', result: message.result } : { kind: 'refused', reason, text },
      nowMs,
    );
    return true;
  }

  /** To be called when `dueMs` has come. */
  due(nowMs: number): void {
    const first = this.#waiting[0];
    if (first === undefined || nowMs < first.dueMs) return;
    if (first.correlations.length >= TRIES) this.#conclude({ kind: 'silent' }, nowMs);
    else this.#try(nowMs);
  }

  /** The link has ended, or somebody else answers on it. */
  end(why: string): void {
    for (const { answer, correlations } of this.#waiting.splice(0)) {
      answer(correlations.length > 0 ? { kind: 'silent' } : { kind: 'not-sent', why });
    }
  }

  #try(nowMs: number): void {
    const first = this.#waiting[0];
    if (first === undefined) return;
    this.#correlation = (this.#correlation + 1) % CORRELATIONS;
    first.correlations.push(this.#correlation);
    first.dueMs = nowMs + ANSWER_WITHIN_MS;
    this.#send({ type: 'CMD', correlation: this.#correlation, command: first.command });
  }

  #conclude(answer: CommandAnswer, nowMs: number): void {
    this.#waiting.shift()?.answer(answer);
    this.#try(nowMs);
  }
}
