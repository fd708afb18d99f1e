import { type FaultKind, lasting } from './fault.ts';

/** A loose wire: for some seconds nothing arrives, though the port stays open and the station believes it speaks. */
export const stall: FaultKind = {
  name: 'stall',
  summary: '1-8 s of silence; the lines of that time are lost',
  usualRate: 0.002,
  make: (rate, random) =>
    lasting(rate, random, 1000, 8000, (line) => {
      line.lost = true;
      line.bytes = new Uint8Array(0);
    }),
};
