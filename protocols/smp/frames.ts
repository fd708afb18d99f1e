/**
 * SMP over a serial line: packets cut into lines of text that share the wire with console output and with HRSP.
 *
 *   raw    = length u16 BE (packet + CRC)  packet  CRC-16/XMODEM of the packet u16 BE
 *   frames = 06 09 base64(first <= 93 bytes of raw) LF,  then 04 14 base64(next <= 93 bytes) LF ...
 *
 * Source: Zephyr documentation, services/device_mgmt/smp_transport, "UART/serial and console".
 */
import { crc16Xmodem } from '../crc.ts';
import { decodeBase64, encodeBase64 } from './base64.ts';
import { type SmpFault, type SmpFaultKind, smpFault } from './faults.ts';

/** Longest frame with marker and LF. */
export const SMP_MAX_FRAME = 127;
/** Longest packet that is put together unless told otherwise; devices have buffers of 256 to 4096 bytes. */
export const SMP_MAX_PACKET = 8192;

const START = [0x06, 0x09] as const;
const CONTINUATION = [0x04, 0x14] as const;
const LF = 0x0a;
const CR = 0x0d;
/** Bytes of `raw` in a full frame: 124 characters of base64. */
const RAW_PER_FRAME = 93;
/** What servers of Zephyr 4.4 put into a continuation frame at most (captured); those of 4.4.99 fill it. */
export const ZEPHYR_CONTINUATION_BYTES = 90;
const LENGTH_BYTES = 2;
const CRC_BYTES = 2;

export type SmpLineKind = 'start' | 'continuation' | 'other';

/** Whose line it is: anything that does not begin with a marker is HRSP or console text. */
export function smpLineKind(line: Uint8Array): SmpLineKind {
  if (line[0] === START[0] && line[1] === START[1]) return 'start';
  return line[0] === CONTINUATION[0] && line[1] === CONTINUATION[1] ? 'continuation' : 'other';
}

/**
 * The packet as frames, each with its LF, to be written in this order. `continuationBytes`: a multiple of 3, at most 93.
 * Throws RangeError beyond 65533 bytes.
 */
export function encodeFrames(packet: Uint8Array, continuationBytes = RAW_PER_FRAME): Uint8Array[] {
  const length = packet.length + CRC_BYTES;
  if (length > 0xffff) throw new RangeError(`packet: ${packet.length} bytes do not fit, at most ${0xffff - CRC_BYTES}`);
  const raw = new Uint8Array(LENGTH_BYTES + length);
  const view = new DataView(raw.buffer);
  view.setUint16(0, length);
  raw.set(packet, LENGTH_BYTES);
  view.setUint16(LENGTH_BYTES + packet.length, crc16Xmodem(packet));

  const frames: Uint8Array[] = [];
  for (let from = 0, to = 0; from < raw.length; from = to) {
    to = Math.min(from + (from === 0 ? RAW_PER_FRAME : continuationBytes), raw.length);
    const frame = new Uint8Array(2 + Math.ceil((to - from) / 3) * 4 + 1);
    frame.set(from === 0 ? START : CONTINUATION);
    frame[encodeBase64(raw, from, to, frame, 2)] = LF;
    frames.push(frame);
  }
  return frames;
}

/** The bytes of a packet whose CRC was right. */
export interface PacketBytes {
  readonly kind: 'packet-bytes';
  readonly bytes: Uint8Array;
}

/**
 * Puts packets together from lines, without their LF. Lines of others may come in between; they change nothing. Keeps at
 * most one unfinished packet and no clock: whoever waits for the rest of a packet calls `reset` when it has waited long
 * enough, and at every open.
 *
 * One stretch of damage is one fault: after it, continuation frames are passed over until the next start.
 */
export class PacketAssembler {
  readonly #maxPacket: number;
  #raw = new Uint8Array(0);
  #filled = 0;
  /** Value of the length field; -1 while no packet is under way. */
  #announced = -1;
  #passingOver = false;

  constructor(maxPacketBytes = SMP_MAX_PACKET) {
    this.#maxPacket = maxPacketBytes;
  }

  /** A packet has begun and is not complete. */
  get unfinished(): boolean {
    return this.#announced >= 0;
  }

  /** Forgets the unfinished packet, and says that it did. */
  reset(): SmpFault | null {
    const fault = this.unfinished ? this.#interrupted() : null;
    this.#forget();
    this.#passingOver = false;
    return fault;
  }

