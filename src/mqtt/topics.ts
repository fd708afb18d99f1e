/**
 * The MQTT interface in one place: topic -> payload. Publisher, recorder, dashboard feed, `asyncapi.yaml` and
 * docs/topics.md are all made from this file.
 *
 *   hai/v1/<site>/<station>/<topic>
 *   hai/v1/<site>/<station>/alarm/<condition>
 */
import { z } from 'zod';
import { CHANNEL_NAMES } from '../../protocols/reading.ts';

export const TOPIC_ROOT = 'hai/v1';

/** One topic level: safe in MQTT, InfluxDB tags, file names and URLs. */
export const NAME_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
export const nameSchema = z
  .string()
  .regex(NAME_PATTERN, 'letters, digits, ".", "_", "-"; at most 64; begins with a letter or digit');

const utc = z.iso.datetime().describe('UTC, RFC 3339 with milliseconds');
const count = z.int().min(0);
const channelValues = z.record(z.enum(CHANNEL_NAMES as [string, ...string[]]), z.number().nullable());

export const statusPayload = z
  .object({
    station: nameSchema,
    state: z.enum(['connecting', 'identifying', 'live', 'quiet', 'offline', 'refused']),
    reason: z.string().max(500).nullable().describe('what is wrong and the remedy; null when live'),
    since: utc,
    at: utc.describe('when this was said'),
    validForMs: count.describe(
      'said again within this time; older than that means: the bridge is silent, the state unknown',
    ),
    bridge: nameSchema.describe('id of the bridge that reads this station; its own status carries the last will'),
    updating: z
      .enum(['interleaved', 'paused'])
      .optional()
      .describe('its firmware is asked or updated over its wire: readings go on, or none come meanwhile'),
  })
  .describe('state of one station; retained');

export const bridgePayload = z
  .object({
    bridge: nameSchema,
    state: z.enum(['online', 'offline']),
    reason: z.string().max(500).nullable(),
    version: z.string().max(64),
    at: utc.nullable().describe('null in the last will, which is composed before the failure'),
  })
  .describe('state of one bridge; retained; the last will sets it to offline');

export const echoPayload = z
  .object({
    bridge: nameSchema,
    run: z.string().max(64).describe('which connection of which process said it'),
    beat: z.int().min(1),
  })
  .describe('a bridge says this to itself: as long as it comes back, the way to the broker works; QoS 0, expiring');

export const infoPayload = z
  .object({
    station: nameSchema,
    bootId: z.string().max(16),
    hardwareRevision: z.string().max(32),
    firmwareVersion: z.string().max(32),
    protocol: z.string().max(16),
    mode: z.enum(['clinical', 'simulated']),
    rateHz: z.number().min(0).describe('telemetry messages a second when it identified itself'),
    link: z.string().max(256),
    identified: utc,
    instruments: z
      .array(
        z.object({
          kind: z.string().max(64),
          model: z.string().max(64),
          serial: z.string().max(64),
          channels: z.array(z.string().max(32)).max(16).describe('names of the channels it supplies'),
        }),
      )
      .max(16),
    channels: z
      .array(
        z.object({
          name: z.string(),
          unit: z.string().describe('UCUM code'),
          description: z.string(),
          supplied: z.boolean(),
        }),
      )
      .max(64),
    firmware: z
      .object({
        asked: utc.nullable().describe('when the station was asked; null: not yet'),
        answers: z
          .enum(['application', 'bootloader', 'silent', 'not-asked'])
          .describe('who answered; silent: the station answers no firmware request'),
        bootloader: z.string().max(64).nullable(),
        mode: z.string().max(64).nullable().describe('how the bootloader starts images'),
        running: z
          .object({ version: z.string().max(64), hash: z.string().max(128).nullable(), kept: z.boolean() })
          .nullable(),
        slots: z
          .array(
            z.object({
              image: count,
              slot: count,
              version: z.string().max(64),
              hash: z.string().max(128).nullable(),
              flags: z.array(z.string().max(16)).max(8),
              bytes: count.nullable(),
            }),
          )
          .max(32),
        policy: z.object({
          verdict: z.enum(['in', 'out', 'unknown']).describe('against the firmware policy of the site'),
          code: z.string().max(32),
          reason: z.string().max(500),
        }),
      })
      .optional()
      .describe('what the station holds; absent until it was asked, and said again when that has changed'),
  })
  .describe('birth certificate; retained; said at every handshake');

