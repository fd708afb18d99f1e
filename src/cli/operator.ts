/** Somebody at a bench, at this terminal: asked in words, answers with Enter. */
import { createInterface } from 'node:readline';
import type { Operator } from '../hil/stand/bench-stand.ts';
import { ActFailed } from '../hil/stand/stand.ts';
import { bold, plain, say } from './terminal.ts';

export interface TerminalOperator extends Operator {
  close(): void;
}

export function terminalOperator(input: NodeJS.ReadableStream, signal?: AbortSignal): TerminalOperator {
  const lines = createInterface({ input, terminal: false });
  let answered: (() => void) | null = null;
  let gone: ((why: string) => void) | null = null;
  let ended = false;
  const end = (why: string) => {
    ended = true;
    gone?.(why);
  };
  lines.on('line', () => answered?.());
  lines.on('close', () => end('nobody is at the terminal any more'));
  signal?.addEventListener('abort', () => end('stopped'));
  return {
    asks: async (what) => {
      if (ended) throw new ActFailed(`nobody is there to be asked: ${what}`);
      say(`${bold('At the bench:')} ${plain(what, 500)}. Enter when it is done.`);
      await new Promise<void>((done, fail) => {
        answered = done;
        gone = (why) => fail(new ActFailed(`${why}: ${what}`));
      });
      answered = null;
      gone = null;
    },
    close: () => lines.close(),
  };
}
