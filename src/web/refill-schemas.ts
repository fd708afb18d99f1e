/** What a nurse sends about a refill, checked; and the shapes of the answers. */
import { z } from 'zod';
import {
  ADVISORIES,
  type BeginRefill,
  type FillOrder,
  HOLD_POINTS,
  type IntervalContext,
  type NurseAction,
  PHASES,
  type RefillAction,
  type StationAnswer,
} from './api-types.ts';
import { stationName, time } from './schemas.ts';
import { personName } from './writes.ts';

/** Pumps and refills are named like everything else: safe in a URL and a file name. */
export const pumpName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'letters, digits, ".", "_", "-"; at most 64')
  .describe('id of the pump in the register');
export const refillName = z
  .string()
  .regex(/^R[A-Za-z0-9._-]{1,127}$/, 'is no refill: they begin with R')
  .describe('id of the refill');

const words = (most: number) =>
  z
    .string()
    .max(most)
    .regex(/^[^\p{Cc}]*$/u, 'must not hold control characters');
const reason = words(500).trim().min(1, 'needs a reason');
const ml = z.number().min(-5).max(100).describe('mL, drainable');

const orderSchema = z.strictObject({
  fillMl: z.number().gt(0).max(100).describe('mL to fill, drainable'),
  drug: words(100).trim().min(1),
  concentrationMgPerMl: z.number().gt(0).max(1000).nullable(),
  lot: words(40).nullable(),
  densityGPerMl: z.number().min(0.6).max(2).describe('of the fluid at room temperature, g/mL'),
  needleGauge: z.enum(['20G', '22G', '24G']),
  expectedPumpUdi: words(200).nullable().describe('what a scan of the pump card must contain; null: not checked'),
  expectedDrugCode: words(200).nullable().describe('what a scan of the drug label must contain; null: not checked'),
}) satisfies z.ZodType<FillOrder>;

const contextSchema = z
  .strictObject({
    feverDays: z.number().min(0).max(400),
    feverCel: z.number().min(35).max(44).nullable(),
    homeAltitudeM: z.number().min(-500).max(9000),
    flightHours: z.number().min(0).max(5000),
  })
  .describe('since the last fill') satisfies z.ZodType<IntervalContext>;

const phase = z.enum(PHASES);
const hold = z.enum(HOLD_POINTS);

const actionSchema = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('phase'), phase }),
  z.strictObject({ do: z.literal('pass'), hold }),
  z.strictObject({ do: z.literal('override'), hold, reason }),
  z.strictObject({ do: z.literal('residual'), ml, reason }),
  z.strictObject({ do: z.literal('context'), context: contextSchema }),
  z.strictObject({ do: z.literal('order'), order: orderSchema }),
  z.strictObject({ do: z.literal('abort'), reason }),
  z.strictObject({ do: z.literal('resume'), reason }),
  z.strictObject({ do: z.literal('finish') }),
]) satisfies z.ZodType<NurseAction>;

export const beginSchema = z.strictObject({
  by: personName,
  pump: pumpName,
  order: orderSchema,
  context: contextSchema,
}) satisfies z.ZodType<BeginRefill>;

export const refillActionSchema = z.strictObject({
  by: personName,
  action: actionSchema,
}) satisfies z.ZodType<RefillAction>;

export const byOnly = z.strictObject({ by: personName });

const number = z.number();
const estimate = z.object({ value: number, u95: number.describe('half width of the 95 % interval') }).nullable();
const holdState = z.object({
  hold,
  state: z.enum(['pending', 'passed', 'held', 'overridden']),
  atMs: number.nullable(),
  by: z.string().nullable(),
  reason: z.string().nullable(),
});

/** The parts that others build on; the whole shape is `RefillState` of the source. */
export const refillStateSchema = z
  .looseObject({
    refill: z.string(),
    station: z.string(),
    simulated: z.boolean(),
    by: z.string(),
    beganMs: number,
    atMs: number,
    outcome: z.enum(['in-progress', 'completed', 'stopped']),
    stoppedReason: z.string().nullable(),
    phase,
    needle: z.enum(['in', 'out', 'unknown']),
    clamp: z.enum(['open', 'closed', 'unknown']),
    level: estimate.describe('in the reservoir now, mL; null while it cannot be said'),
    residual: estimate.describe('drained, mL'),
    filled: estimate.describe('new drug that went in, mL'),
    holds: z.array(holdState),
    advisories: z.array(z.looseObject({ advisory: z.enum(ADVISORIES), present: z.boolean() })),
    link: z.enum(['live', 'silent']),
  })
  .describe('a refill as it is known now');

export const maybeRefillSchema = refillStateSchema.nullable();

const summarySchema = z.looseObject({
  refill: z.string(),
  station: z.string(),
  pump: z.string(),
  patientRef: z.string().nullable(),
  simulated: z.boolean(),
  by: z.string(),
  beganMs: number,
  endedMs: number.nullable(),
  outcome: z.enum(['in-progress', 'completed', 'stopped']),
  residualMl: number.nullable(),
  filledMl: number.nullable(),
  actualFlow: number.nullable().describe('mL/d'),
  deviationPercent: number.nullable(),
  verdict: z.enum(['within', 'outside', 'indeterminate']).nullable(),
});

export const refillListSchema = z
  .object({
    refills: z.array(summarySchema),
    next: z.string().nullable().describe('`before` of the next page; null on the last one'),
  })
  .describe('refills, latest first');

export const recordSchema = z
  .looseObject({
    summary: summarySchema,
    state: refillStateSchema,
    site: z.string(),
    bridge: z.string(),
    software: z.string(),
    inputsSha256: z.string(),
    inputs: z.int(),
  })
  .describe('the record of one refill');

const page = z
  .string()
  .regex(/^\d{1,15}$/, 'must be the `next` of a page')
  .transform(Number);

export const refillsQuery = z.strictObject({
  pump: pumpName.optional().describe('only of this pump'),
  station: stationName.optional().describe('only at this station'),
  from: time.optional().describe('began at or after: UTC ms or RFC 3339'),
  to: time.optional().describe('began before: UTC ms or RFC 3339'),
  outcome: z.enum(['in-progress', 'completed', 'stopped']).optional(),
  before: page.optional().describe('`next` of the page before'),
  limit: z
    .string()
    .regex(/^([1-9]\d{0,1}|[1-4]\d\d|500)$/, 'must be a whole number from 1 to 500')
    .transform(Number)
    .optional()
    .describe('most refills wanted, 1 to 500; 50 when absent'),
});

export const stationAnswerSchema = z
  .object({
    station: z.string(),
    command: z.enum(['tare', 'zero']),
    result: z.string().describe("text of the station's ACK; may be empty"),
  })
  .describe('what the station answered') satisfies z.ZodType<StationAnswer>;

/** Its members are described in docs/reports.md. */
export const reportSchema = z.looseObject({});
