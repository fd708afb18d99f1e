/**
 * The words of a refill: what goes into the engine and what it knows. All of it is data, so that a refill replays from
 * its inputs to the same result. Volumes are drainable mL (dead volume excluded, everywhere); times are host UTC ms and
 * always an argument.
 */
import type { Reading } from '../../protocols/reading.ts';

export const PHASES = [
  'identify',
  'zero',
  'prep',
  'access',
  'empty',
  'measure',
  'confirm',
  'fill',
  'flush',
  'deaccess',
  'record',
] as const;
export type Phase = (typeof PHASES)[number];

/** A value and the half width of its 95 % interval, in the same unit. */
export interface Estimate {
  readonly value: number;
  readonly u95: number;
}

/**
 * A hold point stops the way on until it is passed, or overridden with a reason.
 * - `identity`        H1 pump, drug or patient reference as scanned is not the expected one
 * - `passiveReturn`   H2 nothing comes back within 60 s of access
 * - `residualVerdict` H3 actual flow outside the pump's band, or indeterminate
 * - `testVolume`      H4 the 5 mL test volume does not come back
 * - `linePressure`    H5 pressure beyond its limit, or rising at constant push
 * - `capacity`        H6 the fill would exceed the labelled capacity
 * - `drainedVolume`   H7 drained more than the last fill, or less than nothing
 */
export const HOLD_POINTS = [
  'identity',
  'passiveReturn',
  'residualVerdict',
  'testVolume',
  'linePressure',
  'capacity',
  'drainedVolume',
] as const;
export type HoldPoint = (typeof HOLD_POINTS)[number];

export interface HoldState {
  readonly hold: HoldPoint;
  /** `held`: the refill may not go on; `pending`: not decided yet. */
  readonly state: 'pending' | 'passed' | 'held' | 'overridden';
  readonly atMs: number | null;
  /** Who overrode it, and why. */
  readonly by: string | null;
  readonly reason: string | null;
}

/** What is known of a pump model; shipped as data, a site adds its own. */
export interface PumpModel {
  readonly model: string;
  readonly manufacturer: string;
  /** Drainable capacity on the label, mL. */
  readonly capacityMl: number;
  /** What no needle reaches, mL; never part of a volume elsewhere. */
  readonly deadVolumeMl: number;
  /** Flows the model is made in, mL/d. */
  readonly labelFlowsMlPerDay: readonly number[];
  /** Band of the actual flow around the label flow, %. */
  readonly tolerancePercent: number;
  readonly septa: number;
  readonly needle: string;
  /** Device identifier of its UDI, when known. */
  readonly udiDi: string | null;
  /**
   * Gauge pressure that its propellant gives the drug at 37 Cel and sea level, kPa; `null` or absent = not known, then
   * the engine assumes the physics textbook's propellant.
   */
  readonly propellantGaugeKpaAt37?: number | null;
  /** Where these figures come from. */
  readonly source: string;
  /** Names of the fields above that nobody has confirmed against the instructions for use of this very model. */
  readonly unverified?: readonly string[];
}

/** One implanted pump. No patient name: a pseudonymous reference at most. */
export interface Pump {
  readonly pump: string;
  readonly model: PumpModel;
  readonly serial: string;
  readonly udi: string | null;
  readonly labelFlowMlPerDay: number;
  readonly patientRef: string | null;
  /** Every fill on record, oldest first. */
  readonly fills: readonly PastFill[];
}

export interface PastFill {
  readonly atMs: number;
  readonly filledMl: number;
  /** Half width of the 95 % interval of `filledMl`; absent = not measured by a station, then the site's setting. */
  readonly filledU95Ml?: number;
  /** Of what was filled, g/mL; absent = like the fluid that is filled now. */
  readonly densityGPerMl?: number;
  /** Drained before this fill; `null` for the first one. */
  readonly residualMl: number | null;
  /** mL/d over the interval that ended with this refill. */
  readonly actualFlow: Estimate | null;
}

