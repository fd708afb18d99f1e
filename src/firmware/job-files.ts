/** Updates on the disk: what was ordered, how far it is known to be, how it ended. One file each, always whole. */
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeAtomically } from './atomic-file.ts';
import type { Outcome, UpdateMemory, UpdateOrder } from './update/words.ts';

export interface JobRecord {
  readonly order: UpdateOrder;
  readonly memory: UpdateMemory;
  /** Where the station was when it began. */
  readonly link: string;
  readonly by: string;
  /** Of the rollout it belongs to. */
  readonly rollout: string | null;
  readonly beganUtcMs: number;
  readonly endedUtcMs: number | null;
  readonly outcome: Outcome | null;
}

const MOST_ENDED = 200;
const LARGEST_FILE = 64 * 1024;
const NAME = /^[\w-]{1,64}\.json$/;

const hash = z.string().regex(/^[0-9a-f]{64,128}$/);
const recordSchema = z.object({
  order: z.object({
    job: z.string().min(1).max(64),
    station: z.string().min(1).max(1024),
    anonymous: z.boolean().optional(),
    image: z.object({ file: hash, hash, version: z.string(), bytes: z.int().min(1) }),
    route: z.enum(['swap', 'recovery']),
    hardwareRevision: z.string().nullable(),
    before: z.object({ version: z.string().nullable(), hash: z.string().nullable() }),
    crcErrorRateBefore: z.number().nullable(),
    proofMs: z.number(),
    baudRate: z.number(),
  }),
  memory: z.object({
    marked: z.boolean(),
    ran: z.boolean(),
    undo: z.object({ code: z.string(), why: z.string() }).nullable(),
    proved: z.boolean(),
    overwriting: z.boolean(),
    leftRecovery: z.boolean(),
    runs: z.int(),
  }),
  link: z.string(),
  by: z.string(),
  rollout: z.string().nullable(),
  beganUtcMs: z.number(),
  endedUtcMs: z.number().nullable(),
  outcome: z
    .object({
      kind: z.enum(['updated', 'reverted', 'refused', 'interrupted', 'failed']),
      code: z.string(),
      detail: z.string(),
    })
    .nullable(),
});

export class JobFiles {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** All that can be read, the oldest first, and the names of those that cannot. */
  async start(): Promise<{ readonly jobs: readonly JobRecord[]; readonly unreadable: readonly string[] }> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const jobs: JobRecord[] = [];
    const unreadable: string[] = [];
    for (const name of await readdir(this.#folder)) {
      if (!NAME.test(name)) continue;
      const job = parse(await readFile(join(this.#folder, name), 'utf8').catch(() => ''));
      if (job === null) unreadable.push(name);
      else jobs.push(job);
    }
    jobs.sort((a, b) => a.beganUtcMs - b.beganUtcMs);
    return { jobs, unreadable };
  }

  async save(job: JobRecord): Promise<void> {
    await writeAtomically(join(this.#folder, `${job.order.job}.json`), JSON.stringify(job, null, 1));
  }

  async remove({ order }: JobRecord): Promise<void> {
    await rm(join(this.#folder, `${order.job}.json`), { force: true });
  }

  /** The oldest of those that have ended give way. Returns those that are kept. */
  async makeRoom(jobs: readonly JobRecord[]): Promise<JobRecord[]> {
    const ended = jobs.filter((job) => job.outcome !== null);
    const gone = new Set(ended.slice(0, Math.max(0, ended.length - MOST_ENDED)));
    for (const job of gone) await this.remove(job);
    return jobs.filter((job) => !gone.has(job));
  }
}

function parse(text: string): JobRecord | null {
  if (text.length > LARGEST_FILE) return null;
  try {
    const parsed = recordSchema.safeParse(JSON.parse(text));
    return parsed.success ? (parsed.data as JobRecord) : null;
  } catch {
    return null;
  }
}
