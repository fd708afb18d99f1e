import { type FaultKind, markDamage } from './fault.ts';

/** Electrical noise: one to three bits arrive inverted. */
export const bitFlip: FaultKind = {
  name: 'bit-flip',
  summary: '1-3 bits of a line inverted',
  usualRate: 0.01,
  make: (rate, random) => ({
    act(line) {
      if (random.next() >= rate) return;
      // Not slice: that of a Buffer shares its memory.
      const bytes = Uint8Array.from(line.bytes);
      // Distinct bytes, so that two flips never undo each other.
      const first = random.between(0, bytes.length - 1);
      const flips = Math.min(random.between(1, 3), bytes.length);
      for (let i = 0; i < flips; i++) {
        const at = (first + i * 7) % bytes.length;
        if (i > 0 && at === first) break;
        bytes[at] = (bytes[at] ?? 0) ^ (1 << random.between(0, 7));
      }
      line.bytes = bytes;
      markDamage(line);
    },
  }),
};