/** What is meant to be filled. */
export interface FillOrder {
  readonly fillMl: number;
  readonly drug: string;
  readonly concentrationMgPerMl: number | null;
  readonly lot: string | null;
  readonly densityGPerMl: number;
  readonly needleGauge: '20G' | '22G' | '24G';
  /** What a scan of the pump card and of the drug label must contain; `null` = not checked by scan. */
  readonly expectedPumpUdi: string | null;
  readonly expectedDrugCode: string | null;
}

/** Circumstances since the last fill that explain a deviation. */
export interface IntervalContext {
  readonly feverDays: number;
  readonly feverCel: number | null;
  /** Where the patient lives, m above the sea. */
  readonly homeAltitudeM: number;
  readonly flightHours: number;
}

export type NurseAction =
  | { readonly do: 'phase'; readonly phase: Phase }
  | { readonly do: 'pass'; readonly hold: HoldPoint }
  | { readonly do: 'override'; readonly hold: HoldPoint; readonly reason: string }
  /** A measured value that the nurse corrects or types in, mL. */
  | { readonly do: 'residual'; readonly ml: number; readonly reason: string }
  | { readonly do: 'context'; readonly context: IntervalContext }
  | { readonly do: 'order'; readonly order: FillOrder }
  | { readonly do: 'abort'; readonly reason: string }
  | { readonly do: 'resume'; readonly reason: string }
  | { readonly do: 'finish' };

/** What a site sets; part of `begin`, so that an old refill replays with the settings it was made with. */
export interface RefillSettings {
  /** Names and defaults: `thresholds.ts`. Absent = default. */
  readonly thresholds: Readonly<Record<string, number>>;
  /** Advisories that the site does not want. */
  readonly advisoriesOff: readonly AdvisoryKind[];
}

/** Everything that the engine hears. */
export type RefillInput = { readonly atMs: number } & (
  | {
      readonly kind: 'begin';
      readonly refill: string;
      readonly station: string;
      readonly by: string;
      readonly pump: Pump;
      readonly order: FillOrder;
      readonly context: IntervalContext;
      readonly simulated: boolean;
      readonly settings?: RefillSettings;
    }
  | { readonly kind: 'reading'; readonly reading: Pick<Reading, 'values' | 'flags' | 'deviceTickMs' | 'bootId'> }
  | { readonly kind: 'station'; readonly source: string; readonly state: string; readonly data: string }
  /** The station fell silent, or speaks again. */
  | { readonly kind: 'link'; readonly state: 'live' | 'silent' }
  | { readonly kind: 'nurse'; readonly by: string; readonly action: NurseAction }
  /** Time passes although nothing else happens. */
  | { readonly kind: 'time' }
);

export const ADVISORIES = [
  'needleNotInReservoir',
  'needleDislodged',
  'wrongPumpOrDrug',
  'linePressureHigh',
  'overfill',
  'leak',
  'residualOutsideBand',
  'reservoirEmpty',
  'airInLine',
  'lineOccluded',
  'sensorMismatch',
  'coldFill',
] as const;
/** Each is an alarm condition of the same name in `alarms/catalogue.ts`. */
export type AdvisoryKind = (typeof ADVISORIES)[number];

export interface Advisory {
  readonly advisory: AdvisoryKind;
  readonly present: boolean;
  readonly sinceMs: number;
  readonly endedMs: number | null;
  /** The numbers it was drawn from, for catalogue texts: `{ expectedKpa: 57, seenKpa: 4.2 }`. */
  readonly evidence: Readonly<Record<string, number>>;
}

/** Signs and conventions, kept with the values: other sources count `expected - actual`, or the dead volume in. */
export const RECONCILIATION_CONVENTION = {
  volumes: 'drainable, dead volume excluded',
  deltaMl: 'residual - expected, (+) slow',
  deviationPercent: '100 (actual - label) / label, (+) fast',
} as const;

