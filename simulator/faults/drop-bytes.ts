import { type FaultKind, markDamage } from './fault.ts';

/** A receiver that overran: one to eight neighbouring bytes are missing. */
export const dropBytes: FaultKind = {
  name: 'drop-bytes',
  summary: '1-8 neighbouring bytes of a line missing',
  usualRate: 0.01,
  make: (rate, random) => ({
    act(line) {
      if (random.next() >= rate || line.bytes.length === 0) return;
      const { bytes } = line;
      const count = random.between(1, Math.min(8, bytes.length));
      const at = random.between(0, bytes.length - count);
      const rest = new Uint8Array(bytes.length - count);
      rest.set(bytes.subarray(0, at));
      rest.set(bytes.subarray(at + count), at);
      line.bytes = rest;
      markDamage(line);
    },
  }),
};
