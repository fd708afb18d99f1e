/** All scenarios, by the names that `--scenario` takes. */
import type { Scenario } from '../script.ts';
import { demo } from './demo.ts';
import { idle } from './idle.ts';
import { fastPump, nominalRefill, slowFill } from './refills.ts';
import { flakyCable, quiet, reboot } from './troubles.ts';

export const SCENARIOS: readonly Scenario[] = [
  nominalRefill,
  idle,
  fastPump,
  slowFill,
  quiet,
  flakyCable,
  reboot,
  demo,
];

/** Throws RangeError with the known names. */
export function findScenario(name: string): Scenario {
  const found = SCENARIOS.find((s) => s.name === name);
  if (found) return found;
  const names = SCENARIOS.map((s) => s.name).join(', ');
  throw new RangeError(`unknown scenario ${JSON.stringify(name)}; known: ${names} (scenario files are not read yet)`);
}
