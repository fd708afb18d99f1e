/** Reads `test/conformance/vectors/*.jsonl`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ReferenceLine } from './hrsp-decoder.ts';

export interface HrspVector {
  readonly name: string;
  /** Where it comes from: a document, a capture, another implementation, a person. */
  readonly source: string;
  /** The line with its end, one character per byte. */
  readonly line: string;
  /** `mentions`: a word that the detail of the fault must hold. */
  readonly expect: ReferenceLine & { readonly mentions?: string };
  /** For messages: whether encoding the expectation must give these very bytes. */
  readonly encodes?: boolean;
}

export function readVectors<T>(file: string): T[] {
  const path = join(import.meta.dirname, '../../conformance/vectors', file);
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);
}

/** The bytes of a line, one per character. */
export function bytesOf(line: string): Uint8Array {
  return Uint8Array.from(line, (character) => character.charCodeAt(0));
}

/** What a decoder is given: the bytes before the LF. */
export function withoutLf(line: string): Uint8Array {
  return bytesOf(line.endsWith('\n') ? line.slice(0, -1) : line);
}
