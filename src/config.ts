/**
 * The whole configuration in one schema: types, defaults, JSON Schema and the commented starter file are made from it.
 * Secrets never stand in it, only the paths of the files that hold them.
 */
import { z } from 'zod';
import { CHANNEL_NAMES, type Channel } from '../protocols/reading.ts';
import { alarmsConfigSchema } from './alarms/config.ts';
import { DEFAULT_JOURNAL_LIMITS } from './journal/limits.ts';
import { nameSchema } from './mqtt/topics.ts';
import { refillConfigSchema } from './refill/settings.ts';
import { captureConfigSchema } from './tape/settings.ts';

const file = z.string().min(1).max(4096);

const passwordFile = file.describe('file that holds the password on one line, readable by the daemon alone');

const linkSchema = z
  .strictObject({
    url: z
      .string()
      .min(1)
      .max(1024)
      .describe('serial port path (prefer /dev/serial/by-path/...), or tcp://host:port of a serial device server'),
    baudRate: z.int().min(300).max(4_000_000).default(115_200),
    dataBits: z.union([z.literal(7), z.literal(8)]).default(8),
    stopBits: z.union([z.literal(1), z.literal(2)]).default(1),
    parity: z.enum(['none', 'even', 'odd']).default('none'),
    flowControl: z.enum(['none', 'rts-cts', 'xon-xoff']).default('none'),
    rateHz: z.int().min(1).max(50).optional().describe('telemetry rate to ask the station for; left alone when absent'),
  })
  .describe('one cable to one station');

const limitSchema = z
  .strictObject({ low: z.number().optional(), high: z.number().optional() })
  .refine((l) => l.low === undefined || l.high === undefined || l.low < l.high, 'low must be below high');

const tlsSchema = z.strictObject({
  caFile: file.optional().describe('PEM of the authority that signed the broker'),
  certFile: file.optional().describe('PEM of our client certificate'),
  keyFile: file.optional().describe('PEM of its private key'),
});

