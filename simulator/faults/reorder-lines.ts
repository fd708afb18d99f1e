import type { FaultKind } from './fault.ts';

/** A device server with two queues: a line is overtaken by the next one. Nothing is damaged. */
export const reorderLines: FaultKind = {
  name: 'reorder-lines',
  summary: 'a line arrives after the one that follows it',
  usualRate: 0.02,
  make: (rate, random) => {
    let heldBack: Uint8Array | null = null;
    return {
      act(line) {
        if (heldBack !== null) {
          const both = new Uint8Array(line.bytes.length + heldBack.length);
          both.set(line.bytes);
          both.set(heldBack, line.bytes.length);
          line.bytes = both;
          heldBack = null;
          return;
        }
        if (line.damaged || line.lost || random.next() >= rate) return;
        heldBack = Uint8Array.from(line.bytes);
        line.bytes = new Uint8Array(0);
        line.late = true;
      },
    };
  },
};
