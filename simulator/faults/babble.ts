import { type FaultKind, lasting, markDamage } from './fault.ts';

/** A firmware gone mad: printable bytes without any end of line, and none of the lines of that time. */
export const babble: FaultKind = {
  name: 'babble',
  summary: '1-4 s of bytes without a newline instead of lines',
  usualRate: 0.002,
  make: (rate, random) =>
    lasting(rate, random, 1000, 4000, (line) => {
      const bytes = new Uint8Array(random.between(64, 512));
      for (let i = 0; i < bytes.length; i++) bytes[i] = random.between(0x20, 0x7e);
      line.bytes = bytes;
      line.lost = true;
      markDamage(line);
    }),
};
