/** What HRSP lines mean, as types. The wire layout is in README.md; `codec.ts` turns one into the other. */

/** Common header of every line. */
export interface HrspHeader {
  /** 8 upper-case hex digits, drawn at random at each boot of the sender. */
  readonly bootId: string;
  /** Line sequence number modulo 2^32, counts every line of the sender's boot from 0. */
  readonly seq: number;
  /** ms since the sender's boot, modulo 2^32. */
  readonly tick: number;
}

export const HRSP_VERSION = { major: 1, minor: 1 } as const;
/** Longest line in bytes, `$` to LF included. */
export const HRSP_MAX_LINE = 512;

export interface InstrumentDescription {
  /** `scale`, `flow`, `pressure`, `barometer`, ... */
  readonly kind: string;
  readonly model: string;
  readonly serial: string;
  /** Channel codes of `CHANNELS` this instrument supplies; unknown codes from newer stations are kept as they stand. */
  readonly channels: readonly string[];
}

export interface Identification {
  readonly type: 'ID';
  readonly serial: string;
  readonly hardwareRevision: string;
  readonly firmwareVersion: string;
  readonly protocol: { readonly major: number; readonly minor: number };
  /** `simulated` data must be shown as such everywhere. */
  readonly mode: 'clinical' | 'simulated';
  /** Telemetry lines a second now, 1-50 Hz by command; a bench source may say more. */
  readonly rateHz: number;
  readonly instruments: readonly InstrumentDescription[];
}

export interface Telemetry {
  readonly type: 'TEL';
  /** In the order of `CHANNELS`; `null` = missing on the wire or outside the channel's range. */
  readonly values: readonly (number | null)[];
  /** Low byte of `FLAG` as sent, plus `outOfRange` if the decoder had to blank a value. */
  readonly flags: number;
}

export interface StateReport {
  readonly type: 'STA';
  readonly state: 'starting' | 'idle' | 'ready' | 'measuring' | 'fault' | 'updating';
  readonly needle: 'in' | 'out' | 'unknown';
  readonly clamp: 'open' | 'closed' | 'unknown';
  readonly door: 'open' | 'closed' | 'unknown';
  readonly power: 'mains' | 'battery' | 'unknown';
}

export interface EventReport {
  readonly type: 'EVT';
  /** `scale` and `sensor` since HRSP 1.1: only a host that asked with 1.1 or later hears them. */
  readonly source: 'needle' | 'clamp' | 'scan' | 'door' | 'power' | 'scale' | 'sensor';
  /** `in`/`out`, `open`/`closed`, `mains`/`battery`/`low`, `tared`, `zeroed`, or for a scan the symbology. */
  readonly state: string;
  /** Scanned data (percent-encoded on the wire), else empty. */
  readonly data: string;
}

export interface ErrorReport {
  readonly type: 'ERR';
  readonly code: number;
  readonly severity: 'info' | 'warning' | 'error' | 'fatal';
  readonly text: string;
}

export interface Heartbeat {
  readonly type: 'HB';
  readonly uptimeS: number;
  readonly rateHz: number;
  /** Lines the station could not send since boot. */
  readonly dropped: number;
}

export interface Acknowledgement {
  readonly type: 'ACK';
  readonly correlation: number;
  readonly result: string;
}

export interface Refusal {
  readonly type: 'NAK';
  readonly correlation: number;
  readonly reason: 'unknown' | 'version' | 'range' | 'busy' | 'unsupported' | 'failed';
  readonly text: string;
}

export type HrspCommand =
  | { readonly name: 'identify'; readonly highest: { readonly major: number; readonly minor: number } }
  | { readonly name: 'rate'; readonly hz: number }
  | { readonly name: 'tare' }
  | { readonly name: 'zero' }
  | { readonly name: 'clock'; readonly utcMs: number }
  /** A command of a newer host: the station answers it with NAK `unknown`. Its arguments are not kept. */
  | { readonly name: 'other'; readonly word: string };

export interface CommandRequest {
  readonly type: 'CMD';
  readonly correlation: number;
  readonly command: HrspCommand;
}

export type HrspMessage =
  | Identification
  | Telemetry
  | StateReport
  | EventReport
  | ErrorReport
  | Heartbeat
  | Acknowledgement
  | Refusal
  | CommandRequest;

/** A good line. `extraFields` counts trailing fields that a newer minor version added. */
export interface HrspFrame {
  readonly kind: 'message';
  readonly header: HrspHeader;
  readonly message: HrspMessage;
  readonly extraFields: number;
}

/** A good line of a type (or an event of a source) this version does not know: tolerated, counted, its seq used. */
export interface UnknownFrame {
  readonly kind: 'unknown';
  readonly header: HrspHeader;
  readonly type: string;
}

/** A line of another protocol on the same wire: SMP frames (06 09 / 04 14) or console text. Routed, not a fault. */
export interface ForeignFrame {
  readonly kind: 'foreign';
  readonly protocol: 'smp';
  readonly bytes: Uint8Array;
}
