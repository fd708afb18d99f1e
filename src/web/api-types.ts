/** Shapes of the HTTP API and the event stream, shared by the server and the page. */
import type { Channel } from '../../protocols/reading.ts';
import type { AlarmBoard } from '../alarms/board.ts';
import type { AlarmCondition } from '../alarms/catalogue.ts';
import type { AlarmLogEntry } from '../alarms/log.ts';
import type { FirmwareNews } from '../firmware/views.ts';
import type { RefillSummary } from '../records/model.ts';
import type {
  FillOrder,
  IntervalContext,
  NoRefill,
  NurseAction,
  PastFill,
  PumpModel,
  RefillElsewhere,
  RefillState,
} from '../refill/model.ts';

export type { AlarmBoard, AlarmEntry, AlarmKind, AlarmPresence, AlarmSignal, AudioPause } from '../alarms/board.ts';
export { ALARM_CONDITIONS, type AlarmCondition, type AlarmPriority } from '../alarms/catalogue.ts';
export { ALARM_LOG_EVENTS, type AlarmLogEntry } from '../alarms/log.ts';
export type {
  AuditView,
  FirmwareNews,
  FirmwareView,
  ImageView,
  JobView,
  ProblemView,
  RolloutView,
  SlotView,
  StationFirmwareView,
} from '../firmware/views.ts';
/** `GET /api/v1/pumps/:id/history` and `GET /api/v1/refills/:id` answer with the last two. */
export type { PumpHistory, RefillRecord, RefillSummary } from '../records/model.ts';
export {
  ADVISORIES,
  type Advisory,
  type AdvisoryKind,
  type Estimate,
  type FillOrder,
  HOLD_POINTS,
  type HoldPoint,
  type HoldState,
  type IntervalContext,
  type NoRefill,
  type NurseAction,
  type PastFill,
  PHASES,
  type Phase,
  type Pump,
  type PumpModel,
  type Reconciliation,
  type RefillElsewhere,
  type RefillState,
} from '../refill/model.ts';

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
  /** Its firmware is asked or updated over its wire: readings go on, or none come meanwhile. */
  readonly updating?: 'interleaved' | 'paused' | undefined;
  readonly latest: LatestReading | null;
}

/** Whether store, broker or journal work. `ok` with a reason: it works, but see there. */
export interface ConditionView {
  readonly description: string;
  readonly ok: boolean;
  /** `up`, `slow`, `silent`, `unproven`, `unreachable`, `refused`, `read-only`, `full`, `failing` ... */
  readonly state?: string | undefined;
  readonly reason: string | null;
  /** ms until the last answer was there. */
  readonly roundTripMs?: number | null | undefined;
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
  readonly store: ConditionView;
  readonly broker: ConditionView;
  /** `elsewhere`: no station is read here, alarms and refills are those that bridges say over MQTT, to look at only. */
  readonly bedside: 'here' | 'elsewhere';
  /** Absent where no bridge runs. */
  readonly journal?: ConditionView | undefined;
}

/** Server-sent events: `event:` name -> JSON `data:`. */
export interface StreamEvents {
  /** First event after every connect, and again when broker, store or journal change. */
  hello: Hello;
  /** All stations; second event after every connect. */
  fleet: readonly StationView[];
  /** One station changed (state, identity, health). */
  station: StationView;
  /** Latest readings since the last event, keyed by station; at most 20 events a second. */
  readings: Readonly<Record<string, LatestReading>>;
  /**
   * The open refill of a station, or that it has none. After every connect one per station that has an open refill, and
   * with `?station=` always one for that station; then at every change, at most 10 a second per station. The last state
   * of a refill that ends (`outcome` other than `in-progress`) is said before the `NoRefill`.
   * `pump.fills` holds the last `FILLS_IN_STREAM` at most; the whole history is at `/api/v1/pumps/:id/history`.
   */
  refill: RefillState | NoRefill;
  /** The whole board after every connect (behind the refills) and at every change. */
  alarms: AlarmBoard;
  /** At a dashboard apart from its bridges: every open refill as its bridge says it; after every connect and at every change. */
  elsewhere: readonly RefillElsewhere[];
  /** Updates under way and the last rollout, at most a few times a second; only in a stream of all stations. */
  firmware: FirmwareNews;
  /** Every second, so that a silent stream is noticed. */
  beat: { readonly serverUtcMs: number };
}

export const FILLS_IN_STREAM = 12;

/** `POST /api/v1/stations/:id/refill`; answers with the `RefillState`. */
export interface BeginRefill {
  /** Name of the person who does it; every write wants one. */
  readonly by: string;
  /** Id in the pump register. */
  readonly pump: string;
  readonly order: FillOrder;
  readonly context: IntervalContext;
}

/** `POST /api/v1/stations/:id/refill/actions`; answers with the `RefillState`. */
export interface RefillAction {
  readonly by: string;
  readonly action: NurseAction;
}

/** `PUT /api/v1/pumps/:id`; answers with the `Pump`. Without `fills` those on record stay. */
export interface PutPump {
  readonly by: string;
  /** Name of one of `GET /api/v1/pump-models`. */
  readonly model: string;
  readonly serial: string;
  readonly udi: string | null;
  readonly labelFlowMlPerDay: number;
  readonly patientRef: string | null;
  readonly fills?: readonly PastFill[];
}

/** `GET /api/v1/refills`, latest first; `GET /api/v1/refills/:id` has the whole of one. */
export interface RefillList {
  readonly refills: readonly RefillSummary[];
  /** Give it as `before` to get the next page; `null` on the last one. */
  readonly next: string | null;
}

export interface PumpModels {
  readonly models: readonly PumpModel[];
}

/** `POST /api/v1/pumps/import?by=NAME` with text/csv or application/json. All or nothing. */
export interface PumpsImported {
  readonly added: number;
  readonly changed: number;
  readonly unchanged: number;
}

/** `GET /api/v1/alarms/log`, latest first. */
export interface AlarmLog {
  readonly entries: readonly AlarmLogEntry[];
  /** How long entries are kept, days, and at most how many. */
  readonly keepDays: number;
  readonly keepEntries: number;
}

/** `POST /api/v1/alarms/acknowledge`; answers with the `AlarmBoard`. */
export interface Acknowledge {
  readonly by: string;
  readonly source: string;
  readonly condition: AlarmCondition;
}

/** `POST /api/v1/alarms/audio-pause` and, without `seconds`, `DELETE` of the same; answer with the `AlarmBoard`. */
export interface PauseAudio {
  readonly by: string;
  /** Site's own when absent (120 by default). */
  readonly seconds?: number;
  /** Only this source's signals; all when absent. */
  readonly source?: string;
}

/** `POST /api/v1/stations/:id/tare` and `/zero` with `{ by }`: what the station answered. */
export interface StationAnswer {
  readonly station: string;
  readonly command: 'tare' | 'zero';
  /** Text of the station's ACK, may be empty. A NAK or no answer is an `ApiError` 409 or 504. */
  readonly result: string;
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

/** Of `refills/:id/curves` what the page draws: the level as the refill's engine had it. */
export interface ReportedLevel {
  readonly curves: {
    readonly fromMs: number;
    readonly stepMs: number;
    readonly levelMl: readonly (number | null)[];
    readonly levelU95Ml: readonly (number | null)[];
  };
}

/** Every error of the API. */
export interface ApiError {
  readonly error: { readonly code: string; readonly message: string; readonly remedy: string };
}
