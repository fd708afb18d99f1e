/** Asks one station what it holds, under a lease of a moment. */
import type { Clock } from '../clock.ts';
import type { LeaseHandlers, LinkLease } from '../station/lease.ts';
import { Conversation } from './conversation.ts';
import type { Held } from './inventory.ts';
import type { Answer, Ask } from './update/words.ts';

export interface InterviewDeps {
  readonly station: string;
  readonly clock: Clock;
  readonly random: () => number;
  /** Throws `LeaseRefused`. */
  readonly lease: (handlers: LeaseHandlers) => LinkLease;
  /** Somebody needs the wire for more: what is known by then is the answer. */
  readonly signal: AbortSignal;
}

const ANSWER_MS = 1000;
const TRIES = 2;

/** Throws `LeaseRefused`. Takes at most about ten seconds. */
export async function interview({ station, clock, random, lease, signal }: InterviewDeps): Promise<Held> {
  let waiting: { readonly id: number; readonly done: (answer: Answer | null) => void } | null = null;
  const talk = new Conversation({
    write: (lines) => void held.write(lines).catch(() => {}),
    answered: (id, answer) => {
      if (waiting?.id === id) waiting.done(answer);
    },
    firstSequence: Math.floor(random() * 256),
  });
  const held = lease({ foreign: (line) => talk.line(line), opened: () => talk.opened(), closed: () => {} });
  let lastId = 0;
  const once = (ask: Ask): Promise<Answer | null> =>
    new Promise((resolve) => {
      const done = (answer: Answer | null) => {
        cancel();
        signal.removeEventListener('abort', stop);
        waiting = null;
        resolve(answer);
      };
      const stop = () => done(null);
      const cancel = clock.after(ANSWER_MS, stop);
      signal.addEventListener('abort', stop);
      waiting = { id: ++lastId, done };
      talk.ask(lastId, ask);
    });
  const ask = async <O extends Answer['op']>(question: Ask & { op: O }): Promise<Extract<Answer, { op: O }> | null> => {
    for (let left = TRIES; left > 0 && !signal.aborted; left--) {
      const answer = await once(question);
      if (answer === null) continue;
      return answer.op === question.op ? (answer as Extract<Answer, { op: O }>) : null;
    }
    return null;
  };
  try {
    const state = await ask({ op: 'state' });
    const nothing = { slots: [], bootloader: null, mode: null, buffer: null, slotBytes: [] };
    const about = { station, link: held.link, askedUtcMs: clock.utcMs() };
    if (state === null) return { ...about, ...nothing, answers: 'silent' };
    const params = await ask({ op: 'params' });
    const inBootloader = state.recovery;
    const slots = inBootloader ? null : await ask({ op: 'slots' });
    const bootloader = await ask({ op: 'bootloader' });
    const mode = inBootloader ? null : await ask({ op: 'mode' });
    return {
      ...about,
      answers: inBootloader ? 'bootloader' : 'application',
      slots: state.slots,
      bootloader: bootloader?.name ?? null,
      mode: mode?.mode ?? null,
      buffer: params && { bytes: params.bufferBytes, count: params.bufferCount },
      slotBytes: slots?.bytes ?? [],
    };
  } finally {
    held.release();
  }
}