  /** Two outcomes at most: an unfinished packet is given up, and the line is a packet of its own (or a fault). */
  push(line: Uint8Array): readonly (PacketBytes | SmpFault)[] {
    const kind = smpLineKind(line);
    if (kind === 'other') return [];
    const before = kind === 'start' ? this.reset() : null;
    if (kind === 'continuation' && this.#passingOver) return [];
    const outcome = this.#frame(kind, line);
    if (before === null) return outcome === null ? [] : [outcome];
    return outcome === null ? [before] : [before, outcome];
  }

  #frame(kind: SmpLineKind, line: Uint8Array): PacketBytes | SmpFault | null {
    const end = line[line.length - 1] === CR ? line.length - 1 : line.length;
    if (end >= SMP_MAX_FRAME)
      return this.#give('too-long', end, `a frame of at most ${SMP_MAX_FRAME} bytes, LF included`);
    if (kind === 'continuation' && !this.unfinished) {
      return this.#give('orphan', end, 'a continuation frame without a start: its beginning was lost');
    }
    const part = decodeBase64(line, 2, end);
    if (part === null)
      return this.#give('bad-base64', this.#filled + end, 'a frame whose text is not canonical base64');
    if (kind === 'start') {
      const refused = this.#begin(part);
      if (refused !== null) return refused;
    }
    if (this.#filled + part.length > this.#raw.length) {
      return this.#give('bad-length', this.#filled + part.length, `more bytes than the ${this.#announced} announced`);
    }
    this.#raw.set(part, this.#filled);
    this.#filled += part.length;
    return this.#settle(part.length >= ZEPHYR_CONTINUATION_BYTES);
  }

  #begin(part: Uint8Array): SmpFault | null {
    const announced = part.length < LENGTH_BYTES ? -1 : ((part[0] as number) << 8) | (part[1] as number);
    if (announced < CRC_BYTES) return this.#give('bad-length', part.length, 'a length field of at least 2');
    if (announced - CRC_BYTES > this.#maxPacket) {
      return this.#give(
        'too-long',
        part.length,
        `a packet of ${announced - CRC_BYTES} bytes, at most ${this.#maxPacket}`,
      );
    }
    this.#announced = announced;
    // Room for the old form of the length field, see `#settle`.
    this.#raw = new Uint8Array(LENGTH_BYTES + announced + CRC_BYTES);
    return null;
  }

  /**
   * The length counts the packet and its CRC. Old Zephyr servers left out the CRC's 2 bytes; what they send is taken when
   * the CRC is right in that reading. A full frame may be followed by the rest of such a CRC.
   */
  #settle(fullFrame: boolean): PacketBytes | SmpFault | null {
    const whole = LENGTH_BYTES + this.#announced;
    if (this.#filled < whole) return null;
    const isOldForm = this.#filled === whole + CRC_BYTES;
    if (this.#filled === whole || isOldForm) {
      const crcAt = this.#filled - CRC_BYTES;
      const crc = ((this.#raw[crcAt] as number) << 8) | (this.#raw[crcAt + 1] as number);
      if (crc16Xmodem(this.#raw, LENGTH_BYTES, crcAt) === crc) {
        const bytes = this.#raw.subarray(LENGTH_BYTES, crcAt);
        this.#forget();
        return { kind: 'packet-bytes', bytes };
      }
    }
    if (fullFrame && !isOldForm) return null;
    return this.#give(
      'bad-checksum',
      this.#filled,
      `the checksum over ${this.#announced} announced bytes does not match`,
    );
  }

  #interrupted(): SmpFault {
    const whole = LENGTH_BYTES + this.#announced;
    if (this.#filled >= whole) return smpFault('bad-checksum', this.#filled, 'the checksum does not match');
    return smpFault(
      'interrupted',
      this.#filled,
      `${this.#filled} of ${whole} bytes came, then another packet or nothing`,
    );
  }

  /** Gives up what is under way. */
  #give(fault: SmpFaultKind, bytes: number, detail: string): SmpFault {
    this.#forget();
    this.#passingOver = true;
    return smpFault(fault, bytes, detail);
  }

  #forget(): void {
    this.#announced = -1;
    this.#filled = 0;
    this.#raw = new Uint8Array(0);
  }
}
