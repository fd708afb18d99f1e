/** The form of a scenario file. `docs/scenarios.md` and `scenarios/scenario.schema.json` are made from it. */
import { z } from 'zod';
import { EXPECTATION_FORMS, type Expectation, type ExpectationKind } from './expectations.ts';
import { limitsField, quantityField, seconds } from './fields.ts';
import { stepSchema } from './steps.ts';

const loose = z.record(z.string(), z.unknown());
const name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'lower case letters, digits and "-"');
const temperature = quantityField('temperature', -10, 60);

const stationSetup = z.strictObject({
  plays: z.string().max(64).default('nominal-refill').describe('scenario of the simulator; others are changes of it'),
  visits: z.int().min(0).max(1000).default(1).describe('patients, one after the other'),
  startAt: seconds.optional().describe('so much of it has already happened'),
  pump: z
    .strictObject({
      model: z.string().max(64),
      label: quantityField('slow flow', 0.01, 50),
      runs: quantityField('share', 0, 1000).default(100).describe('its true flow, of the label'),
    })
    .optional(),
  drug: z
    .strictObject({ fill: quantityField('volume', 0.1, 100).optional(), temperature: temperature.optional() })
    .optional(),
  environment: z
    .strictObject({ room: temperature.optional(), ambient: quantityField('pressure', 30, 200).optional() })
    .optional(),
  patient: z
    .strictObject({
      body: temperature.optional(),
      pump: temperature.optional().describe('temperature of the pump on arrival'),
      arterial: quantityField('pressure', 4, 33).optional(),
    })
    .optional(),
  case: loose.optional().describe("more of the simulated case, in the simulator's own words"),
  faults: z
    .record(z.string().max(40), quantityField('share', 0, 100))
    .default({})
    .describe('byte faults from the start'),
});

export const scenarioSchema = z.strictObject({
  scenario: name.describe('as the file is called'),
  about: z.string().min(1).max(500).describe('one sentence'),
  setup: z
    .strictObject({
      seed: z.int().min(0).max(0xffff_ffff).default(1),
      lasts: quantityField('time', 0.1, 3e6).optional().describe('as long as somebody is at a bay when absent'),
      rate: quantityField('rate', 1, 50).default(10),
      stations: z.array(stationSetup).min(1).max(64).prefault([{}]),
      sameSerial: z.literal(true).optional().describe('the last station claims the serial number of the first'),
      broker: z.enum(['embedded', 'apart']).default('embedded').describe('apart: one that can be cut off'),
      startsAt: z.iso.datetime().default('2026-03-03T09:00:00Z').describe('UTC at the start'),
      daemon: loose.default({}).describe('configuration that differs from the defaults'),
      bench: z
        .strictObject({
          pumpSerial: z.string().min(1).max(64),
          model: z.string().max(64).describe('as in the pump register'),
          label: quantityField('slow flow', 0.01, 50),
          order: z.strictObject({
            fill: quantityField('volume', 0.1, 100),
            drug: z.string().min(1).max(200),
            density: z.number().min(0.5).max(2).default(1).describe('g/mL'),
            needle: z.enum(['20G', '22G', '24G']).default('22G'),
          }),
          lastFill: z
            .strictObject({ before: quantityField('time', 60, 1e8), filled: quantityField('volume', 0.1, 100) })
            .optional(),
        })
        .optional()
        .describe('papers of the pump at a bench or in a capture, where no simulated patient brings them'),
    })
    .prefault({}),
  steps: z.array(stepSchema).max(200).default([]),
  expect: z.array(z.unknown()).min(1, 'a scenario that expects nothing proves nothing').max(200),
  /** Most real time a run may take, s; for the library's own limit. */
  takes: limitsField('time').optional(),
});
export type ScenarioFile = Omit<z.infer<typeof scenarioSchema>, 'expect'> & {
  readonly expect: readonly Expectation[];
};

export const expectationKinds = Object.keys(EXPECTATION_FORMS) as ExpectationKind[];

/** For editors: completion and checks while one writes. */
export function scenarioJsonSchema(): object {
  const anyOf = Object.values(EXPECTATION_FORMS).map((form) =>
    z.toJSONSchema(form, { io: 'input', unrepresentable: 'any' }),
  );
  const schema = z.toJSONSchema(scenarioSchema, { io: 'input', unrepresentable: 'any' }) as {
    properties: Record<string, { items?: object }>;
  };
  const { $schema: _, ...rest } = schema as { $schema?: string } & typeof schema;
  const expectation = { anyOf: anyOf.map(({ $schema: __, ...form }) => form) };
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'hai-bridge scenario',
    ...rest,
    properties: { ...rest.properties, expect: { ...rest.properties.expect, items: expectation } },
  };
}
