import { type FaultKind, markDamage } from './fault.ts';

const LF = 0x0a;

/** A receiver that loses the line's end: two lines arrive as one. */
export const mergeLines: FaultKind = {
  name: 'merge-lines',
  summary: 'the end of a line missing: the next one runs into it',
  usualRate: 0.01,
  make: (rate, random) => ({
    act(line) {
      if (random.next() >= rate) return;
      const end = line.bytes.at(-1) === LF ? (line.bytes.at(-2) === 0x0d ? 2 : 1) : 0;
      if (end === 0) return;
      line.bytes = line.bytes.slice(0, line.bytes.length - end);
      markDamage(line);
    },
  }),
};
