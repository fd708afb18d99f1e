import type { Clock } from '../clock.ts';

/** The answer took longer than its caller may wait. */
export class TookTooLong extends Error {
  override readonly name = 'TookTooLong';
}

/** Settles like `work`, or throws `TookTooLong` after `ms`; the work itself goes on unheard. */
export function withinTime<T>(work: Promise<T>, ms: number, clock: Clock): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(ms, () => reject(new TookTooLong(`no answer within ${ms / 1000} s`)));
    work.then(resolve, reject).finally(cancel);
  });
}
