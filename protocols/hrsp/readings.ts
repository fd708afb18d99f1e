/** HRSP telemetry as readings. */
import type { Reading, Received } from '../reading.ts';
import type { ForeignFrame, HrspFrame, Telemetry, UnknownFrame } from './messages.ts';

export type TelemetryFrame = HrspFrame & { readonly message: Telemetry };

export function isTelemetry(frame: HrspFrame | UnknownFrame | ForeignFrame): frame is TelemetryFrame {
  return frame.kind === 'message' && frame.message.type === 'TEL';
}

/** `station` is the identity from the handshake. The values are handed on, not copied. */
export function toReading(station: string, frame: TelemetryFrame, received: Received): Reading {
  const { header, message } = frame;
  return {
    station,
    bootId: header.bootId,
    lineSeq: header.seq,
    deviceTickMs: header.tick,
    received,
    values: message.values,
    flags: message.flags,
  };
}
