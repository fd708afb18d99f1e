/** The shapes of `api-types.ts` as schemas: requests are checked by them, and the OpenAPI document is made from them. */
import { z } from 'zod';
import { CHANNEL_NAMES, type Channel } from '../../protocols/reading.ts';
import type { ApiError, Hello, HistoryResponse, LatestReading, StationView } from './api-types.ts';

const channelName = z.enum(CHANNEL_NAMES as [Channel, ...Channel[]]);
const utcMs = z.number().describe('UTC, ms since the Unix epoch');
const count = z.int().min(0);

/** What a station may be called, so that the name is safe in a store query. */
export const stationName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'is no station name: letters, digits, ".", "_", "-"; at most 64')
  .describe('station serial, as the station itself says it');

/** `StationView.key` is a station or, while nobody has answered there, a link. */
export const rowKey = z.string().min(1).max(1024).describe('key of the row: the station, or the link (URL-encoded)');

export const latestSchema = z
  .object({
    ageMs: count.describe('age in ms when this was sent; blank the values when it passes expiryMs'),
    atUtcMs: utcMs,
    tickMs: count.describe('device clock, ms'),
    lineSeq: count,
    values: z.array(z.number().nullable()).describe('in the order of Hello.channels; null = missing'),
    flags: z.array(z.string()).describe('what makes the reading doubtful'),
  })
  .describe('latest reading of a station') satisfies z.ZodType<LatestReading>;

export const stationSchema = z
  .object({
    key: z.string(),
    station: z.string().nullable(),
    link: z.string(),
    state: z.enum(['connecting', 'identifying', 'live', 'quiet', 'offline', 'refused']),
    reason: z.string().nullable().describe('what is wrong and the remedy; null when live'),
    sinceUtcMs: utcMs,
    simulated: z.boolean().describe('not a real patient, not a real pump: say so wherever the values are shown'),
    hardwareRevision: z.string().nullable(),
    firmwareVersion: z.string().nullable(),
    instruments: z.array(
      z.object({ kind: z.string(), model: z.string(), serial: z.string(), channels: z.array(z.string()) }),
    ),
    rateHz: z.number().nullable(),
    linkQuality: z.number().nullable().describe('share of the lines of the last minute that arrived whole, 0..1'),
    faults: count.describe('damaged or unreadable pieces since the daemon started'),
    updating: z
      .enum(['interleaved', 'paused'])
      .optional()
      .describe('its firmware is asked or updated over its wire: readings go on, or none come meanwhile'),
    latest: latestSchema.nullable(),
  })
  .describe('one station') satisfies z.ZodType<StationView>;

export const stationsSchema = z.array(stationSchema).describe('all stations');

const condition = z.object({
  description: z.string(),
  ok: z.boolean(),
  state: z
    .string()
    .optional()
    .describe('up, slow, silent, unproven, unreachable, refused, read-only, full, failing ...'),
  reason: z.string().nullable().describe('what is wrong and what to do about it'),
  roundTripMs: z.number().nullable().optional().describe('ms until the last answer was there'),
});

export const helloSchema = z
  .object({
    product: z.literal('hai-bridge'),
    version: z.string(),
    site: z.string(),
    bridge: z.string(),
    runId: z.string().describe('changes when the daemon restarts'),
    serverUtcMs: utcMs,
    expiryMs: count.describe('a value older than this must be blanked'),
    channels: z.array(
      z.object({
        name: channelName,
        unit: z.string().describe('UCUM code'),
        decimals: count,
        describe: z.string(),
      }),
    ),
    bedside: z
      .enum(['here', 'elsewhere'])
      .describe('elsewhere: no station is read here; alarms and refills are those of bridges, to look at only'),
    store: condition,
    broker: condition,
    journal: condition.optional().describe('absent where no bridge runs'),
  })
  .describe('what this daemon is, and whether its store, broker and journal work') satisfies z.ZodType<Hello>;

const series = z.array(z.number().nullable()).describe('one per entry of times; null = no value in that bucket');

export const historySchema = z
  .object({
    station: z.string(),
    fromMs: utcMs,
    toMs: utcMs,
    bucketMs: z.number().describe('length of a bucket, ms'),
    times: z.array(z.number()).describe('start of each bucket that is not empty, UTC ms, ascending'),
    channels: z.record(z.string(), z.object({ min: series, max: series, mean: series })),
  })
  .describe('history of a station, downsampled in the store') satisfies z.ZodType<HistoryResponse>;

export const errorSchema = z
  .object({ error: z.object({ code: z.string(), message: z.string(), remedy: z.string() }) })
  .describe('what went wrong, and what to do about it') satisfies z.ZodType<ApiError>;

export const readinessSchema = z
  .object({ ready: z.boolean(), store: condition, broker: condition, journal: condition.optional() })
  .describe('ready only when store and broker work, and the journal where there is one');

/** Times end where signed 64-bit nanoseconds end, in 2262. */
const LAST_MS = 9_223_372_036_854;
export const time = z
  .string()
  .max(40)
  .transform((text, context) => {
    const ms = /^\d{1,13}$/.test(text) ? Number(text) : RFC3339.test(text) ? Date.parse(text) : Number.NaN;
    if (ms >= 0 && ms <= LAST_MS) return ms;
    context.addIssue({ code: 'custom', message: 'must be UTC ms since 1970 or RFC 3339, like 2026-01-31T12:00:00Z' });
    return z.NEVER;
  });
const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/i;

export const MAX_POINTS = 2000;
const DEFAULT_POINTS = 600;

export const historyQuery = z.strictObject({
  from: time.optional().describe('start, inclusive: UTC ms or RFC 3339; 10 minutes before `to` when absent'),
  to: time.optional().describe('end, exclusive: UTC ms or RFC 3339; now when absent'),
  points: z
    .string()
    .default(String(DEFAULT_POINTS))
    .refine((text) => /^\d{1,4}$/.test(text) && Number(text) >= 1 && Number(text) <= MAX_POINTS, {
      message: `must be a whole number from 1 to ${MAX_POINTS}`,
    })
    .transform(Number)
    .describe(`most buckets wanted, 1 to ${MAX_POINTS}`),
  channels: z
    .string()
    .max(1000)
    .transform((list) => [...new Set(list.split(','))])
    .pipe(z.array(channelName, { error: `must be names out of ${CHANNEL_NAMES.join(',')}` }))
    .optional()
    .describe('comma-separated channel names; all when absent'),
});

export const certificateQuery = z.strictObject({
  from: time
    .optional()
    .describe('start, inclusive: UTC ms or RFC 3339; when absent: as far back as is known, at most a day'),
  to: time.optional().describe('end, exclusive: UTC ms or RFC 3339; now when absent'),
});

export const eventsQuery = z.strictObject({ station: stationName.optional().describe('only this station') });

/** JSON Schema as OpenAPI 3.1 takes it: `input` for what is sent to us, `output` for what we say. */
export function openApiSchema(schema: z.ZodType, side: 'input' | 'output'): Record<string, unknown> {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io: side, unrepresentable: 'any' });
  return json;
}
