/** Ctrl-C (SIGINT), a service manager or `kill` (SIGTERM), the terminal closing (SIGHUP). */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const NUMBER = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 } as const;
export type StopSignal = (typeof SIGNALS)[number];

/** One Ctrl-C can arrive twice: from the terminal, and again from a wrapper such as npm that passes signals on. */
const ECHO_MS = 1000;

/** Resolves at the first stop signal. A second one, meant as such, ends the process at once, whatever is going on. */
export function stopSignal(): Promise<StopSignal> {
  return new Promise((resolve) => {
    let askedAt: number | null = null;
    for (const signal of SIGNALS) {
      process.on(signal, () => {
        const now = performance.now();
        if (askedAt !== null && signal !== 'SIGHUP' && now - askedAt > ECHO_MS) process.exit(128 + NUMBER[signal]);
        askedAt ??= now;
        resolve(signal);
      });
    }
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
