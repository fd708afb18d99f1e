import { type FaultKind, markDamage } from './fault.ts';

/** The supply dips: the last bytes before the reset come out as whatever the failing driver makes of them. */
export const brownOut: FaultKind = {
  name: 'brown-out',
  summary: 'the end of a line garbled by a failing supply, then a reboot',
  usualRate: 0.001,
  make: (rate, random) => ({
    act(line) {
      if (random.next() >= rate || line.bytes.length < 4) return;
      const bytes = Uint8Array.from(line.bytes.subarray(0, random.between(2, line.bytes.length - 1)));
      const from = random.between(0, bytes.length - 1);
      for (let i = from; i < bytes.length; i++) bytes[i] = (bytes[i] ?? 0) & random.between(0, 255);
      line.bytes = bytes;
      line.reboots = true;
      markDamage(line);
    },
  }),
};
