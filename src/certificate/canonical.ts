/**
 * The fixed binary form of one message, over which every hash of a certificate is made: it depends on what was
 * measured, never on how some JSON or some database writes it. docs/certificate.md describes it for strangers.
 * All numbers are big-endian.
 */
import type { StoredEvent, StoredRow } from '../store/port.ts';

export const READING = 1;
export const EVENT = 2;

const HEAD = 1 + 8 + 8 + 4 + 4;
/** Three texts of an event, each of at most 4,096 characters of at most 3 bytes, with their lengths. */
const LARGEST_EVENT = HEAD + 3 * (4 + 4096 * 3);
const LARGEST_READING = HEAD + 4 + 1 + 255 * 9;

export class CanonicalBytes {
  readonly #bytes = Buffer.alloc(Math.max(LARGEST_EVENT, LARGEST_READING));
  readonly #view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.byteLength);

  /**
   * `kind u8, seq u64, time u64 (ns), tick u32 (ms), line u32`, then for a reading `flags u32, n u8` and n values (a
   * 0 byte for a missing one, a 1 byte and an IEEE-754 double for the others), for an event three texts (length u32,
   * UTF-8). Missing values at the end are left out, so that a channel added later changes no older hash.
   *
   * The bytes are valid until the next call.
   */
  of(record: StoredRow | StoredEvent): Buffer {
    return 'values' in record ? this.#reading(record) : this.#event(record);
  }

  #head(kind: number, r: StoredRow | StoredEvent): number {
    const view = this.#view;
    view.setUint8(0, kind);
    view.setUint32(1, Math.floor(r.seq / 0x1_0000_0000));
    view.setUint32(5, r.seq >>> 0);
    view.setBigUint64(9, BigInt.asUintN(64, r.timeNs));
    view.setUint32(17, r.deviceTickMs);
    view.setUint32(21, r.lineSeq);
    return HEAD;
  }

  #reading(row: StoredRow): Buffer {
    const view = this.#view;
    const { values } = row;
    let at = this.#head(READING, row);
    view.setUint32(at, row.flags);
    let n = Math.min(255, values.length);
    while (n > 0 && (values[n - 1] ?? null) === null) n--;
    view.setUint8(at + 4, n);
    at += 5;
    for (let i = 0; i < n; i++) {
      const value = values[i] ?? null;
      view.setUint8(at++, value === null ? 0 : 1);
      if (value === null) continue;
      // No store keeps the sign of zero.
      view.setFloat64(at, value === 0 ? 0 : value);
      at += 8;
    }
    return this.#bytes.subarray(0, at);
  }

  #event(event: StoredEvent): Buffer {
    let at = this.#head(EVENT, event);
    for (const text of [event.source, event.state, event.data]) {
      const length = this.#bytes.write(text.slice(0, 4096), at + 4, 'utf8');
      this.#view.setUint32(at, length);
      at += 4 + length;
    }
    return this.#bytes.subarray(0, at);
  }
}
