/** A refill at a station, from its begin until the next one begins or nobody looks any more. */
import type { AlarmLogEntry } from '../alarms/log.ts';
import type { RefillRecord, RefillSummary } from '../records/model.ts';
import type { RefillState } from '../refill/model.ts';
import type { OpenRefill } from './open-refill.ts';
import { type StationVersions, summaryOf } from './summary.ts';

export interface Written {
  readonly site: string;
  readonly bridge: string;
  readonly software: string;
}

/** What has to be shown at once, and not only at the next of ten a second. Hot path: made for every reading. */
const markOf = (state: RefillState): readonly unknown[] => [
  state.phase,
  state.outcome,
  state.needle,
  state.clamp,
  state.link,
  // The engine replaces these, and never changes them.
  state.order,
  state.context,
  state.scans.length,
  state.corrections?.length ?? 0,
  ...state.holds.map((hold) => hold.state),
];

const isSame = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.length === b.length && a.every((part, i) => part === b[i]);

export class Entry {
  readonly open: OpenRefill;
  readonly versions: StationVersions;
  readonly alarms: AlarmLogEntry[] = [];
  /** Written for good: nothing is added any more. */
  closed = false;
  /** Monotonic ms. */
  heardMs: number;
  readonly beganMs: number;
  /** Since when it is completed or stopped. */
  endedMs: number | null = null;
  saidMs = Number.NEGATIVE_INFINITY;
  cancelSay: (() => void) | null = null;
  #mark: readonly unknown[] = [];
  #advisories = -1;

  constructor(open: OpenRefill, versions: StationVersions, nowMs: number, beganMs: number) {
    this.open = open;
    this.versions = versions;
    this.heardMs = nowMs;
    this.beganMs = beganMs;
  }

  get state(): RefillState {
    return this.open.state;
  }

  get inProgress(): boolean {
    return this.state.outcome === 'in-progress';
  }

  /** `true` when something other than a number has changed since the last call. */
  turned(): boolean {
    const state = this.state;
    const present = state.advisories.filter((advisory) => advisory.present).length;
    const advisories = this.open.advisoriesBegun * 1000 + present;
    const mark = markOf(state);
    const turned = !isSame(mark, this.#mark) || advisories !== this.#advisories;
    this.#mark = mark;
    this.#advisories = advisories;
    return turned;
  }

  summary(): RefillSummary {
    const { state } = this;
    return summaryOf(state, this.versions, state.outcome === 'in-progress' ? null : state.atMs);
  }

  record(written: Written): RefillRecord {
    const { count, sha256 } = this.open.inputs;
    return {
      summary: this.summary(),
      state: this.state,
      ...written,
      alarms: [...this.alarms],
      inputsSha256: sha256,
      inputs: count,
    };
  }
}
