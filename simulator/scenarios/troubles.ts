/** Refills on stations that make trouble. */
import { NOMINAL } from '../cases/textbook.ts';
import type { FaultSpec } from '../faults/fault.ts';
import { NOTHING_HAPPENS, type Scenario, type Script } from '../script.ts';
import { again } from './refills.ts';

function troubled(name: string, summary: string, script: Script, faults: readonly FaultSpec[]): Scenario {
  return {
    name,
    group: 'stations',
    summary,
    cast: (_, random) => ({ ...again({ ...NOMINAL, seed: random.uint32() }), script, faults }),
  };
}

export const quiet = troubled(
  'quiet',
  'every two minutes the station says nothing for 20 s while its port stays open',
  { acts: [{ do: 'silence', seconds: 20, atS: 30 }], periodS: 120 },
  [],
);

export const flakyCable = troubled(
  'flaky-cable',
  'about 4 of 100 lines arrive with flipped, missing or additional bytes',
  NOTHING_HAPPENS,
  [
    { name: 'bit-flip', rate: 0.02 },
    { name: 'drop-bytes', rate: 0.01 },
    { name: 'noise-burst', rate: 0.01 },
  ],
);

export const reboot = troubled(
  'reboot',
  'the station reboots every 45 s or so, now and then in the middle of a line',
  { acts: [{ do: 'reboot', atS: 40 }], periodS: 45 },
  [{ name: 'reboot-mid-line', rate: 0.001 }],
);
