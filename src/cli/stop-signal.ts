import { isatty } from 'node:tty';

/** Ctrl-C (SIGINT), a service manager or `kill` (SIGTERM), the terminal closing (SIGHUP). */
const NUMBER = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 } as const;
export type StopSignal = keyof typeof NUMBER;

/** One Ctrl-C can arrive twice: from the terminal, and again from a wrapper such as npm that passes signals on. */
const ECHO_MS = 1000;

let heard: () => void = () => {};
/** Resolves when any command has been asked to stop. */
export const stopAsked = new Promise<void>((resolve) => {
  heard = resolve;
});

/**
 * Resolves at the first stop signal. A second one, meant as such, ends the process at once, whatever is going on.
 * `onHangup`: what SIGHUP means otherwise than that the terminal has closed.
 */
export function stopSignal(onHangup?: () => void): Promise<StopSignal> {
  const terminals = [0, 1, 2].filter((fd) => isatty(fd));
  return new Promise((resolve) => {
    let askedAt: number | null = null;
    const stop = (signal: StopSignal) => {
      const now = performance.now();
      if (askedAt !== null && signal !== 'SIGHUP' && now - askedAt > ECHO_MS) process.exit(128 + NUMBER[signal]);
      askedAt ??= now;
      heard();
      resolve(signal);
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
    process.on('SIGHUP', (signal: 'SIGHUP') => {
      // A terminal that has closed is none any more; one that is still there was not what the signal is about.
      const closed = terminals.some((fd) => !isatty(fd));
      if (onHangup === undefined || closed || process.platform === 'win32') stop(signal);
      else onHangup();
    });
  });
}

/** The promise's result, or `'too late'` after `ms`. */
export async function within<T>(ms: number, promise: Promise<T>): Promise<T | 'too late'> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'too late'>((resolve) => {
    timer = setTimeout(() => resolve('too late'), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
