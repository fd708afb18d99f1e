/** What can befall a refill, as data from outside. */
import { z } from 'zod';
import { SENSOR_CHANNELS, SENSOR_FAULTS } from './physics/sensor-faults.ts';

const PHASES = [
  'identify',
  'zero',
  'prep',
  'access',
  'empty',
  'measure',
  'confirm',
  'fill',
  'flush',
  'deaccess',
  'record',
] as const;

/** At once when the phase is left out. */
const when = z.strictObject({
  phase: z.enum(PHASES),
  afterS: z.number().min(0).max(36_000).default(0),
  afterMl: z.number().min(0).max(100).default(0),
});

const WHAT = [
  z.strictObject({
    what: z.literal('needle-moves'),
    to: z.enum(['out', 'reservoir', 'tissue', 'bolus-gap', 'blocked']),
  }),
  z.strictObject({
    what: z.literal('occlusion'),
    how: z.union([z.literal('shut'), z.literal('free'), z.number().min(0).max(1e6)]),
  }),
  z.strictObject({
    what: z.literal('leak'),
    at: z.enum(['port', 'hub']),
    mlPerMinPerKpa: z.number().min(0).max(10),
    opensS: z.number().gt(0).max(3600),
  }),
  z.strictObject({ what: z.literal('air'), ml: z.number().min(0).max(20) }),
] as const;

export const befallSchema = z.discriminatedUnion('what', WHAT);
export const mishapSchema = z
  .intersection(z.looseObject({ when }), z.looseObject({ what: z.string() }))
  .transform((given, context) => {
    const { when: at, ...what } = given;
    const read = befallSchema.safeParse(what);
    if (read.success) return { when: at, ...read.data };
    for (const issue of read.error.issues)
      context.addIssue({ code: 'custom', path: issue.path, message: issue.message });
    return z.NEVER;
  });

export const SENSOR_FAULT = z.strictObject({
  channel: z.enum(SENSOR_CHANNELS),
  fault: z.enum(SENSOR_FAULTS),
  fromS: z.number().min(0).max(100_000),
  size: z.number().min(-1000).max(1000),
});
