import type { FaultKind } from './fault.ts';

/** A whole line that never arrives: only its number tells. */
export const lostLine: FaultKind = {
  name: 'lost-line',
  summary: 'a whole line missing',
  usualRate: 0.02,
  make: (rate, random) => ({
    act(line) {
      if (random.next() >= rate) return;
      line.lost = true;
      line.bytes = new Uint8Array(0);
    },
  }),
};
