/** What is kept for years, and in which words: refills, pumps, what happened to alarms. */
import type { AlarmLogEntry } from '../alarms/log.ts';
import type { Pump, RefillState } from '../refill/model.ts';

/** What a list of refills shows of one. */
export interface RefillSummary {
  readonly refill: string;
  readonly station: string;
  readonly pump: string;
  readonly pumpModel: string;
  readonly pumpSerial: string;
  readonly patientRef: string | null;
  readonly simulated: boolean;
  readonly by: string;
  readonly beganMs: number;
  readonly endedMs: number | null;
  /** Of the fill in the pump's register that this refill made. */
  readonly fillAtMs: number | null;
  readonly outcome: RefillState['outcome'];
  readonly stoppedReason: string | null;
  readonly residualMl: number | null;
  readonly filledMl: number | null;
  /** mL/d. */
  readonly actualFlow: number | null;
  readonly deviationPercent: number | null;
  readonly verdict: 'within' | 'outside' | 'indeterminate' | null;
  readonly overrides: number;
  readonly advisories: number;
  /** Of the station, as it said itself when the refill began. */
  readonly firmware: string | null;
  readonly hardware: string | null;
}

/** The record of one refill: what was known when it ended, or the state now of an open one. */
export interface RefillRecord {
  readonly summary: RefillSummary;
  readonly state: RefillState;
  readonly site: string;
  readonly bridge: string;
  /** Version of this program. */
  readonly software: string;
  /** Alarms of this station while the refill was open, oldest first. */
  readonly alarms: readonly AlarmLogEntry[];
  /** SHA-256 (hex) over all inputs of the refill, each as JSON with a line feed; replaying them gives this state. */
  readonly inputsSha256: string;
  readonly inputs: number;
}

/** The years of one pump, oldest fill first. */
export interface PumpHistory {
  readonly pump: Pump;
  readonly points: readonly {
    readonly atMs: number;
    readonly filledMl: number;
    readonly residualMl: number | null;
    readonly actualFlow: number | null;
    /** Half width of the 95 % interval of `actualFlow`, mL/d. */
    readonly actualFlowU95: number | null;
    readonly deviationPercent: number | null;
    /** The pump had run dry: flow and deviation are lower bounds. */
    readonly atLeast: boolean;
    /** The refill on record that made this fill, when there is one. */
    readonly refill: string | null;
  }[];
}

export interface AlarmLogQuery {
  /** Only older entries than this one. */
  readonly before: number | null;
  readonly source: string | null;
  readonly fromMs: number | null;
  readonly toMs: number | null;
  readonly limit: number;
}

export interface RefillQuery {
  readonly pump: string | null;
  readonly station: string | null;
  /** Began at or after, before; host UTC ms. */
  readonly fromMs: number | null;
  readonly toMs: number | null;
  readonly outcome: RefillState['outcome'] | null;
  /** `next` of the page before. */
  readonly before: number | null;
  readonly limit: number;
}

export interface RefillPage {
  readonly refills: readonly RefillSummary[];
  readonly next: number | null;
}
