/** All scenarios, by the names that `--scenario` takes. */
import type { Scenario } from '../script.ts';
import { COMPLICATIONS } from './complications.ts';
import { demo } from './demo.ts';
import { idle } from './idle.ts';
import { REFILLS } from './refills.ts';
import { SENSOR_SCENARIOS } from './sensors.ts';
import { flakyCable, quiet, reboot } from './troubles.ts';

export const SCENARIOS: readonly Scenario[] = [
  ...REFILLS,
  ...COMPLICATIONS,
  ...SENSOR_SCENARIOS,
  idle,
  quiet,
  flakyCable,
  reboot,
  demo,
];

/** Throws RangeError with the known names. */
export function findScenario(name: string): Scenario {
  const found = SCENARIOS.find((s) => s.name === name);
  if (found) return found;
  const names = SCENARIOS.filter((s) => s.group !== 'sensors').map((s) => s.name);
  throw new RangeError(
    `unknown scenario ${JSON.stringify(name)}; known: ${names.join(', ')}, sensor-FAULT-CHANNEL, ` +
      'told of by --list-scenarios (scenario files are not read yet)',
  );
}
