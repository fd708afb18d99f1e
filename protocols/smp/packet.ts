/**
 * An SMP packet: 8 bytes of header and a CBOR map.
 *
 *   byte 0          1      2..3        4..5       6    7
 *   res:3 ver:2 op:3 flags  length BE   group BE   seq  command
 *
 * `length` counts the body. Source: Zephyr documentation, services/device_mgmt/smp_protocol, "Frame".
 */
import { type SmpFault, smpFault } from './faults.ts';
import { PacketAssembler, SMP_MAX_PACKET } from './frames.ts';

export const SMP_HEADER_BYTES = 8;

export const SMP_OPS = ['read', 'read-response', 'write', 'write-response'] as const;
export type SmpOp = (typeof SMP_OPS)[number];

export const SMP_GROUP = { os: 0, image: 1, statistics: 2, settings: 3, fileSystem: 8, shell: 9, zephyr: 63 } as const;

export interface SmpHeader {
  readonly op: SmpOp;
  /** 0: errors as `rc`. 1: errors of a group as `err`. 2 and 3 are not known to any server so far. */
  readonly version: 0 | 1 | 2 | 3;
  /** 0..255, 0 so far. */
  readonly flags: number;
  readonly group: number;
  /** 0..255; a response carries its request's. */
  readonly sequence: number;
  readonly command: number;
}

export interface SmpPacket extends SmpHeader {
  readonly kind: 'packet';
  /** CBOR, not yet read. */
  readonly body: Uint8Array;
}

/** Never throws; the body is a view of `bytes`. */
export function decodePacket(bytes: Uint8Array): SmpPacket | SmpFault {
  if (bytes.length < SMP_HEADER_BYTES) {
    return smpFault('bad-header', bytes.length, `a header of ${SMP_HEADER_BYTES} bytes, got ${bytes.length}`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const first = view.getUint8(0);
  const op = SMP_OPS[first & 0x07];
  if (op === undefined) return smpFault('bad-header', bytes.length, `an op 0..3, got ${first & 0x07}`);
  const length = view.getUint16(2);
  if (SMP_HEADER_BYTES + length !== bytes.length) {
    const got = bytes.length - SMP_HEADER_BYTES;
    return smpFault('bad-header', bytes.length, `the header announces ${length} bytes of body, ${got} came`);
  }
  return {
    kind: 'packet',
    op,
    version: ((first >>> 3) & 0x03) as SmpHeader['version'],
    flags: view.getUint8(1),
    group: view.getUint16(4),
    sequence: view.getUint8(6),
    command: view.getUint8(7),
    body: bytes.subarray(SMP_HEADER_BYTES),
  };
}

/** Throws RangeError naming field and value when something does not fit. */
export function encodePacket(header: SmpHeader, body: Uint8Array): Uint8Array {
  const fits = (name: string, value: number, max: number) => {
    if (Number.isInteger(value) && value >= 0 && value <= max) return value;
    throw new RangeError(`${name}: ${value} does not fit, expected a whole number 0..${max}`);
  };
  const bytes = new Uint8Array(SMP_HEADER_BYTES + fits('body length', body.length, 0xffff));
  const view = new DataView(bytes.buffer);
  view.setUint8(0, (fits('version', header.version, 3) << 3) | SMP_OPS.indexOf(header.op));
  view.setUint8(1, fits('flags', header.flags, 0xff));
  view.setUint16(2, body.length);
  view.setUint16(4, fits('group', header.group, 0xffff));
  view.setUint8(6, fits('sequence', header.sequence, 0xff));
  view.setUint8(7, fits('command', header.command, 0xff));
  bytes.set(body, SMP_HEADER_BYTES);
  return bytes;
}

/** Same group, command and sequence, and the op that answers the request's. */
export function isResponseTo(request: SmpHeader, packet: SmpHeader): boolean {
  return (
    packet.op === responseOp(request.op) &&
    packet.group === request.group &&
    packet.command === request.command &&
    packet.sequence === request.sequence
  );
}

/** `read` to `read-response`, `write` to `write-response`; a response's op stays. */
export function responseOp(op: SmpOp): SmpOp {
  return op === 'read' ? 'read-response' : op === 'write' ? 'write-response' : op;
}

/**
 * Lines to packets, for the owner of a wire. Give it every line without its LF, or only those that begin with a marker;
 * lines of others give nothing and disturb nothing. Make a new one at every open, and `reset` when a reply times out.
 */
export class SmpReassembler {
  readonly #assembler: PacketAssembler;

  /** A packet beyond `maxPacketBytes` is a `too-long` fault and costs no memory. */
  constructor(maxPacketBytes = SMP_MAX_PACKET) {
    this.#assembler = new PacketAssembler(maxPacketBytes);
  }

  /** In order; empty while a packet is incomplete. At most two: what was given up, and what came. */
  push(line: Uint8Array): readonly (SmpPacket | SmpFault)[] {
    return this.#assembler
      .push(line)
      .map((outcome) => (outcome.kind === 'fault' ? outcome : decodePacket(outcome.bytes)));
  }

  /** The fault of the packet that was under way, if one was. */
  reset(): SmpFault | null {
    return this.#assembler.reset();
  }
}
