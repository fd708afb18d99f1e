import type { FaultKind } from './fault.ts';

/** Small buffers on the way: a line arrives in two pieces with a pause between. Nothing is damaged. */
export const splitWrites: FaultKind = {
  name: 'split-writes',
  summary: 'a line written in two pieces with a pause between',
  usualRate: 0.2,
  make: (rate, random) => ({
    act(line) {
      if (random.next() < rate && line.bytes.length > 1) line.splitAt = random.between(1, line.bytes.length - 1);
    },
  }),
};
