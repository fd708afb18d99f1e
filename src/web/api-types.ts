/** Shapes of the HTTP API and the event stream, shared by the server and the page. */
import type { Channel } from '../../protocols/reading.ts';

export interface ChannelMeta {
  readonly name: Channel;
  readonly unit: string;
  /** Digits after the decimal point that a person is shown; the values themselves come as they were measured. */
  readonly decimals: number;
  readonly describe: string;
}

export interface LatestReading {
  /** Age in ms when the server sent this message; the page adds its own monotonic time. Never a wall clock difference. */
  readonly ageMs: number;
  /** Server UTC ms of reception, for charts. */
  readonly atUtcMs: number;
  readonly tickMs: number;
  readonly lineSeq: number;
  /** In the order of `Hello.channels`. */
  readonly values: readonly (number | null)[];
  readonly flags: readonly string[];
}

export interface StationView {
  /** Stable key of the row: the station, or the link while nobody has answered there. */
  readonly key: string;
  readonly station: string | null;
  readonly link: string;
  readonly state: string;
  readonly reason: string | null;
  readonly sinceUtcMs: number;
  readonly simulated: boolean;
  readonly hardwareRevision: string | null;
  readonly firmwareVersion: string | null;
  readonly instruments: readonly {
    readonly kind: string;
    readonly model: string;
    readonly serial: string;
    readonly channels: readonly string[];
  }[];
  readonly rateHz: number | null;
  readonly linkQuality: number | null;
  readonly faults: number;
  readonly latest: LatestReading | null;
}

export interface Hello {
  readonly product: 'hai-bridge';
  readonly version: string;
  readonly site: string;
  readonly bridge: string;
  /** Changes when the daemon restarts: the page then reloads its state, not itself. */
  readonly runId: string;
  readonly serverUtcMs: number;
  readonly expiryMs: number;
  readonly channels: readonly ChannelMeta[];
  readonly store: { readonly description: string; readonly ok: boolean; readonly reason: string | null };
  readonly broker: { readonly description: string; readonly ok: boolean; readonly reason: string | null };
}

/** Server-sent events: `event:` name -> JSON `data:`. */
export interface StreamEvents {
  /** First event after every connect, and again when broker or store change. */
  hello: Hello;
  /** All stations; second event after every connect. */
  fleet: readonly StationView[];
  /** One station changed (state, identity, health). */
  station: StationView;
  /** Latest readings since the last event, keyed by station; at most 20 events a second. */
  readings: Readonly<Record<string, LatestReading>>;
  /** Every second, so that a silent stream is noticed. */
  beat: { readonly serverUtcMs: number };
}

export interface HistoryResponse {
  readonly station: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly bucketMs: number;
  readonly times: readonly number[];
  readonly channels: Partial<
    Record<
      Channel,
      {
        readonly min: readonly (number | null)[];
        readonly max: readonly (number | null)[];
        readonly mean: readonly (number | null)[];
      }
    >
  >;
}

/** Every error of the API. */
export interface ApiError {
  readonly error: { readonly code: string; readonly message: string; readonly remedy: string };
}
