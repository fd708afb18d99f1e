/** What follows when the station says no to a question, or nothing at all. */
import type { SmpError } from '../../../protocols/smp/index.ts';
import { meaningOf, stationSays } from './meaning.ts';
import { failed, refused, stationError } from './outcomes.ts';
import type { Question } from './question.ts';
import type { Into } from './restart.ts';
import type { Outcome } from './words.ts';

export type Turn =
  | { readonly end: Outcome }
  | { readonly doubt: { readonly code: string; readonly why: string } }
  | {
      readonly next: 'again' | 'state' | 'mode' | 'upload' | 'upload-again' | 'poll' | 'look';
      readonly why?: string;
    };

interface Circumstances {
  /** `true` while it may be asked once more. */
  first(): boolean;
  readonly into: Into;
}

export function onRefusal(asked: Question, error: SmpError, { first, into }: Circumstances): Turn {
  const meaning = meaningOf(error);
  const says = stationSays(error);
  if (meaning === 'busy' && first()) return { next: 'again' };
  switch (asked.op) {
    case 'params':
      return { next: 'state' };
    case 'slots':
      return { next: 'mode' };
    case 'mode':
      return { next: 'upload' };
    case 'state':
      return { end: meaning === 'unsupported' ? refused('no-answer-to-smp') : stationError(error) };
    case 'test':
      if (meaning === 'unsupported') return { end: refused('no-revert', says) };
      if (meaning === 'no-such-hash') return { next: 'upload-again', why: says };
      return meaning === 'runs-already' ? { next: 'look' } : { end: stationError(error) };
    case 'confirm':
      return { doubt: { code: 'not-kept', why: `the station does not keep the new firmware: ${says}` } };
    case 'erase':
      return { end: failed('not-unmarked', says) };
    case 'reset':
      return { end: into === 'recovery' ? failed('no-recovery', says) : failed('restart-refused', says) };
  }
}

/** After several tries. Old or small servers leave some questions out; whether anybody is there, `state` tells. */
export function onSilence(asked: Question): Turn {
  switch (asked.op) {
    case 'params':
      return { next: 'state' };
    case 'slots':
      return { next: 'mode' };
    case 'mode':
      return { next: 'upload' };
    case 'reset':
      return { next: 'poll' };
    default:
      return { next: 'look' };
  }
}
