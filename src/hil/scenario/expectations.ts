/** What a scenario expects: each with limits, what it is about, and the requirement that it verifies. */
import { z } from 'zod';
import { CHANNEL_NAMES } from '../../../protocols/reading.ts';
import { ALARM_CONDITIONS, type AlarmCondition } from '../../alarms/catalogue.ts';
import { limitsField, moment, quantityField, seconds, verifies } from './fields.ts';

const condition = z.enum(Object.keys(ALARM_CONDITIONS) as [AlarmCondition, ...AlarmCondition[]]);
const channel = z.enum(CHANNEL_NAMES as [string, ...string[]]);
const text = z.string().max(200);

/** JSON of the answer or message: dotted path to an exact value, or to limits of a number. */
const where = z
  .record(z.string().max(120), z.union([z.boolean(), z.null(), z.number(), z.string().max(200)]))
  .describe('dotted path to its value; a text that begins with ">", "<" or holds "±" or ".." is a limit');

const delay = {
  within: seconds.optional().describe('at most so long after `of`'),
  notBefore: seconds.optional().describe('at least so long after `of`'),
  of: moment.default('start'),
};

const alarm = z.strictObject({
  condition,
  ...delay,
  priority: z.enum(['high', 'medium', 'low']).optional(),
  state: z.enum(['active', 'latched', 'inactive']).optional().describe('as it stands at the end of the run'),
  detail: text.optional().describe('its words must hold this'),
  from: z.enum(['station', 'bridge']).default('station').describe('whose alarm it is'),
  endsWithin: seconds.optional().describe('its condition has ended so long after `endsOf`'),
  endsOf: moment.optional(),
});

const refill = z
  .strictObject({
    at: moment.default('end'),
    after: seconds.optional(),
    outcome: z.enum(['in-progress', 'completed', 'stopped']).optional(),
    phase: text.optional(),
    needle: z.enum(['in', 'out', 'unknown']).optional(),
    link: z.enum(['live', 'silent']).optional(),
    levelFrom: z.enum(['expected', 'measured']).optional(),
    verdict: z.enum(['within', 'outside', 'indeterminate']).nullable().optional(),
    level: limitsField('volume').optional(),
    residual: limitsField('volume').optional(),
    filled: limitsField('volume').optional(),
    flushed: limitsField('volume').optional(),
    actualFlow: limitsField('slow flow').optional(),
    deviation: limitsField('share').optional(),
    hold: z.record(text, z.enum(['pending', 'passed', 'held', 'overridden'])).optional(),
    advises: z.array(condition).optional().describe('these are present'),
    pump: text.optional(),
  })
  .describe('the refill as it was said over MQTT at that moment');

export const KINDS = {
  alarm: alarm.describe('an alarm condition becomes active in time'),
  alarmsOnly: z
    .array(condition)
    .max(40)
    .describe('no alarm but these may become active in the whole run, at this station and at the bridge'),
  advisoriesAsTruth: z
    .literal(true)
    .describe('every advisory that the simulated case must bring comes, and none that it may not'),
  refill,
  levelAsTruth: z
    .strictObject({
      within: quantityField('volume'),
      share: quantityField('share', 0, 100).default(100),
      from: z.enum(['expected', 'measured']).optional(),
      until: moment.default('phase:deaccess'),
    })
    .describe('the level that was said against what truly is in the reservoir'),
  reading: z
    .strictObject({
      channel,
      is: limitsField(null).or(z.literal('missing')),
      from: moment.default('start'),
      after: seconds.optional(),
      lasts: seconds.default(1),
      share: quantityField('share', 0, 100).default(100),
      flag: text.optional().describe('this flag stands at it'),
    })
    .describe('live values of one channel in a stretch of time'),
  status: z
    .strictObject({ state: z.enum(['connecting', 'identifying', 'live', 'quiet', 'offline', 'refused']), ...delay })
    .describe('the station comes into that state'),
  stored: z
    .strictObject({
      complete: z.literal(true).optional().describe('every reading that left whole is there once, and no other'),
      flagged: z.strictObject({ flag: text, is: limitsField('count') }).optional(),
      rows: limitsField('count').optional(),
      epochs: limitsField('count').optional(),
    })
    .describe('rows of the store, read at the end'),
  counter: z
    .strictObject({
      name: text.describe('in the health message: `name` or `group.name`'),
      is: limitsField('count').optional(),
      ofDamaged: limitsField('share').optional().describe('share of the lines that the simulator damaged'),
    })
    .describe('a counter of the station in its last health message'),
  metric: z.strictObject({ name: text, is: limitsField(null) }).describe('a sample of /metrics at the end'),
  mqtt: z
    .strictObject({
      topic: text.describe('below hai/v1/<site>/<station>/; `bridge:` before it: of the bridge'),
      where: where.optional(),
      count: limitsField('count').prefault('>= 1'),
      ...delay,
    })
    .describe('messages that were published'),
  http: z
    .strictObject({ get: text, status: z.int().default(200), where: where.optional() })
    .describe('an answer of the API at the end of the run; `{station}`, `{refill}`, `{pump}` are put in'),
} as const;
export type ExpectationKind = keyof typeof KINDS;

const one = <K extends ExpectationKind>(kind: K) =>
  z.strictObject({ [kind]: KINDS[kind], ...verifies } as { [P in K]: (typeof KINDS)[K] } & typeof verifies);

export const EXPECTATION_FORMS = {
  alarm: one('alarm'),
  alarmsOnly: one('alarmsOnly'),
  advisoriesAsTruth: one('advisoriesAsTruth'),
  refill: one('refill'),
  levelAsTruth: one('levelAsTruth'),
  reading: one('reading'),
  status: one('status'),
  stored: one('stored'),
  counter: one('counter'),
  metric: one('metric'),
  mqtt: one('mqtt'),
  http: one('http'),
} as const;

type Forms = typeof EXPECTATION_FORMS;
export type Expectation = { [K in keyof Forms]: z.infer<Forms[K]> }[keyof Forms];
