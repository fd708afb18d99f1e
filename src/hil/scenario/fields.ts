/** The small words of scenario files as schemas: quantities, limits, names of stations and of moments. */
import { z } from 'zod';
import { HAZARD_ID, REQUIREMENT_ID } from '../../trace/schema.ts';
import { type Kind, type Limits, limits, QUANTITY_PATTERN, quantityOf, unitsOf } from './quantity.ts';

/** YAML gives `3` as a number: a bare count. */
const written = z.union([z.string().max(80), z.number()]);

/** Becomes a number in the product's unit of the kind (seconds for a time). */
export function quantityField(kind: Kind, low = 0, high = Number.MAX_VALUE) {
  return z
    .string()
    .max(80)
    .regex(new RegExp(QUANTITY_PATTERN), `a number and a unit (${unitsOf(kind).join(', ')})`)
    .describe(`${kind}: a number and one of ${unitsOf(kind).join(', ')}`)
    .transform((text, context) => {
      try {
        const value = quantityOf(kind, text);
        if (value >= low && value <= high) return value;
        context.addIssue({ code: 'custom', message: `${text} is outside ${low} .. ${high} ${unitsOf(kind)[0] ?? ''}` });
      } catch (error) {
        context.addIssue({ code: 'custom', message: (error as Error).message });
      }
      return z.NEVER;
    });
}

/** Limits of a quantity of this kind; `null`: of any kind. */
export function limitsField(kind: Kind | null) {
  return written
    .describe('limit: "11.8 mL ± 0.3 mL", "3 mL .. 5 mL", "> 3 mL" or one value')
    .transform((text, context): Limits => {
      try {
        const read = limits(String(text));
        if (kind === null || read.kind === kind) return read;
        context.addIssue({ code: 'custom', message: `${text} is a ${read.kind}; a ${kind} is wanted` });
      } catch (error) {
        context.addIssue({ code: 'custom', message: (error as Error).message });
      }
      return z.NEVER;
    });
}

export const seconds = quantityField('time');
export const stationNumber = z.int().min(1).max(64).describe('number of the station, from 1');

/**
 * - `start`, `end`      of the run
 * - `step:ID`           when that step was done
 * - `phase:NAME`        when the nurse began that phase, in truth (simulated stations)
 * - `befell`            when the first mishap of the refill happened (simulated stations)
 * - `alarm:CONDITION`   when that alarm became active
 * - `status:STATE`      when the station came into that state
 */
export const moment = z
  .string()
  .max(100)
  .regex(
    /^(start|end|befell|(step|phase|alarm|status|refill):[A-Za-z][\w-]*)$/,
    'start, end, befell, step:ID, phase:NAME, refill:PHASE, alarm:CONDITION or status:STATE',
  )
  .describe('a moment of the run');

export const verifies = {
  requirement: z.string().regex(REQUIREMENT_ID, 'an id of docs/requirements.yaml, like REQ-ADV-01'),
  hazard: z.string().regex(HAZARD_ID, 'an id of docs/hazards.yaml, like HAZ-04').optional(),
  note: z.string().max(300).optional(),
  on: stationNumber.optional().describe('which station; 1 when absent'),
};
