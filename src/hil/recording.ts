/** What a run let out, with times, and what was true meanwhile: all that the judge looks at. */
import type { Told } from './stand/stepped-stations.ts';
import type { Passed } from './stand/wire.ts';

export interface Message {
  /** ms since the start of the run. */
  readonly atMs: number;
  readonly topic: string;
  /** Parsed JSON; `null` for an empty message; the text itself when it is no JSON. */
  readonly payload: unknown;
}

export interface StoreRow {
  readonly station: string;
  readonly kind: 'telemetry' | 'event';
  readonly epoch: number;
  readonly seq: number;
  readonly timeNs: bigint;
  readonly tick: number;
  readonly line: number;
  readonly flags: number;
  readonly values: readonly (number | null)[];
}

/** One line of the simulator's ledger. */
export interface SaidLine {
  readonly station: string;
  readonly bootId: string;
  readonly line: number;
  readonly tick: number;
  readonly type: string;
  readonly values: readonly (number | null)[] | null;
  readonly flags: number;
  readonly fate: 'sent' | 'duplicated' | 'late' | 'damaged' | 'dropped';
  /** Said to somebody who had the port open and knew by then who speaks. */
  readonly due: boolean;
  /** Which time the port was open. */
  readonly connection: number;
}

export interface HttpAnswer {
  readonly path: string;
  readonly status: number;
  readonly body: unknown;
}

export interface Recording {
  readonly site: string;
  readonly bridge: string;
  readonly stations: readonly string[];
  /** Whether somebody said what was true: `told` and `said`. */
  readonly truth: boolean;
  readonly endMs: number;
  readonly startUtcMs: number;
  readonly messages: readonly Message[];
  readonly told: readonly Told[];
  /** When each step with an id was done, and what went wrong in it. */
  readonly steps: ReadonlyMap<string, number>;
  readonly troubles: readonly string[];
  readonly answers: ReadonlyMap<string, HttpAnswer>;
  readonly metrics: string;
  readonly rows: readonly StoreRow[];
  readonly said: readonly SaidLine[];
  readonly bytes: readonly (readonly Passed[])[];
}
