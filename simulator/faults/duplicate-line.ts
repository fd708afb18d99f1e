import type { FaultKind } from './fault.ts';

/** A serial device server that repeats itself: the same good line twice. */
export const duplicateLine: FaultKind = {
  name: 'duplicate-line',
  summary: 'a line written twice',
  usualRate: 0.01,
  make: (rate, random) => ({
    act(line) {
      if (random.next() < rate) line.times = 2;
    },
  }),
};
