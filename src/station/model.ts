/** What the rest of the daemon knows of a station. No bytes, no links: sinks and screens see only these types. */

import type { FaultKind } from '../../protocols/framing.ts';
import type { Identification } from '../../protocols/hrsp/messages.ts';
import type { Received } from '../../protocols/reading.ts';

/**
 * - `connecting`  the link is not open (yet, or again)
 * - `identifying` open, waiting for the handshake
 * - `live`        identified and speaking
 * - `quiet`       open but silent for 3 nominal periods: an alarm state, never "resolved"
 * - `offline`     stopped by the daemon, or its bridge is gone
 * - `refused`     will not be used; `reason` says why and what to do
 */
export type StationState = 'connecting' | 'identifying' | 'live' | 'quiet' | 'offline' | 'refused';

export interface StationStatus {
  /** Station serial from the handshake; `null` while the link has not told who it is. */
  readonly station: string | null;
  /** The link as configured, without credentials: `/dev/ttyUSB0`, `tcp://host:port`. */
  readonly link: string;
  readonly state: StationState;
  /** Plain words: what is wrong, and the remedy. `null` when live. */
  readonly reason: string | null;
  /** Host UTC ms at which this state began. */
  readonly sinceUtcMs: number;
  /** Its link is no longer configured: the last that is said of it. Whoever keeps a list takes it off, without an alarm. */
  readonly removed?: true;
  /** The station's firmware is asked or updated over its wire: its readings go on, or it sends none meanwhile. */
  readonly updating?: 'interleaved' | 'paused';
}

/** The birth of a station: said once per handshake. */
export interface StationInfo {
  readonly station: string;
  readonly link: string;
  readonly bootId: string;
  readonly identification: Identification;
  readonly identifiedUtcMs: number;
}

/** Something that happened at the station: a needle, a clamp, a scan, a device error, a change of its state. */
export interface StationEvent {
  readonly station: string;
  readonly bootId: string;
  readonly lineSeq: number;
  readonly deviceTickMs: number;
  readonly received: Received;
  /** `scale` (`tared`) and `sensor` (`zeroed`) come from stations that speak HRSP 1.1; `refill`: what a nurse did at a screen. */
  readonly source: 'needle' | 'clamp' | 'scan' | 'door' | 'power' | 'scale' | 'sensor' | 'state' | 'error' | 'refill';
  /** `in`, `open`, `tared`, the symbology of a scan, the state's name, `warning` ... */
  readonly state: string;
  /** Scanned data, error text with its code, for `refill` JSON with at least `refill` and `by`; else empty. */
  readonly data: string;
}

/** Everything counted on the way from bytes to readings, since the daemon started. All are monotonic. */
export interface StationCounters {
  bytes: number;
  /** Good lines of any known type. */
  lines: number;
  readings: number;
  events: number;
  /** Lines the sequence numbers say were sent but never arrived whole. */
  linesLost: number;
  /** Same line sequence number again in the same boot: not used a second time. */
  duplicates: number;
  /** Sequence number behind the last one in the same boot: not used. */
  outOfOrder: number;
  /** Good lines before the handshake was answered (old bytes in a buffer): not used. */
  beforeIdentified: number;
  unknownMessages: number;
  extraFields: number;
  /** Lines of another protocol on the same wire, handed to their owner. */
  foreign: number;
  outOfRange: number;
  beyondLimit: number;
  tickJumps: number;
  reboots: number;
  opens: number;
  openFailures: number;
  disconnects: number;
  quiets: number;
  commandTimeouts: number;
  faults: Record<FaultKind, number>;
}

export interface StationHealth {
  readonly station: string;
  readonly atUtcMs: number;
  readonly state: StationState;
  readonly counters: Readonly<StationCounters>;
  /** Readings a second over the last health period. */
  readonly rateHz: number;
  /** Share of the lines of the last minute that arrived whole, 0..1; `null` when nothing was expected. */
  readonly linkQuality: number | null;
  /** Device tick minus host monotonic, change since the handshake, in ms: the station's clock drift. */
  readonly tickDriftMs: number | null;
}