/** Before new drug goes in: what the drained residual says about the pump since the last visit. */
export interface Reconciliation {
  readonly days: number;
  readonly lastFillMl: number;
  readonly expectedResidual: Estimate;
  readonly residual: Estimate;
  /** residual - expected, mL; (+) slow. */
  readonly deltaMl: number;
  /** (last fill - residual) / days, mL/d. */
  readonly actualFlow: Estimate;
  /** 100 (actual - label) / label; (+) fast. */
  readonly deviationPercent: Estimate;
  /** The pump was found dry and had stopped at an unknown moment: flow and deviation are at least these. */
  readonly atLeast?: boolean;
  readonly bandPercent: number;
  readonly verdict: 'within' | 'outside' | 'indeterminate';
  /** Deviation that fever, altitude and flights alone would explain, %; `null` without such context. */
  readonly explainedPercent: number | null;
  /** Slope of the deviation over past refills, %-points per 30 days; `null` with fewer than three. */
  readonly trendPercentPer30Days: number | null;
  readonly convention: typeof RECONCILIATION_CONVENTION;
}

export interface RefillState {
  readonly refill: string;
  readonly station: string;
  readonly simulated: boolean;
  readonly pump: Pump;
  readonly order: FillOrder;
  readonly context: IntervalContext;
  readonly by: string;
  readonly beganMs: number;
  /** Of the last input. */
  readonly atMs: number;
  readonly outcome: 'in-progress' | 'completed' | 'stopped';
  readonly stoppedReason: string | null;
  readonly phase: Phase;
  readonly phases: readonly { readonly phase: Phase; readonly atMs: number; readonly by: 'readings' | 'nurse' }[];
  readonly needle: 'in' | 'out' | 'unknown';
  readonly clamp: 'open' | 'closed' | 'unknown';
  /** Of the reservoir now, mL; `null` while it cannot be said. */
  readonly level: Estimate | null;
  /** `expected`: inferred from the last fill; `measured`: anchored at an emptied reservoir. */
  readonly levelFrom: 'expected' | 'measured' | null;
  readonly residual: Estimate | null;
  /** Net volume that came out since the needle went in, while the reservoir is being emptied, mL. */
  readonly drained: Estimate | null;
  /** New drug that went in since emptying, net, mL. */
  readonly filled: Estimate | null;
  /** Through the bolus path with its own needle, mL; `null` = not flushed. Never part of level or fill. */
  readonly flushed?: Estimate | null;
  /** The needle was in when the refill began: what was drained and filled before is not known. */
  readonly missedStart?: boolean;
  /** Peak of the line pressure and its static value after access, kPa gauge. */
  readonly pressure: { readonly peakKpa: number | null; readonly staticKpa: number | null };
  readonly holds: readonly HoldState[];
  readonly advisories: readonly Advisory[];
  readonly reconciliation: Reconciliation | null;
  readonly scans: readonly { readonly atMs: number; readonly symbology: string; readonly data: string }[];
  readonly link: 'live' | 'silent';
  /** Measured values that the nurse corrected, with her reasons. */
  readonly corrections?: readonly {
    readonly atMs: number;
    readonly by: string;
    readonly what: 'residual';
    readonly ml: number;
    readonly reason: string;
  }[];
}

/** A refill as its bridge says it over MQTT: enough to look on from elsewhere, too little to act. */
export interface RefillElsewhere {
  readonly station: string;
  readonly bridge: string;
  readonly saidUtcMs: number;
  /** Why it cannot be relied on any more; `null` = as said in time. */
  readonly silent: string | null;
  readonly refill: string;
  readonly simulated: boolean;
  readonly pump: string | null;
  readonly beganUtcMs: number | null;
  readonly outcome: RefillState['outcome'] | null;
  readonly phase: string | null;
  readonly level: Estimate | null;
  readonly levelFrom: RefillState['levelFrom'];
  readonly residual: Estimate | null;
  readonly filled: Estimate | null;
  readonly actualFlow: Estimate | null;
  readonly deviationPercent: Estimate | null;
  readonly verdict: Reconciliation['verdict'] | null;
  /** Hold points that hold, and advisories that are present. */
  readonly held: readonly string[];
  readonly advisories: readonly string[];
}

/** A station that has no open refill. */
export interface NoRefill {
  readonly station: string;
  readonly refill: null;
}