export const livePayload = z
  .object({
    station: nameSchema,
    at: utc.describe('when the bridge received it'),
    validForMs: count.describe('blank the values when `at` is older than this'),
    lineSeq: count,
    tickMs: count,
    values: channelValues.describe('null = missing'),
    flags: z.array(z.string().max(32)).max(16),
  })
  .describe('latest reading, at most a few a second; QoS 0, expiring, never queued');

export const ROW_PREFIX = ['seq', 'dtNs', 'tickMs', 'lineSeq', 'flags'] as const;
/** Columns of one row of a telemetry batch. */
export const ROW_COLUMNS: readonly string[] = [...ROW_PREFIX, ...CHANNEL_NAMES];

export const telemetryPayload = z
  .object({
    station: nameSchema,
    bridge: nameSchema,
    epoch: z.int().min(1).describe('number of this run of the station, counted by the journal'),
    bootId: z.string().max(16),
    firstSeq: z.int().min(1),
    lastSeq: z.int().min(1),
    history: z.boolean().describe('true when sent again because no recorder has acknowledged it yet'),
    t0: z
      .string()
      .regex(/^\d{1,20}$/)
      .describe('ns since the Unix epoch; add dtNs of a row'),
    columns: z.array(z.string().max(32)).max(64),
    rows: z
      .array(z.array(z.number().nullable()).max(64))
      .max(5000)
      .describe('one reading each, in the order of columns'),
    events: z
      .array(
        z.object({
          seq: z.int().min(1),
          dtNs: count,
          tickMs: count,
          lineSeq: count,
          source: z.string().max(32),
          state: z.string().max(64),
          data: z.string().max(512),
        }),
      )
      .max(5000),
  })
  .describe('journal batch; unique by (station, epoch, seq)');

/** A backlog goes out many batches to a message: a message costs the same whatever it carries. */
export const MOST_BATCHES_TOGETHER = 1000;
export const telemetryMessage = z
  .union([telemetryPayload, z.array(telemetryPayload).min(1).max(MOST_BATCHES_TOGETHER)])
  .describe('journal batch, or a list of batches that are sent again; QoS 1; unique by (station, epoch, seq)');

export const recordedPayload = z
  .object({
    station: nameSchema,
    recorder: nameSchema,
    batches: z
      .array(z.object({ epoch: z.int().min(1), firstSeq: z.int().min(1), lastSeq: z.int().min(1) }))
      .min(1)
      .max(1000),
  })
  .describe('a recorder says: the store has these batches');

export const healthPayload = z
  .object({
    station: nameSchema,
    at: utc,
    state: z.string().max(16),
    rateHz: z.number().min(0),
    linkQuality: z.number().min(0).max(1).nullable(),
    tickDriftMs: z.number().nullable(),
    counters: z.record(z.string().max(32), z.union([count, z.record(z.string().max(32), count)])),
  })
  .describe('counters of the way from bytes to readings, once in a few seconds; QoS 0');

/** Words of IHE PCD-04 (state, inactivation, priority, type) and of the FHIR R6 DeviceAlert (condition, signal). */
export const alarmPayload = z
  .object({
    station: nameSchema.describe('the station, or the bridge for what concerns the bridge itself'),
    bridge: nameSchema,
    at: utc.describe('when this was said'),
    status: z.enum(['in-progress', 'completed']),
    type: z.enum(['physiological', 'technical']),
    priority: z.enum(['high', 'medium', 'low']),
    state: z.enum(['active', 'latched', 'inactive']).describe('latched: it has ended, its signals go on'),
    inactivation: z.enum(['enabled', 'audio-paused', 'alert-acknowledged']),
    condition: z.object({
      code: z.string().max(64),
      presence: z.boolean(),
      acknowledged: z.boolean(),
      acknowledgedBy: z.string().max(100).nullable(),
      acknowledgedAt: utc.nullable(),
      timing: z.object({ start: utc, end: utc.nullable() }),
    }),
    signal: z.object({
      activationState: z.enum(['on', 'paused', 'off']),
      presence: z.enum(['on', 'latched', 'off', 'ack']),
    }),
    detail: z.string().max(500).nullable().describe('plain words: what is wrong and what to do'),
  })
  .describe(
    'one alarm condition; retained; an empty message a minute after it has ended. Information: it raises no alarm',
  );

const estimate = z
  .object({ value: z.number(), u95: z.number().describe('half width of the 95 % interval') })
  .nullable();

