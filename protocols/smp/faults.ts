/** Every way in which bytes of SMP can be wrong; each kind can be counted. Shared by frames, packets and messages. */
export const SMP_FAULT_KINDS = [
  'too-long', // a frame or a packet beyond its bound
  'bad-base64', // a frame whose text is not canonical base64
  'orphan', // a continuation frame without a start
  'interrupted', // a packet whose rest never came
  'bad-length', // more or fewer bytes than the length field announces
  'bad-checksum', // the CRC over the packet differs
  'bad-header', // CRC right, but the packet's header cannot be, or it answers something else
  'bad-body', // CRC right, but the body is no CBOR map
  'bad-field', // a map, but a known field is missing or cannot be
] as const;
export type SmpFaultKind = (typeof SMP_FAULT_KINDS)[number];

export interface SmpFault {
  readonly kind: 'fault';
  readonly fault: SmpFaultKind;
  /** Bytes the fault made unusable. */
  readonly bytes: number;
  /** What was expected and what stood there, for an engineer. */
  readonly detail: string;
}

export function smpFault(fault: SmpFaultKind, bytes: number, detail: string): SmpFault {
  return { kind: 'fault', fault, bytes, detail };
}
