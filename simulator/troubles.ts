/**
 * Orders that make trouble while it runs, or end it, as JSON lines: byte faults, sensors, mishaps, surroundings, the
 * station's clock. Each may be given at any time and combined with any other.
 */
import { z } from 'zod';
import { FAULTS } from './faults/index.ts';
import { befallSchema, SENSOR_FAULT } from './mishap-schema.ts';
import { SENSOR_CHANNELS } from './physics/sensor-faults.ts';

const station = z.int().min(1).max(2000).default(1);
const FAULT_NAMES = FAULTS.map((f) => f.name) as [string, ...string[]];

export const troubleSchema = z.discriminatedUnion('do', [
  /** Chance per line; 0 ends it. */
  z.strictObject({ do: z.literal('fault'), station, fault: z.enum(FAULT_NAMES), rate: z.number().min(0).max(1) }),
  z.strictObject({ do: z.literal('sensor'), station, ...SENSOR_FAULT.omit({ fromS: true }).shape }),
  z.strictObject({ do: z.literal('heal'), station, channel: z.enum(SENSOR_CHANNELS) }),
  z.strictObject({ do: z.literal('befall'), station, mishap: befallSchema }),
  z.strictObject({
    do: z.literal('surroundings'),
    station,
    ambientKpa: z.number().min(30).max(200).optional(),
    roomCel: z.number().min(-10).max(60).optional(),
    infusateCel: z.number().min(-10).max(60).optional(),
  }),
  z.strictObject({ do: z.literal('power'), station, state: z.enum(['mains', 'battery']) }),
  z.strictObject({ do: z.literal('door'), station, state: z.enum(['open', 'closed']) }),
  z.strictObject({ do: z.literal('clamp'), station, state: z.enum(['open', 'closed']) }),
  /** The station's own clock: wrong by so many parts in a million from now on, and set forward by so much. */
  z.strictObject({
    do: z.literal('clock'),
    station,
    ppm: z.number().min(-500_000).max(500_000).optional(),
    jumpMs: z.int().min(0).max(0x7fff_ffff).optional(),
  }),
]);
export type Trouble = z.infer<typeof troubleSchema>;
export const TROUBLE_ORDERS: readonly string[] = troubleSchema.options.map((o) => o.shape.do.value);
