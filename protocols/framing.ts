/**
 * Frames and faults: what comes out of a byte stream. Noise is a value with a kind, never an exception or a log line.
 */

/** Every way bytes can be wrong. Each kind is a counter on the health topic (`docs/topics.md`). */
export const FAULT_KINDS = [
  'noise', // bytes that begin no known frame
  'too-long', // a line beyond the bound; everything up to the next end of line is set aside
  'partial', // the first line after an open, or an unterminated tail at a close
  'bad-checksum',
  'bad-header', // checksum right, but the common header cannot be read
  'bad-field', // checksum right, but a field of a known message cannot be read
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

export interface Fault {
  readonly kind: 'fault';
  readonly fault: FaultKind;
  /** Bytes the fault made unusable. */
  readonly bytes: number;
  /** What was expected and what stood there, for an engineer. Built from bounded, printable excerpts only. */
  readonly detail: string;
}

/** How an instrument family's bytes are cut into frames. */
export type Framing = { readonly kind: 'lines'; readonly maxBytes: number };
