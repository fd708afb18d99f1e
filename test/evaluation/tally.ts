/** Adds up what was judged. */
import { ADVISORIES, type AdvisoryKind, HOLD_POINTS, type HoldPoint } from '../../src/refill/model.ts';
import type { Judged } from './judge.ts';

export interface AdvisoryTally {
  /** Cases in which it had to come, and did. */
  must: number;
  hits: number;
  /** Seeds of cases in which it did not, by kind. */
  readonly missed: string[];
  readonly afterS: number[];
  readonly astrayMl: number[];
  /** Cases in which it must not come, and came: good refills, and refills with another trouble. */
  goodCases: number;
  falseInGood: number;
  otherCases: number;
  falseInOther: number;
  readonly falseSeeds: string[];
}

const none = (): AdvisoryTally => ({
  must: 0,
  hits: 0,
  missed: [],
  afterS: [],
  astrayMl: [],
  goodCases: 0,
  falseInGood: 0,
  otherCases: 0,
  falseInOther: 0,
  falseSeeds: [],
});

const SEEDS_KEPT = 40;

export class Tally {
  readonly advisories = Object.fromEntries(ADVISORIES.map((kind) => [kind, none()])) as Record<
    AdvisoryKind,
    AdvisoryTally
  >;
  refills = 0;
  inputs = 0;
  /** Of good refills, against the truth: by where the level comes from. */
  readonly levelErrors: Record<'expected' | 'measured', number[]> = { expected: [], measured: [] };
  readonly covered: Record<'expected' | 'measured', number> = { expected: 0, measured: 0 };
  readonly coveredInFill = { samples: 0, covered: 0 };
  readonly flowErrors: number[] = [];
  readonly residualErrors: number[] = [];
  residualsCovered = 0;
  /** Hold points that held in a good refill. */
  readonly heldInGood: Partial<Record<HoldPoint, number>> = {};
  goodRefills = 0;

  add(j: Judged): void {
    this.refills++;
    this.inputs += j.inputs;
    const good = j.kind === 'good';
    for (const kind of ADVISORIES) this.advisory(kind, j, good);
    if (good) this.good(j);
  }

  private advisory(kind: AdvisoryKind, j: Judged, good: boolean): void {
    const a = this.advisories[kind];
    const said = j.said.find((s) => s.advisory === kind);
    const seed = `${j.kind}:${j.seed}`;
    if (j.must.includes(kind)) {
      a.must++;
      if (said === undefined) {
        if (a.missed.length < SEEDS_KEPT) a.missed.push(seed);
        return;
      }
      a.hits++;
      if (said.afterS !== null) a.afterS.push(said.afterS);
      a.astrayMl.push(said.astrayMl);
    } else if (!j.may.includes(kind)) {
      if (good) a.goodCases++;
      else a.otherCases++;
      if (said === undefined) return;
      if (good) a.falseInGood++;
      else a.falseInOther++;
      if (a.falseSeeds.length < SEEDS_KEPT) a.falseSeeds.push(seed);
    }
  }

  private good(j: Judged): void {
    this.goodRefills++;
    for (const { from, phase, errorMl, u95 } of j.levels) {
      this.levelErrors[from].push(Math.abs(errorMl));
      const covered = Math.abs(errorMl) <= u95;
      if (covered) this.covered[from]++;
      if (from === 'measured' && phase === 'fill') {
        this.coveredInFill.samples++;
        if (covered) this.coveredInFill.covered++;
      }
    }
    if (j.flowErrorPercent !== null) this.flowErrors.push(Math.abs(j.flowErrorPercent));
    if (j.residualErrorMl !== null && j.residualU95 !== null) {
      this.residualErrors.push(Math.abs(j.residualErrorMl));
      if (Math.abs(j.residualErrorMl) <= j.residualU95) this.residualsCovered++;
    }
    for (const hold of HOLD_POINTS) {
      const held = j.state.holds.some((h) => h.hold === hold && h.state === 'held');
      if (held) this.heldInGood[hold] = (this.heldInGood[hold] ?? 0) + 1;
    }
  }
}

/** The value under which that share of the list lies; `NaN` of an empty one. */
export function quantile(list: readonly number[], share: number): number {
  const sorted = Float64Array.from(list).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
