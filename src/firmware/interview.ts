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
/** The first line after an opening may be half a line and is dropped: of a bootloader, that is its first answer. */
const TRIES = 3;
/** A port on which nobody says who it is, is opened anew every ten seconds. */
const OPENS_WITHIN_MS = 5000;

/** Throws `LeaseRefused`. Takes at most about twenty seconds. */
export async function interview({ station, clock, random, lease, signal }: InterviewDeps): Promise<Held> {
  let waiting: { readonly id: number; readonly done: (answer: Answer | null) => void } | null = null;
  const talk = new Conversation({
    write: (lines) => void held.write(lines).catch(() => {}),
    answered: (id, answer) => {
      if (waiting?.id === id) waiting.done(answer);
    },
    firstSequence: Math.floor(random() * 256),
  });
  let whenOpen = () => {};
  const held = lease({
    foreign: (line) => talk.line(line),
    opened: () => {
      talk.opened();
      whenOpen();
    },
    closed: () => {},
  });
  /** What is asked of a port that is just being opened is lost. */
  const open = (): Promise<void> =>
    new Promise((resolve) => {
      if (held.isOpen || signal.aborted) return resolve();
      whenOpen = () => {
        cancel();
        signal.removeEventListener('abort', whenOpen);
        resolve();
      };
      const cancel = clock.after(OPENS_WITHIN_MS, whenOpen);
      signal.addEventListener('abort', whenOpen);
    });
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
    await open();
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
