import type { Scenario } from '../script.ts';
import { fastPump, pocketFill } from './complications.ts';
import { idle } from './idle.ts';
import { nominalRefill, slowFill } from './refills.ts';
import { flakyCable, quiet, reboot } from './troubles.ts';

/** Who plays what, and how far into it at the start: something to look at from the first second. */
const CAST: readonly { readonly scenario: Scenario; readonly startAtS: number }[] = [
  { scenario: nominalRefill, startAtS: 214 }, // about to be accessed
  { scenario: nominalRefill, startAtS: 410 }, // being filled
  { scenario: fastPump, startAtS: 226 }, // about to give too little
  { scenario: flakyCable, startAtS: 330 },
  { scenario: quiet, startAtS: 20 },
  { scenario: idle, startAtS: 0 },
  { scenario: slowFill, startAtS: 240 }, // draining through a thin needle
  { scenario: reboot, startAtS: 100 },
  { scenario: pocketFill, startAtS: 200 }, // about to go beside the pump
];
/** Later rounds of the cast are shifted, so that no two stations do the same. */
const SHIFT_S = 97;
/** Nobody starts later than a patient takes. */
const ROUND_S = 680;

export const demo: Scenario = {
  name: 'demo',
  group: 'stations',
  summary: 'stations in different situations, one after the other: refills at several stages, idle, trouble',
  cast(index, random) {
    const role = CAST[index % CAST.length] ?? { scenario: nominalRefill, startAtS: 0 };
    const part = role.scenario.cast(index, random);
    const shifted = role.startAtS + Math.floor(index / CAST.length) * SHIFT_S;
    return { ...part, startAtS: shifted % ROUND_S };
  },
};
