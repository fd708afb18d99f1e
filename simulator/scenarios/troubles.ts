/** Refills on stations that make trouble. */
import type { FaultSpec } from '../faults/fault.ts';
import type { Scenario, TimedAct } from '../script.ts';
import { visitRound } from './visit.ts';

/** The nominal refill with more acts mixed in, every `everyS` from `firstS` on. */
function refillWith(trouble: TimedAct, everyS: number) {
  const { acts, periodS } = visitRound();
  const troubles: TimedAct[] = [];
  for (let atS = trouble.atS; atS < periodS; atS += everyS) troubles.push({ ...trouble, atS });
  return { acts: [...acts, ...troubles].sort((a, b) => a.atS - b.atS), periodS, startAtS: 0 };
}

export const quiet: Scenario = {
  name: 'quiet',
  summary: 'every two minutes the station says nothing for 20 s while its port stays open',
  cast: () => ({ script: refillWith({ do: 'silence', seconds: 20, atS: 30 }, 120), faults: [] }),
};

const CABLE: readonly FaultSpec[] = [
  { name: 'bit-flip', rate: 0.02 },
  { name: 'drop-bytes', rate: 0.01 },
  { name: 'noise-burst', rate: 0.01 },
];

export const flakyCable: Scenario = {
  name: 'flaky-cable',
  summary: 'about 4 of 100 lines arrive with flipped, missing or additional bytes',
  cast: () => ({ script: { ...visitRound(), startAtS: 0 }, faults: CABLE }),
};

export const reboot: Scenario = {
  name: 'reboot',
  summary: 'the station reboots every 45 s or so, now and then in the middle of a line',
  cast: () => ({
    script: refillWith({ do: 'reboot', atS: 40 }, 45),
    faults: [{ name: 'reboot-mid-line', rate: 0.001 }],
  }),
};
