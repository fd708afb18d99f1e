/** What the library must hold: everything that can be the matter, and everything that can be said about it. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CASE_KINDS } from '../../../simulator/cases/kinds.ts';
import { readCast, scenarioOf } from '../../../simulator/cast.ts';
import { FAULTS } from '../../../simulator/faults/index.ts';
import { PUMP_MODELS } from '../../../simulator/physics/pump-models.ts';
import { SENSOR_FAULTS } from '../../../simulator/physics/sensor-faults.ts';
import { seededRandom } from '../../../simulator/random.ts';
import { ALARM_CONDITIONS } from '../../../src/alarms/catalogue.ts';
import { loadScenario } from '../../../src/hil/scenario/load.ts';
import { castOf } from '../../../src/hil/stand/cast.ts';

const FOLDER = join(import.meta.dirname, '../../../scenarios');
const LIBRARY = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => loadScenario(join(FOLDER, name)).scenario);

type Loaded = (typeof LIBRARY)[number];

/** The patients that come, as the simulator makes them. */
const patients = ({ setup }: Loaded) => {
  const cast = scenarioOf(readCast(JSON.stringify(castOf(setup))));
  return setup.stations.flatMap(({ visits }, index) => {
    const part = cast.cast(index, seededRandom(setup.seed, index));
    return Array.from({ length: Math.max(1, visits) }, (_, round) => part.visit(round)).filter((came) => came !== null);
  });
};
const missing = (all: readonly string[], there: Iterable<string>) => {
  const known = new Set(there);
  return all.filter((name) => !known.has(name));
};

describe('the library has a scenario', () => {
  it('for every alarm', () => {
    const expected = LIBRARY.flatMap(({ expect: wanted }) =>
      wanted.flatMap((one) => ('alarm' in one ? [one.alarm.condition] : [])),
    );
    expect(missing(Object.keys(ALARM_CONDITIONS), expected)).toEqual([]);
  });

  it('for every byte fault', () => {
    const made = LIBRARY.flatMap(({ setup, steps }) => [
      ...setup.stations.flatMap(({ faults }) => Object.keys(faults)),
      ...steps.flatMap(({ fault }) => Object.keys(fault ?? {})),
    ]);
    expect(
      missing(
        FAULTS.map(({ name }) => name),
        made,
      ),
    ).toEqual([]);
  });

  it('for every kind of case: each row of the table of complications is one or more', () => {
    expect(
      missing(
        CASE_KINDS,
        LIBRARY.flatMap(patients).map(({ kind }) => kind),
      ),
    ).toEqual([]);
  });

  it('for every way in which a sensor fails', () => {
    const failing = LIBRARY.flatMap(patients).flatMap(({ sensorFaults }) => sensorFaults.map(({ fault }) => fault));
    const ordered = LIBRARY.flatMap(({ steps }) => steps.flatMap(({ sensor }) => (sensor ? [sensor.fault] : [])));
    expect(missing(SENSOR_FAULTS, [...failing, ...ordered])).toEqual([]);
  });

  it('for the good refill of every pump model, which is completed', () => {
    const completed = LIBRARY.filter(({ expect: wanted }) =>
      wanted.some((one) => 'refill' in one && one.refill.outcome === 'completed'),
    );
    const models = completed
      .flatMap(patients)
      .filter(({ kind }) => kind === 'good')
      .map(({ pump }) => pump.model.name);
    expect(
      missing(
        PUMP_MODELS.map(({ name }) => name),
        models,
      ),
    ).toEqual([]);
  });

  it('for a long idle time, for the weeks between two refills, and for eight stations at once', () => {
    expect(LIBRARY.some(({ setup }) => (setup.lasts ?? 0) >= 12 * 3600)).toBe(true);
    expect(LIBRARY.some(({ steps }) => steps.some(({ host }) => (host?.sleep ?? 0) >= 14 * 86_400))).toBe(true);
    expect(LIBRARY.some(({ setup }) => setup.stations.length >= 8 && setup.stations.every((s) => s.visits > 0))).toBe(
      true,
    );
  });
});
