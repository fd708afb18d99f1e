/**
 * The one list of instrument families. The recipe to add one:
 *
 * 1. Own folder `protocols/<family>/` with a README.md: the wire language and its source (datasheet, manual).
 * 2. Declare its messages with the kit: `message()` of `wire.ts` over the field codecs of `fields.ts` for text lines;
 *    checksums in `crc.ts`. Own codecs stay in the own folder until a second family needs them.
 * 3. `decode(line)`: never throws, keeps nothing, returns a frame or a `Fault`.
 * 4. `reading(...)`: values in the order of `CHANNELS`; a quantity that is not there yet goes to its end.
 * 5. One line in `FAMILIES` below.
 * 6. Vectors in `test/conformance/vectors/<family>.jsonl`, each with its source, and never made by the new encoder.
 *
 * Nothing in `src/` changes.
 */
import type { Fault, Framing } from './framing.ts';
import { decodeLine, type HrspLine } from './hrsp/codec.ts';
import { HRSP_MAX_LINE } from './hrsp/messages.ts';
import { isTelemetry, toReading } from './hrsp/readings.ts';
import type { Reading, Received } from './reading.ts';

export interface InstrumentFamily<Decoded extends { readonly kind: string }> {
  readonly family: string;
  readonly framing: Framing;
  /** One line without its LF. */
  decode(line: Uint8Array): Decoded;
  /** The frame as a reading of the station, `null` when it carries no measured values. */
  reading(station: string, decoded: Exclude<Decoded, Fault>, received: Received): Reading | null;
}

const hrsp: InstrumentFamily<HrspLine> = {
  family: 'hrsp',
  framing: { kind: 'lines', maxBytes: HRSP_MAX_LINE },
  decode: decodeLine,
  reading: (station, frame, received) => (isTelemetry(frame) ? toReading(station, frame, received) : null),
};

export const FAMILIES = { hrsp } as const;
export type Family = keyof typeof FAMILIES;
