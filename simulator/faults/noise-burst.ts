import { type FaultKind, markDamage } from './fault.ts';

/** A plug that is touched: random bytes, any value, glued to the front of a line. */
export const noiseBurst: FaultKind = {
  name: 'noise-burst',
  summary: '1-64 random bytes in front of a line',
  usualRate: 0.01,
  make: (rate, random) => ({
    act(line) {
      if (random.next() >= rate) return;
      const count = random.between(1, 64);
      const bytes = new Uint8Array(count + line.bytes.length);
      for (let i = 0; i < count; i++) bytes[i] = random.between(0, 255);
      bytes.set(line.bytes, count);
      line.bytes = bytes;
      markDamage(line);
    },
  }),
};
