/**
 * The report of one refill: its record, its curves, whether the store holds all of it, and a seal. PDF and FHIR are other
 * forms of it and hold nothing else.
 */
import { createHash } from 'node:crypto';
import { type Certificate, canonicalJson } from '../certificate/certificate.ts';
import type { RefillRecord } from '../records/model.ts';
import type { RefillInput } from '../refill/model.ts';
import { curvesOf, type RefillCurves } from './curves.ts';

export const NOTICE = 'Information only. Not a medical device. Do not use for clinical decisions.';

export interface RefillReport {
  readonly format: 'hai-bridge-refill-report/1';
  readonly notice: string;
  /** UTC, RFC 3339. */
  readonly made: string;
  readonly record: RefillRecord;
  readonly curves: RefillCurves;
  /** Of the station over the time of the refill; `null` when none could be made, `certificateNote` says why. */
  readonly certificate: Certificate | null;
  readonly certificateNote: string | null;
  /** The inputs are those of the record: their hash was made again and is the same. */
  readonly inputsMatch: boolean;
  /** Hex, of the report without this member: keys sorted, no white space, UTF-8. */
  readonly sha256: string;
}

export interface ReportParts {
  readonly record: RefillRecord;
  /** As recorded, one JSON text each. */
  readonly inputs: readonly string[];
  readonly certificate: Certificate | null;
  readonly certificateNote: string | null;
  readonly madeMs: number;
}

function inputsHash(inputs: readonly string[]): string {
  const hash = createHash('sha256');
  for (const input of inputs) hash.update(input).update('\n');
  return hash.digest('hex');
}

const digest = (body: Omit<RefillReport, 'sha256'>) => createHash('sha256').update(canonicalJson(body)).digest('hex');

/** Throws RangeError when the inputs are not those of a refill. */
export function composeReport({ record, inputs, certificate, certificateNote, madeMs }: ReportParts): RefillReport {
  const body = {
    format: 'hai-bridge-refill-report/1',
    notice: NOTICE,
    made: new Date(madeMs).toISOString(),
    record,
    curves: curvesOf(inputs.map((input) => JSON.parse(input) as RefillInput)),
    certificate,
    certificateNote,
    inputsMatch: inputsHash(inputs) === record.inputsSha256,
  } as const;
  // What JSON cannot hold (absent members) must not be in the seal either.
  const plain = JSON.parse(JSON.stringify(body)) as Omit<RefillReport, 'sha256'>;
  return { ...plain, sha256: digest(plain) };
}

/** Whether the report is as it was made. */
export function reportSealHolds({ sha256, ...body }: RefillReport): boolean {
  return digest(body) === sha256;
}
