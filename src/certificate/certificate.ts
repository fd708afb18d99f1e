/** The completeness certificate: its shape, and the seal that makes any later change of it visible. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { nameSchema } from '../mqtt/topics.ts';

const count = z.int().min(0);
const seq = z.int().min(1);
const time = z.string().describe('UTC, RFC 3339 with nine digits of the second');
const hex = z.string().regex(/^[0-9a-f]{64}$/);

export const verdictSchema = z.enum(['complete', 'incomplete', 'cannot-say']);
export type Verdict = z.infer<typeof verdictSchema>;

export const missingReason = z.enum(['waiting', 'given-up', 'rejected', 'unwitnessed', 'unknown']);
export type MissingReason = z.infer<typeof missingReason>;

const missingRange = z.object({
  firstSeq: seq,
  lastSeq: seq,
  count: seq,
  reason: missingReason.describe(
    'waiting: in the journal, no recorder has it yet; given-up: the journal could not keep it; rejected: the store refused it; unwitnessed: journaled before the manifest began; unknown: it was in the store or on its way and is not there',
  ),
});

const finding = z.object({
  seq: seq.nullable().describe('null: one of a stretch, see detail'),
  what: z.enum(['differs', 'duplicate', 'moved', 'added']),
  at: time.nullable().describe('where it stands in the store'),
  detail: z.string(),
});
export type Finding = z.infer<typeof finding>;

const epochSchema = z.object({
  epoch: seq.describe('one run of the station, as the journal counts them'),
  verdict: verdictSchema,
  firstSeq: seq.nullable().describe('first number expected; null: the manifest knows nothing of this epoch'),
  lastSeq: seq.nullable(),
  firstAt: time.nullable(),
  lastAt: time.nullable(),
  expected: count.describe('readings and events the manifest says were journaled'),
  readings: count.describe('readings in the store, in this range'),
  events: count.describe('events in the store, in this range'),
  present: count.describe('expected numbers that are in the store at least once, at their time'),
  missing: z.array(missingRange).max(1000),
  missingCount: count,
  duplicateCount: count,
  differingCount: count.nullable().describe('null: some differ, and how many cannot be told'),
  addedCount: count.describe('records in the store that were never journaled'),
  findings: z.array(finding).max(20).describe('the first 20 records that are not as journaled'),
  hash: z.enum(['equal', 'different', 'not-compared']),
  expectedHash: hex.nullable().describe('SHA-256 over the hashes of the blocks as journaled'),
  foundHash: hex.nullable().describe('the same over what the store gave back; null when messages are missing'),
  note: z.string().nullable(),
});
export type EpochResult = z.infer<typeof epochSchema>;

export const certificateBody = z.object({
  format: z.literal('hai-bridge-certificate/1'),
  verdict: verdictSchema,
  statement: z.string().describe('the verdict in one sentence'),
  station: nameSchema,
  site: z.string(),
  bridge: z.string().describe('whose journal is the measure'),
  software: z.string(),
  store: z.string(),
  made: time,
  asked: z.object({ from: time.nullable(), to: time.nullable() }),
  proven: z
    .object({ from: time, to: time })
    .nullable()
    .describe('first and last message examined: the range asked for, widened to whole blocks'),
  witnessedSince: time.nullable().describe('the manifest vouches for nothing before'),
  expected: count,
  present: count,
  missing: count,
  duplicates: count,
  differing: count.nullable(),
  added: count,
  epochs: z.array(epochSchema),
  notes: z.array(z.string()),
});
export type CertificateBody = z.infer<typeof certificateBody>;

export const certificateSchema = certificateBody
  .extend({ sha256: hex.describe('of the certificate without this member: keys sorted, no white space, UTF-8') })
  .describe('what was journaled, held against what the store gives back');
export type Certificate = z.infer<typeof certificateSchema>;

/** JSON with sorted keys and no white space. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, v]) => `${JSON.stringify(key)}:${canonicalJson(v)}`).join(',')}}`;
}

const digest = (body: CertificateBody): string => createHash('sha256').update(canonicalJson(body)).digest('hex');

export function seal(body: CertificateBody): Certificate {
  return { ...body, sha256: digest(body) };
}

/** Whether the certificate is as it was made. */
export function sealHolds({ sha256, ...body }: Certificate): boolean {
  return digest(body) === sha256;
}

/** ns since the Unix epoch as RFC 3339 with nine digits. */
export function timeText(ns: bigint): string {
  const ms = Number(ns / 1_000_000n);
  const text = new Date(ms).toISOString();
  return `${text.slice(0, -1)}${String(ns % 1_000_000n).padStart(6, '0')}Z`;
}