export const configSchema = z.strictObject({
  site: nameSchema.default('clinic').describe('first level of every topic; one hospital or ward'),
  bridge: nameSchema.default('bridge-1').describe('id of this daemon; two bridges of one site must differ'),
  data: file.default('hai-data').describe('folder for the journal and the embedded store'),
  links: z.array(linkSchema).max(4096).default([]),
  mqtt: z
    .strictObject({
      url: z
        .string()
        .regex(/^(embedded|mqtts?:\/\/.+|wss?:\/\/.+)$/, "'embedded', mqtt://host:port or mqtts://host:port")
        .refine((u) => !/\/\/[^/]*@/.test(u), 'no user or password in the URL: use username and passwordFile')
        .default('embedded')
        .describe("'embedded', or the site's broker: mqtt://host:port, mqtts://host:port"),
      embeddedPort: z
        .int()
        .min(0)
        .max(65_535)
        .default(1883)
        .describe('loopback port of the embedded broker; the next free one is taken, and said'),
      protocol: z.enum(['auto', '5', '3.1.1']).default('auto').describe('auto: 5, falling back to 3.1.1'),
      username: z.string().max(256).optional(),
      passwordFile: passwordFile.optional(),
      tls: tlsSchema.default({}),
      keepaliveS: z
        .int()
        .min(2)
        .max(300)
        .default(10)
        .describe('seconds; a dead connection is noticed after 1.5 times this'),
      liveHz: z.number().min(0.1).max(50).default(5).describe('most live messages a second per station'),
    })
    .prefault({}),
  store: z
    .discriminatedUnion('kind', [
      z.strictObject({
        kind: z.literal('sqlite'),
        path: file.optional().describe('default: store.db in the data folder'),
      }),
      z.strictObject({
        kind: z.literal('influx'),
        url: z.url({ protocol: /^https?$/ }).default('http://127.0.0.1:8086'),
        database: nameSchema.default('hai'),
        username: z.string().max(256).optional(),
        passwordFile: passwordFile.optional(),
        caFile: file.optional().describe('PEM of the authority that signed the database server'),
      }),
    ])
    .default({ kind: 'sqlite' })
    .describe('where readings are recorded: an embedded SQLite file, or InfluxDB by its 1.x API'),
  journal: z
    .strictObject({
      keepDays: z
        .int()
        .min(0)
        .max(3650)
        .default(DEFAULT_JOURNAL_LIMITS.keepDays)
        .describe('days that readings stay in the journal after the store has them; 0: not at all'),
      maxBytes: z
        .int()
        .min(1_000_000)
        .max(1e15)
        .default(DEFAULT_JOURNAL_LIMITS.maxBytes)
        .describe(
          'most bytes in the journal; what the store has gives way first, and new readings only when nothing else can',
        ),
      minFreeBytes: z
        .int()
        .min(1_000_000)
        .max(1e15)
        .default(DEFAULT_JOURNAL_LIMITS.minFreeBytes)
        .describe('bytes of the disk that the journal leaves free'),
    })
    .prefault({})
    .describe('how much may wait here for the store, and how long it stays afterwards'),
  certificate: z
    .strictObject({
      keepDays: z
        .int()
        .min(1)
        .max(36_500)
        .default(400)
        .describe(
          'days for which it can be proven that the store is complete; about 45 kB a day for a station that never stops at 10 Hz',
        ),
    })
    .prefault({}),
  http: z
    .strictObject({
      listen: z
        .string()
        .regex(/^(\[[0-9a-f:]+\]|[^:[\]]+):\d{1,5}$/i, 'HOST:PORT')
        .default('127.0.0.1:8470')
        .describe('HOST:PORT of the page and its API'),
      username: z.string().max(256).optional(),
      passwordFile: file.optional().describe('required, with username, for anything but loopback'),
      tls: z.strictObject({ certFile: file, keyFile: file }).optional(),
    })
    .prefault({}),
  limits: z
    .partialRecord(z.enum(CHANNEL_NAMES as [Channel, ...Channel[]]), limitSchema)
    .default({})
    .describe('site limits per channel in its unit; a value beyond is kept and flagged'),
  freshness: z
    .strictObject({
      expiryMs: z.int().min(200).max(60_000).default(2000).describe('a value older than this is blanked everywhere'),
      quietPeriods: z
        .int()
        .min(2)
        .max(20)
        .default(3)
        .describe('nominal periods of silence after which a station is quiet'),
    })
    .prefault({}),
  firmware: z
    .strictObject({
      keyFiles: z
        .array(file)
        .max(16)
        .default([])
        .describe('list of PEM files, the public keys that firmware is signed with; without one nothing is updated'),
      policyFile: file
        .optional()
        .describe('YAML or JSON file of approved, minimum and withdrawn versions per hardware revision'),
      askEveryMinutes: z
        .int()
        .min(1)
        .max(10_080)
        .default(60)
        .describe('how often stations are asked which images they hold; never during a refill'),
      proofSeconds: z
        .int()
        .min(1)
        .max(3600)
        .default(30)
        .describe('how long new firmware must work before it is kept; until then it goes back by itself'),
      refillDueMinutes: z
        .int()
        .min(0)
        .max(1440)
        .default(60)
        .describe(
          'so long before and after a refill is expected at a station (by the rhythm of the pumps last filled there) no update begins; 0 = only open refills count',
        ),
      canaries: z.int().min(1).max(20).default(1).describe('stations that a rollout updates first'),
      waveStations: z.int().min(1).max(500).default(10).describe('stations of each further wave'),
      atOnce: z.int().min(1).max(32).default(4).describe('stations updated at the same time'),
      watchMinutes: z
        .int()
        .min(1)
        .max(10_080)
        .default(15)
        .describe('how long updated stations are watched before the next wave'),
    })
    .prefault({})
    .describe('updates of station firmware: docs/firmware.md'),
  refill: refillConfigSchema.prefault({}),
  alarms: alarmsConfigSchema.prefault({}),
  capture: captureConfigSchema.prefault({}),
  log: z.strictObject({ level: z.enum(['debug', 'info', 'warn', 'error']).default('info') }).prefault({}),
});

export type Config = z.infer<typeof configSchema>;
export type LinkConfig = Config['links'][number];