export const refillPayload = z
  .object({
    station: nameSchema,
    bridge: nameSchema,
    at: utc.describe('when this was said'),
    validForMs: count.describe('said again within this time while a refill is open; older than that means: not known'),
    refill: z.string().max(128).nullable().describe('id; null: no refill is open at this station'),
    simulated: z.boolean(),
    pump: z.string().max(64).nullable(),
    began: utc.nullable(),
    outcome: z.enum(['in-progress', 'completed', 'stopped']).nullable(),
    stoppedReason: z.string().max(500).nullable(),
    phase: z.string().max(16).nullable(),
    needle: z.enum(['in', 'out', 'unknown']),
    clamp: z.enum(['open', 'closed', 'unknown']),
    link: z.enum(['live', 'silent']),
    level: estimate.describe('in the reservoir, mL drainable; null while it cannot be said'),
    levelFrom: z.enum(['expected', 'measured']).nullable(),
    residual: estimate.describe('drained, mL'),
    filled: estimate.describe('new drug that went in, mL'),
    flushed: estimate.optional().describe('through the bolus path, in neither level nor filled, mL; null: not flushed'),
    actualFlow: estimate.describe('since the last fill, mL/d'),
    deviationPercent: estimate.describe('100 (actual - label) / label; (+) fast'),
    verdict: z.enum(['within', 'outside', 'indeterminate']).nullable(),
    holds: z.record(z.string().max(32), z.enum(['pending', 'passed', 'held', 'overridden'])),
    advisories: z.array(z.string().max(32)).max(32).describe('names of those that are present'),
  })
  .describe('the refill that is open at a station, or was last; retained; at most once a second');

/** The shape in whole is `RefillRecord` of src/records/model.ts; here only what tells one from another. */
export const reportPayload = z
  .looseObject({
    summary: z.looseObject({
      refill: z.string().max(128),
      station: nameSchema,
      outcome: z.enum(['in-progress', 'completed', 'stopped']),
    }),
    inputsSha256: z.string().max(64),
  })
  .describe('the record of a refill, once it is closed; QoS 1; retained: the last one of a station');

export const TOPICS = {
  refill: { payload: refillPayload, qos: 1, retain: true },
  status: { payload: statusPayload, qos: 1, retain: true },
  info: { payload: infoPayload, qos: 1, retain: true },
  live: { payload: livePayload, qos: 0, retain: false },
  telemetry: { payload: telemetryMessage, qos: 1, retain: false },
  recorded: { payload: recordedPayload, qos: 1, retain: false },
  health: { payload: healthPayload, qos: 0, retain: false },
} as const;
export type TopicName = keyof typeof TOPICS;
export type TopicPayload<K extends TopicName> = z.infer<(typeof TOPICS)[K]['payload']>;
export type TelemetryBatch = z.infer<typeof telemetryPayload>;
/** Identity of a batch: unique per station. */
export type BatchId = Pick<TelemetryBatch, 'epoch' | 'firstSeq' | 'lastSeq'>;

/** `hai/v1/<site>/<station>/<topic>`. */
export function topicOf(site: string, station: string, topic: TopicName): string {
  return `${TOPIC_ROOT}/${site}/${station}/${topic}`;
}

/** `hai/v1/<site>/<bridge>/bridge`: the bridge's own state, where the last will goes. */
export function bridgeTopic(site: string, bridge: string): string {
  return `${TOPIC_ROOT}/${site}/${bridge}/bridge`;
}

export type BridgePayload = z.infer<typeof bridgePayload>;

/** `hai/v1/<site>/<bridge>/echo`: what a bridge says to itself. */
export function echoTopic(site: string, bridge: string): string {
  return `${TOPIC_ROOT}/${site}/${bridge}/echo`;
}

export type AlarmPayload = z.infer<typeof alarmPayload>;

/** `hai/v1/<site>/<station or bridge>/alarm/<condition>`. */
export function alarmTopic(site: string, source: string, condition: string): string {
  return `${TOPIC_ROOT}/${site}/${source}/alarm/${condition}`;
}

/** `hai/v1/<site>/<station>/refill/report`. */
export function reportTopic(site: string, station: string): string {
  return `${TOPIC_ROOT}/${site}/${station}/refill/report`;
}

/** Takes a topic apart (`alarm/<condition>` is one topic); `null` for anything that is not ours. */
export function parseTopic(topic: string): { site: string; station: string; topic: string } | null {
  const parts = topic.split('/');
  if (`${parts[0]}/${parts[1]}` !== TOPIC_ROOT) return null;
  const [, , site = '', station = '', name = '', part] = parts;
  if (!NAME_PATTERN.test(site) || !NAME_PATTERN.test(station)) return null;
  if (parts.length === 5) return { site, station, topic: name };
  const known = name === 'alarm' ? NAME_PATTERN.test(part ?? '') : name === 'refill' && part === 'report';
  return parts.length === 6 && known ? { site, station, topic: `${name}/${part}` } : null;
}
