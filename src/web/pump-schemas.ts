/** The pump register's part of the API as schemas. */
import { z } from 'zod';
import type { Pump, PumpHistory, PumpModels, PumpsImported, PutPump } from './api-types.ts';
import { personName } from './writes.ts';

const words = (most: number) =>
  z
    .string()
    .max(most)
    .regex(/^[^\p{Cc}]*$/u, 'must not hold control characters');

const estimate = z.strictObject({ value: z.number(), u95: z.number().min(0) });
const fill = z.strictObject({
  atMs: z.number().min(0).max(9e12).describe('UTC, ms since the Unix epoch'),
  filledMl: z.number().min(0).max(200).describe('mL, drainable'),
  filledU95Ml: z.number().min(0).max(50).optional(),
  densityGPerMl: z.number().min(0.6).max(2).optional(),
  residualMl: z.number().min(-5).max(200).nullable().describe('drained before this fill; null for the first one'),
  actualFlow: estimate.nullable().describe('mL/d over the interval that ended with this refill'),
});

export const putPumpSchema = z.strictObject({
  by: personName,
  model: words(64).min(1).describe('name of one of /api/v1/pump-models'),
  serial: words(40).trim().min(1),
  udi: words(200).nullable().describe('human readable form: (01)...(21)...'),
  labelFlowMlPerDay: z.number().gt(0).max(50).describe('on the label of this very pump, mL/d'),
  patientRef: words(32).nullable().describe('a pseudonym; never a name'),
  fills: z.array(fill).max(2000).optional().describe('oldest first; those on record stay when absent'),
});

export const removePumpSchema = z.strictObject({ by: personName });

const model = z.looseObject({
  model: z.string(),
  manufacturer: z.string(),
  capacityMl: z.number(),
  deadVolumeMl: z.number(),
  labelFlowsMlPerDay: z.array(z.number()),
  tolerancePercent: z.number(),
  septa: z.number(),
  needle: z.string(),
  udiDi: z.string().nullable(),
  source: z.string(),
});

export const pumpSchema = z
  .object({
    pump: z.string(),
    model,
    serial: z.string(),
    udi: z.string().nullable(),
    labelFlowMlPerDay: z.number(),
    patientRef: z.string().nullable(),
    fills: z.array(z.looseObject({ atMs: z.number(), filledMl: z.number() })),
  })
  .describe('one implanted pump');

export const pumpsSchema = z.array(pumpSchema).describe('the pump register');
export const modelsSchema = z.object({ models: z.array(model) }).describe('pump models that are known');

export const pumpHistorySchema = z
  .object({
    pump: pumpSchema,
    points: z.array(
      z.object({
        atMs: z.number(),
        filledMl: z.number(),
        residualMl: z.number().nullable(),
        actualFlow: z.number().nullable().describe('mL/d'),
        actualFlowU95: z.number().nullable(),
        deviationPercent: z.number().nullable().describe('(+) fast'),
        atLeast: z.boolean().describe('the pump had run dry: flow and deviation are lower bounds'),
        refill: z.string().nullable().describe('the refill on record that made this fill'),
      }),
    ),
  })
  .describe('the years of one pump, oldest fill first');

export const importedSchema = z
  .object({ added: z.int(), changed: z.int(), unchanged: z.int() })
  .describe('what an import changed') satisfies z.ZodType<PumpsImported>;

/** Compile only while what is checked is what `api-types.ts` says. */
export type CheckedShapes = [
  z.infer<typeof putPumpSchema> extends PutPump ? true : never,
  Pump extends z.input<typeof pumpSchema> ? true : never,
  PumpHistory extends z.input<typeof pumpHistorySchema> ? true : never,
  PumpModels extends z.input<typeof modelsSchema> ? true : never,
];
