/** SMP over serial and MCUboot images: what a host, a device and an image checker need. README.md is the specification. */

export type { BodyForm } from './cbor.ts';
export { type RequestOf, type ResponseOf, SMP_COMMANDS, type SmpCommand, type SmpCommandName } from './commands.ts';
export { errorText, IMG, knownErrors, MGMT, type SmpError, smpError } from './errors.ts';
export {
  encodeRefusal,
  encodeRequest,
  encodeResponse,
  parseRequest,
  parseResponse,
  requestHeader,
  type SmpOk,
  type SmpRefusal,
  type SmpRequest,
  uploadRoom,
} from './exchange.ts';
export { SMP_FAULT_KINDS, type SmpFault, type SmpFaultKind } from './faults.ts';
export { encodeFrames, SMP_MAX_FRAME, SMP_MAX_PACKET, smpLineKind, ZEPHYR_CONTINUATION_BYTES } from './frames.ts';
export * from './mcuboot/index.ts';
export type * from './messages.ts';
export { BOOTLOADER_MODES } from './messages.ts';
export {
  decodePacket,
  encodePacket,
  isResponseTo,
  SMP_GROUP,
  SMP_HEADER_BYTES,
  type SmpHeader,
  type SmpOp,
  type SmpPacket,
  SmpReassembler,
} from './packet.ts';
