import { type FaultKind, markDamage } from './fault.ts';

/** Power lost while speaking: the line breaks off, and the station comes back with a new boot id. */
export const rebootMidLine: FaultKind = {
  name: 'reboot-mid-line',
  summary: 'the station reboots in the middle of a line',
  usualRate: 0.002,
  make: (rate, random) => ({
    act(line) {
      if (random.next() >= rate || line.bytes.length < 2) return;
      line.bytes = line.bytes.slice(0, random.between(1, line.bytes.length - 1));
      line.reboots = true;
      markDamage(line);
    },
  }),
};
