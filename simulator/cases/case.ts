/** Everything that decides one refill, as data: who comes, what is wrong, how the nurse works, what the sensors do. */
import type { FluidName } from '../physics/fluids.ts';
import type { NeedleGauge } from '../physics/needle.ts';
import type { Place } from '../physics/places.ts';
import type { PumpUnit, Stretch } from '../physics/pump.ts';
import type { InstrumentErrors, SensorFault } from '../physics/sensor-faults.ts';
import type { Phase } from '../truth.ts';
import type { CaseKind } from './kinds.ts';

/** What happened since the last fill. */
export interface Interval {
  readonly days: number;
  /** What the record says was filled; `null` for a pump that was never filled. */
  readonly recordedFillMl: number | null;
  /** What really went into the reservoir then. */
  readonly trueFillMl: number;
  /** In order; their days add up to `days`. */
  readonly stretches: readonly Stretch[];
  /** As a patient would tell it. */
  readonly feverDays: number;
  readonly feverCel: number | null;
  readonly homeAltitudeM: number;
  readonly flightHours: number;
}

/** When something happens: in that phase, after so many seconds of it, or so many mL pushed in it. */
export interface Trigger {
  readonly phase: Phase;
  readonly afterS?: number;
  readonly afterMl?: number;
}

export type Mishap = { readonly when: Trigger } & Befalling;

export type Befalling =
  | { readonly what: 'needle-moves'; readonly to: Place }
  /** `free` ends it. */
  | { readonly what: 'occlusion'; readonly how: 'shut' | 'free' | number }
  | { readonly what: 'leak'; readonly at: 'port' | 'hub'; readonly mlPerMinPerKpa: number; readonly opensS: number }
  | { readonly what: 'air'; readonly ml: number };

/** How she works. Times are seconds of a textbook nurse, divided by `pace`. */
export interface NurseStyle {
  readonly pace: number;
  /** Relative deviation of her pushing speed, changing about once a second. */
  readonly waver: number;
  readonly testMlPerMin: number;
  readonly fillMlPerMin: number;
  readonly portionMl: number;
  /** After each portion she looks at the pressure for so long. */
  readonly pauseS: number;
  /** Least and most time for the passive drain; in between she waits until nothing comes for some seconds. */
  readonly emptyLeastS: number;
  readonly emptyMostS: number;
  /** From the end of EMPTY to CONFIRM: she reads, computes and decides. */
  readonly measureS: number;
  /** The thumb, N. */
  readonly forceN: number;
  /** Draws gently at the end of the drain. */
  readonly aspirates: boolean;
  /** Leaves air in the line: forgets to prime. */
  readonly primes: boolean;
  /** Opens the clamp before she pushes; `false`: forgets it. */
  readonly opensClamp: boolean;
  /** `watchful`: stops by herself at what cannot be right, as the procedure wants; `unaware`: goes on whatever she sees. */
  readonly heed: 'watchful' | 'unaware';
  /** The scale feels her hands, g. */
  readonly touchG: number;
}

/** The bolus path, flushed after the fill with the needle and the syringe that belong to it. */
export interface Flush {
  /** Heparinised saline, the priming of that needle excluded. */
  readonly ml: number;
  readonly mlPerMin: number;
}

/** One attempt to access the pump: how long it takes and where the needle ends. */
export interface Attempt {
  readonly afterS: number;
  readonly ends: Place;
}

export interface Scan {
  readonly symbology: string;
  readonly data: string;
}

export interface RefillCase {
  readonly kind: CaseKind;
  /** Noise, offsets and unevenness come from it. */
  readonly seed: number;
  readonly pump: PumpUnit;
  readonly pumpSerial: string;
  readonly since: Interval;
  readonly bodyCel: number;
  /** Of the pump on arrival: as warm as the body, unless just implanted. */
  readonly pumpCel: number;
  readonly arterialMmHg: number;
  readonly pulsePerMin: number;
  readonly tissueMlPerKpa: number;
  readonly roomCel: number;
  readonly infusateCel: number;
  readonly ambientKpa: number;
  /** In the reservoir now. */
  readonly residualFluid: FluidName;
  /** To be filled. */
  readonly fluid: FluidName;
  readonly fillMl: number;
  readonly gauge: NeedleGauge;
  /** The last one is the one she works with. */
  readonly attempts: readonly Attempt[];
  /** `null`: the pump has no bolus path, or nobody flushes it. */
  readonly flush: Flush | null;
  readonly mishaps: readonly Mishap[];
  readonly nurse: NurseStyle;
  readonly instruments: InstrumentErrors;
  readonly sensorFaults: readonly SensorFault[];
  /** What is scanned, and what ought to have been. */
  readonly scans: { readonly pump: Scan; readonly drug: Scan };
  readonly ordered: { readonly pump: Scan; readonly drug: Scan };
}
