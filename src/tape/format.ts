/**
 * The capture format, version 1: docs/capture.md is its specification. One JSON object a line, each with a CRC-32 of itself,
 * so that any JSON tool reads it, a damaged record is noticed, and a torn file is good up to the tear.
 */
import { crc32 } from 'node:zlib';
import { z } from 'zod';

export const CAPTURE_VERSION = 1;
/** A chunk is what a port delivers at once; none is nearly as large. */
export const LONGEST_RECORD = 1_000_000;

const time = { m: z.number(), u: z.number() };
const l = z.int().min(0).max(99_999);
const text = z.string().max(4096);

/** Bytes as text: each character is one byte, U+0000 to U+00FF. */
const bytes = z
  .string()
  .max(LONGEST_RECORD)
  .refine((s) => !/[\u0100-\uffff]/.test(s), 'each character must be one byte, U+0000 to U+00FF');

/** As the station said it: protocols/hrsp, ID. */
const identification = z.strictObject({
  type: z.literal('ID'),
  serial: z.string().min(1).max(64),
  hardwareRevision: z.string().max(32),
  firmwareVersion: z.string().max(32),
  protocol: z.strictObject({ major: z.int().min(0).max(255), minor: z.int().min(0).max(255) }),
  mode: z.enum(['clinical', 'simulated']),
  rateHz: z.int().min(1).max(65_535),
  instruments: z
    .array(
      z.strictObject({
        kind: z.string().max(64),
        model: z.string().max(64),
        serial: z.string().max(64),
        channels: z.array(z.string().max(64)).max(16),
      }),
    )
    .max(16),
});

export const captureRecordSchema = z.discriminatedUnion('k', [
  /** First line of every capture. */
  z.strictObject({
    k: z.literal('capture'),
    version: z.int(),
    program: text,
    site: text.optional(),
    bridge: text.optional(),
    /** UTC, ISO 8601. */
    made: text,
    /** What this is a capture of, for people. */
    about: text.optional(),
  }),
  /** Gives a link its number in this capture. */
  z.strictObject({ k: z.literal('link'), l, name: text }),
  /** Who answered on the link; what came before the capture begins is said here too. */
  z.strictObject({
    k: z.literal('identified'),
    l,
    ...time,
    boot: z.string().regex(/^[0-9A-F]{8}$/),
    id: identification,
  }),
  z.strictObject({ k: z.literal('open'), l, ...time }),
  z.strictObject({ k: z.literal('failed'), l, ...time, why: text }),
  /** `why` null: closed by the bridge itself. */
  z.strictObject({ k: z.literal('close'), l, ...time, why: text.nullable() }),
  /** From the station, and to it. */
  z.strictObject({ k: z.literal('in'), l, ...time, b: bytes }),
  z.strictObject({ k: z.literal('out'), l, ...time, b: bytes }),
  /** What came before is not in this capture any more (or never was), and how many bytes of it at least. */
  z.strictObject({ k: z.literal('lost'), l, ...time, bytes: z.number() }),
  /** Incident capsules: one line of the bridge's log. */
  z.strictObject({ k: z.literal('log'), line: z.string().max(16_384) }),
  /** Incident capsules: configuration hash, versions, clocks, counters. */
  z.strictObject({ k: z.literal('capsule'), facts: z.record(z.string(), z.unknown()) }),
  /** Regular end. A capture without it was cut off, or is still being written. */
  z.strictObject({ k: z.literal('end'), records: z.int() }),
]);

export type CaptureRecord = z.infer<typeof captureRecordSchema>;
export type RecordOf<K extends CaptureRecord['k']> = Extract<CaptureRecord, { k: K }>;

const SEAL = /,"c":"([0-9a-f]{8})"\}$/;

/** The line with its LF. */
export function sealRecord(record: CaptureRecord): string {
  const body = JSON.stringify(record).slice(0, -1);
  return `${body},"c":"${crc32(body).toString(16).padStart(8, '0')}"}\n`;
}

/** The record, or in a few words why the line is none. The line without its LF. */
export function openRecord(line: string): CaptureRecord | string {
  if (line.length > LONGEST_RECORD + 4096) return `longer than ${LONGEST_RECORD} characters`;
  const seal = SEAL.exec(line);
  if (seal === null) return 'no checksum at its end';
  const body = line.slice(0, seal.index);
  if (crc32(body) !== Number.parseInt(seal[1] as string, 16)) return 'the checksum does not match';
  try {
    const parsed = captureRecordSchema.safeParse(JSON.parse(`${body}}`));
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    return issue === undefined ? 'no record' : `${issue.path.join('.') || 'record'}: ${issue.message}`;
  } catch {
    return 'no JSON';
  }
}

export const bytesOf = (text: string): Buffer => Buffer.from(text, 'latin1');
export const textOf = (chunk: Uint8Array): string =>
  Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString('latin1');
