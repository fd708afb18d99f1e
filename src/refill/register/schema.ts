/** What a pump and a pump model must be, wherever they come from. */
import { z } from 'zod';
import type { PastFill, Pump, PumpModel } from '../model.ts';

/** Longest that a register may hold of anything. */
export const MOST_PUMPS = 20_000;
export const MOST_FILLS = 2000;

const text = (longest: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(longest)
    .regex(/^[\p{L}\p{N}\p{P}\p{S}\p{Zs}]+$/u, 'one line without control characters');
const id = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
    'letters, digits, ".", "_", "-"; at most 64; begins with a letter or digit',
  );
/** A study number, a hash: no name has a digit in it. */
const patientRef = z
  .string()
  .regex(
    /^(?=.*[0-9])[A-Za-z0-9._-]{1,32}$/,
    'a pseudonym, never a name: letters, digits, ".", "_", "-", at least one digit; at most 32',
  );
const ml = (least: number, most: number) => z.number().min(least).max(most);
const EARLIEST_MS = Date.UTC(1980, 0, 1);
const LATEST_MS = Date.UTC(2200, 0, 1);
const estimate = z.strictObject({ value: z.number().min(-10).max(100), u95: z.number().min(0).max(100) });

export const pumpModelSchema = z
  .strictObject({
    model: id,
    manufacturer: text(100),
    capacityMl: ml(1, 100).describe('drainable capacity on the label, mL'),
    deadVolumeMl: ml(0, 20).describe('what no needle reaches, mL; not part of the capacity'),
    labelFlowsMlPerDay: z.array(z.number().gt(0).max(30)).min(1).max(50).describe('flows it is made in, mL/d'),
    tolerancePercent: z.number().gt(0).max(50).describe('band of the actual flow around the label flow, %'),
    septa: z.int().min(1).max(3),
    needle: text(100),
    udiDi: z
      .string()
      .regex(/^\d{14}$/, '14 digits')
      .nullable()
      .default(null),
    propellantGaugeKpaAt37: z
      .number()
      .min(5)
      .max(400)
      .nullable()
      .default(null)
      .describe('gauge pressure of the drug at 37 Cel and sea level, kPa; null = not known'),
    source: text(1000).describe('where these figures come from'),
    unverified: z.array(z.string().max(40)).max(20).default([]).describe('names of the fields nobody has confirmed'),
  })
  .refine((m) => m.deadVolumeMl < m.capacityMl, { path: ['deadVolumeMl'], error: 'must be below capacityMl' });

export const pastFillSchema = z.strictObject({
  atMs: z.int().min(EARLIEST_MS, 'ms since 1970 UTC').max(LATEST_MS, 'ms since 1970 UTC'),
  filledMl: ml(0, 100),
  filledU95Ml: ml(0, 20).optional(),
  densityGPerMl: z.number().min(0.7).max(1.5).optional(),
  residualMl: ml(-5, 100).nullable(),
  actualFlow: estimate.nullable(),
});

/** As it is exported and imported: the model by its name. */
export const pumpRecordSchema = z
  .strictObject({
    pump: id,
    model: id,
    serial: text(64),
    udi: text(200).nullable().default(null),
    labelFlowMlPerDay: z.number().gt(0).max(30),
    patientRef: patientRef.nullable().default(null),
    fills: z.array(pastFillSchema).max(MOST_FILLS).default([]),
  })
  .superRefine((pump, check) => {
    for (const [i, fill] of pump.fills.entries()) {
      const before = pump.fills[i - 1];
      if (before !== undefined && fill.atMs <= before.atMs) {
        check.addIssue({ code: 'custom', path: ['fills', i, 'atMs'], message: 'must be later than the fill before' });
      }
      if (before !== undefined && fill.residualMl !== null && fill.residualMl > before.filledMl) {
        const message = 'more than was filled before: a wrong unit, a wrong fill, or a fill that is missing';
        check.addIssue({ code: 'custom', path: ['fills', i, 'residualMl'], message });
      }
    }
  });

export type PumpRecord = z.infer<typeof pumpRecordSchema>;

/** `null` when the model is none of `models`. */
export function pumpOf(record: PumpRecord, models: readonly PumpModel[]): Pump | null {
  const model = models.find((m) => m.model === record.model);
  return model === undefined ? null : { ...record, model, fills: record.fills as readonly PastFill[] };
}

export function recordOf(pump: Pump): PumpRecord {
  return { ...pump, model: pump.model.model, fills: pump.fills.map((fill) => ({ ...fill })) };
}
