/** What the lab's page and server say to each other. Types alone: the page compiles them away. */

export interface ScenarioItem {
  readonly name: string;
  readonly about: string;
  readonly stations: number;
  /** `null`: as long as somebody is at a bay. */
  readonly lastsS: number | null;
  readonly visits: number;
  readonly steps: number;
  readonly expectations: number;
  readonly requirements: readonly string[];
  readonly hazards: readonly string[];
  /** Why it cannot be played; else `null`. */
  readonly problem: string | null;
}

/** What is out of order at a station, as far as it was switched. */
export interface Switches {
  /** Chance per line, %. */
  readonly faults: Readonly<Record<string, number>>;
  /** Channel to its fault. */
  readonly sensors: Readonly<Record<string, string>>;
  readonly plugged: boolean;
  readonly quiet: boolean;
  readonly door: 'open' | 'closed';
  readonly power: 'battery' | 'mains';
  readonly surroundings: Readonly<Record<string, number>>;
}

export interface AlarmNow {
  readonly condition: string;
  readonly priority: string;
  /** The condition is over; its signals go on until somebody acknowledges it. */
  readonly latched: boolean;
}

export interface StationNow {
  readonly name: string;
  readonly state: string | null;
  readonly phase: string | null;
  /** As the product says it, and what truly is in the simulated pump. */
  readonly level: { readonly value: number; readonly u95: number } | null;
  readonly levelFrom: string | null;
  readonly truthMl: number | null;
  readonly truthPhase: string | null;
  readonly alarms: readonly AlarmNow[];
  readonly switches: Switches;
}

export interface ExpectationNow {
  readonly number: number;
  readonly line: number;
  readonly wanted: string;
  readonly requirement: string;
  readonly hazard: string | null;
  readonly station: number;
  readonly stands: 'open' | 'holds' | 'met' | 'broken';
  readonly seen: string;
}

export interface Result {
  /** `by-hand`: somebody has meddled, so that it is no verdict about the scenario. */
  readonly outcome: 'passed' | 'failed' | 'by-hand' | 'stopped' | 'broke';
  readonly met: number;
  readonly troubles: readonly string[];
}

export interface Run {
  readonly id: number;
  readonly scenario: string;
  readonly about: string;
  readonly file: string;
  readonly seed: number;
  readonly state: 'starting' | 'running' | 'paused' | 'ended';
  readonly nowMs: number;
  readonly lastsMs: number | null;
  /** Asked for, and what comes of it on this machine. */
  readonly speed: number;
  readonly reached: number | null;
  readonly doing: string;
  readonly byHand: boolean;
  /** The way to the broker can be cut. */
  readonly brokerApart: boolean;
  /** The product's own page of this run. */
  readonly page: string | null;
  readonly bridgeAlarms: readonly AlarmNow[];
  readonly stations: readonly StationNow[];
  readonly expectations: readonly ExpectationNow[];
  readonly result: Result | null;
}

/** Number of the station, ms of the run, and what the product published then; the last is the truth. */
export type Sample = readonly [
  station: number,
  atMs: number,
  mass: number | null,
  flow: number | null,
  pressure: number | null,
  level: number | null,
  truth: number | null,
];

export interface LogLine {
  readonly atMs: number;
  readonly kind: 'step' | 'hand' | 'alarm' | 'met' | 'broken' | 'trouble' | 'end';
  readonly text: string;
}

/** What has come since; `all`: instead of everything before. */
export interface More {
  readonly run: number;
  readonly all: boolean;
  readonly samples: readonly Sample[];
  readonly log: readonly LogLine[];
}

export interface LabEvents {
  readonly run: Run | null;
  readonly more: More;
  readonly beat: { readonly version: string };
}
