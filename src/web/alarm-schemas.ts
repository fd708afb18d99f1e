/** The alarm system's part of `api-types.ts` as schemas. */
import { z } from 'zod';
import {
  type Acknowledge,
  ALARM_CONDITIONS,
  ALARM_LOG_EVENTS,
  type AlarmBoard,
  type AlarmCondition,
  type AlarmLog,
  type PauseAudio,
} from './api-types.ts';
import { stationName, time } from './schemas.ts';
import { personName } from './writes.ts';

const condition = z.enum(Object.keys(ALARM_CONDITIONS) as [AlarmCondition, ...AlarmCondition[]]);
const priority = z.enum(['high', 'medium', 'low']);
const utcMs = z.number().describe('UTC, ms since the Unix epoch');
/** Stations and bridges are named alike. */
const source = stationName.describe('station, or the bridge for what concerns the bridge itself');

const entrySchema = z.object({
  source: z.string(),
  condition,
  priority,
  kind: z.enum(['physiological', 'technical']),
  latching: z.boolean(),
  presence: z.enum(['present', 'latched', 'ended']).describe('latched: it has ended, its signals go on'),
  sinceUtcMs: utcMs,
  endedUtcMs: utcMs.nullable(),
  signal: z.enum(['on', 'audio-paused', 'acknowledged', 'off']),
  detail: z.string().nullable().describe('what is wrong and what to do'),
  by: z.string().nullable().describe('who acknowledged it'),
  atUtcMs: utcMs.nullable(),
});

export const boardSchema = z
  .object({
    atUtcMs: utcMs.describe('of the last change'),
    entries: z.array(entrySchema).describe('the most urgent first, ended ones last'),
    pauses: z.array(
      z.object({
        source: z.string().nullable().describe('null: all sources'),
        by: z.string(),
        untilUtcMs: utcMs,
        remainingMs: z.int().min(0).describe('when this was sent; count down from here'),
      }),
    ),
    highest: priority.nullable().describe('of what is present or latched'),
    sounding: priority.nullable().describe('of what has its signal on: what a screen should sound'),
  })
  .describe('the alarm system, the same on every screen') satisfies z.ZodType<AlarmBoard>;

export const alarmLogSchema = z
  .object({
    entries: z.array(
      z.object({
        id: z.int(),
        atUtcMs: utcMs,
        event: z.enum(ALARM_LOG_EVENTS),
        source: z.string().nullable(),
        condition: condition.nullable(),
        priority: priority.nullable(),
        by: z.string().nullable(),
        detail: z.string().nullable(),
      }),
    ),
    keepDays: z.int().describe('how long entries are kept; power cuts do not shorten it'),
    keepEntries: z.int().describe('at most so many'),
  })
  .describe('alarm log, latest first') satisfies z.ZodType<AlarmLog>;

const wholeNumber = (most: number) =>
  z
    .string()
    .refine((text) => /^\d{1,15}$/.test(text) && Number(text) >= 1 && Number(text) <= most, {
      message: `must be a whole number from 1 to ${most}`,
    })
    .transform(Number);

export const alarmLogQuery = z.strictObject({
  source: source.optional().describe('only of this station or bridge'),
  from: time.optional().describe('start, inclusive: UTC ms or RFC 3339'),
  to: time.optional().describe('end, exclusive: UTC ms or RFC 3339'),
  before: wholeNumber(Number.MAX_SAFE_INTEGER).optional().describe('only entries with a smaller id: the next page'),
  limit: wholeNumber(1000).optional().describe('most entries wanted, 1 to 1000; 100 when absent'),
});

export const acknowledgeSchema = z.strictObject({
  by: personName,
  source,
  condition,
}) satisfies z.ZodType<Acknowledge>;

export const pauseSchema = z.strictObject({
  by: personName,
  seconds: z.int().min(1).max(3600).optional().describe("the site's own (alarms.audioPauseS) when absent"),
  source: source.optional().describe('only the signals of this source; all when absent'),
});
export const resumeSchema = pauseSchema.omit({ seconds: true });

/** Compiles only while the request shape of the API is the one that is checked. */
export type CheckedPause = z.infer<typeof pauseSchema> extends PauseAudio ? true : never;
