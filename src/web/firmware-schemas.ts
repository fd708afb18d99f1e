/** Requests and answers of `/api/v1/firmware`; the shapes of the answers are those of `firmware/views.ts`. */
import { z } from 'zod';
import type { AuditView, FirmwareView, ImageView, JobView, RolloutView } from '../firmware/views.ts';
import { personName } from './writes.ts';

const utcMs = z.number().describe('UTC, ms since the Unix epoch');
const problem = z.object({ code: z.string(), message: z.string() });

export const imageName = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'must be the SHA-256 of the file, 64 hexadecimal digits')
  .describe('SHA-256 of the image file');
export const jobName = z.string().regex(/^job-[0-9a-f]{8}$/, 'is no update, such as job-1a2b3c4d');
/** A serial, or a link of which only the bootloader answers. */
const target = z.string().min(1).max(1024);
const hardwareRevision = z.string().min(1).max(32);

export const slotSchema = z.object({
  image: z.int(),
  slot: z.int(),
  version: z.string(),
  hash: z.string().nullable(),
  flags: z.array(z.string()),
  bytes: z.number().nullable(),
});

export const stationFirmwareSchema = z.object({
  station: z.string(),
  link: z.string(),
  state: z.string(),
  simulated: z.boolean(),
  hardwareRevision: z.string().nullable(),
  firmwareVersion: z.string().nullable(),
  answers: z.enum(['application', 'bootloader', 'silent', 'not-asked']),
  askedUtcMs: utcMs.nullable(),
  running: z.object({ version: z.string(), hash: z.string().nullable(), kept: z.boolean() }).nullable(),
  slots: z.array(slotSchema),
  bootloader: z.string().nullable(),
  mode: z.string().nullable(),
  policy: z.object({ verdict: z.enum(['in', 'out', 'unknown']), code: z.string(), reason: z.string() }),
  busy: z.string().nullable().describe('why it may not be updated now'),
  job: z.string().nullable().describe('the update that is under way there'),
});

export const jobSchema = z
  .object({
    job: z.string(),
    station: z.string(),
    image: z.object({ file: z.string(), hash: z.string(), version: z.string(), bytes: z.int() }),
    by: z.string(),
    rollout: z.string().nullable(),
    phase: z.enum([
      'waiting',
      'looking',
      'uploading',
      'checking',
      'marking',
      'restarting',
      'proving',
      'keeping',
      'unmarking',
      'ended',
    ]),
    sent: z.int().describe('bytes of the image that the station has'),
    waitsFor: z.string().nullable(),
    outcome: z
      .object({
        kind: z.enum(['updated', 'reverted', 'refused', 'interrupted', 'failed']),
        code: z.string(),
        detail: z.string(),
      })
      .nullable(),
    beganUtcMs: utcMs,
    endedUtcMs: utcMs.nullable(),
  })
  .describe('one update of one station') satisfies z.ZodType<JobView>;

export const rolloutSchema = z
  .object({
    rollout: z.string(),
    image: z.object({ file: z.string(), hash: z.string(), version: z.string() }),
    by: z.string(),
    beganUtcMs: utcMs,
    stage: z.enum(['updating', 'watching', 'halted', 'done', 'aborted']),
    wave: z.int(),
    waves: z.int(),
    reason: z.string().nullable(),
    watchLeftMs: z.number().nullable(),
    members: z.array(
      z.object({
        station: z.string(),
        wave: z.int(),
        state: z.enum(['waiting', 'updating', 'updated', 'skipped', 'failed']),
        detail: z.string().nullable(),
      }),
    ),
  })
  .describe('one image for many stations') satisfies z.ZodType<RolloutView>;

export const firmwareSchema = z
  .object({
    stations: z.array(stationFirmwareSchema),
    jobs: z.array(jobSchema),
    rollout: rolloutSchema.nullable(),
    policy: z.object({ configured: z.boolean(), problem: z.string().nullable() }),
    keys: z.array(z.object({ name: z.string(), algorithm: z.string() })),
  })
  .describe('firmware of all stations, updates and the last rollout') satisfies z.ZodType<FirmwareView>;

export const imageSchema = z
  .object({
    file: z.string(),
    bytes: z.int(),
    version: z.string().nullable(),
    hash: z.string().nullable(),
    hardwareRevisions: z.array(z.string()),
    signedBy: z.object({ key: z.string(), algorithm: z.string() }).nullable(),
    problems: z.array(problem).describe('empty: the image is what its signer made'),
    stations: z.array(z.object({ station: z.string(), problems: z.array(problem) })),
  })
  .describe('an image, and what stands against it') satisfies z.ZodType<ImageView>;

export const auditSchema = z
  .object({
    entries: z.array(
      z.object({
        n: z.int(),
        at: z.string(),
        who: z.string(),
        act: z.string(),
        station: z.string().optional(),
        job: z.string().optional(),
        image: z.object({ version: z.string(), hash: z.string(), file: z.string() }).optional(),
        detail: z.string().optional(),
      }),
    ),
    broken: z.array(z.int()).describe('lines of the log that were changed or cannot be read'),
  })
  .describe('who did what to whose firmware, the newest last') satisfies z.ZodType<AuditView>;

export const imageQuery = z.strictObject({ station: target.optional().describe('only this station') });
export const auditQuery = z.strictObject({
  limit: z
    .string()
    .regex(/^\d{1,4}$/, 'must be a whole number up to 9999')
    .default('200')
    .transform(Number)
    .describe('most entries wanted'),
});

export const askBody = z.strictObject({ station: target.optional().describe('all when left out') });
export const updateBody = z.strictObject({
  station: target.describe('serial, or the link of a station of which only the bootloader answers'),
  image: imageName,
  by: personName,
  route: z.enum(['swap', 'recovery']).default('swap').describe('recovery: by the bootloader, with no way back'),
  hardwareRevision: hardwareRevision.optional().describe('of a station that cannot say it itself any more'),
});
export const personBody = z.strictObject({ by: personName });
export const skipBody = z.strictObject({ by: personName, station: target });
export const rolloutBody = z.strictObject({
  image: imageName,
  by: personName,
  stations: z
    .array(target)
    .min(1)
    .max(4096)
    .optional()
    .describe('in this order; all that may get it and do not run it, when left out'),
  canaries: z.int().min(1).max(20).optional(),
  waveStations: z.int().min(1).max(500).optional(),
  atOnce: z.int().min(1).max(32).optional(),
  watchMinutes: z.number().min(0).max(10_080).optional(),
});
