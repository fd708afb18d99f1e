/** Plays one case to the engine and compares what it says with what really was. */
import { expectedOf, type RefillCase, type TruthSample } from '../../simulator/batch.ts';
import { FLUIDS } from '../../simulator/physics/fluids.ts';
import { reservoirGaugeKpa } from '../../simulator/physics/pump.ts';
import type { AdvisoryKind, RefillState } from '../../src/refill/model.ts';
import { type BeginInput, Refill } from '../../src/refill/refill.ts';
import { astrayMl, causeOf } from './causes.ts';
import { beginOf, hearRefill } from './refill-of-case.ts';

/** One comparison of a level with the truth. */
export interface LevelSample {
  readonly from: 'expected' | 'measured';
  readonly phase: string;
  readonly errorMl: number;
  readonly u95: number;
}

/** When an advisory first came, and what had happened by then. */
export interface Said {
  readonly advisory: AdvisoryKind;
  /** From the beginning of its cause, s; `null` when it came before. */
  readonly afterS: number | null;
  /** Fluid astray by then, mL: at the next look at the truth, so at least as much as it was. */
  readonly astrayMl: number;
}

export interface Judged {
  readonly kind: string;
  readonly seed: number;
  readonly must: readonly string[];
  readonly may: readonly string[];
  readonly said: readonly Said[];
  /** In the end, mL. */
  readonly astrayMl: number;
  readonly levels: readonly LevelSample[];
  /** 100 (engine - truth) / truth of the actual flow, and the engine's own uncertainty, %. */
  readonly flowErrorPercent: number | null;
  readonly residualErrorMl: number | null;
  readonly residualU95: number | null;
  readonly inputs: number;
  readonly state: RefillState;
}

export interface JudgeOptions {
  readonly rateHz?: number;
  readonly begin?: BeginInput;
}

/** Advisories are compared with the truth about once a second, levels too; both at the time of the truth. */
export function judge(task: RefillCase, options: JudgeOptions = {}): Judged {
  const isThere = causeOf(task);
  const refill = Refill.begin(options.begin ?? beginOf(task));
  const levels: LevelSample[] = [];
  const said = new Map<AdvisoryKind, Said>();
  const fresh: { advisory: AdvisoryKind; atMs: number }[] = [];
  let begun = 0;
  let inputs = 0;
  let causeMs: number | null = null;
  let primedMl: number | null = null;
  let last: TruthSample | null = null;
  let first: TruthSample | null = null;
  hearRefill(
    task,
    {
      input: (input) => {
        if (input.kind === 'begin') return;
        inputs++;
        refill.apply(input);
        if (refill.advisoriesBegun === begun) return;
        begun = refill.advisoriesBegun;
        for (const { advisory, sinceMs } of refill.state.advisories) {
          if (!said.has(advisory) && !fresh.some((f) => f.advisory === advisory))
            fresh.push({ advisory, atMs: sinceMs });
        }
      },
      truth: (t, atMs) => {
        if (t.needle !== 'out') primedMl ??= t.spilledMl;
        if (t.needle === 'reservoir') first ??= t;
        if (causeMs === null && isThere(t)) causeMs = atMs;
        for (const { advisory, atMs: saidMs } of fresh.splice(0)) {
          const afterS = causeMs === null || saidMs < causeMs - 1000 ? null : Math.max(0, saidMs - causeMs) / 1000;
          said.set(advisory, { advisory, afterS, astrayMl: astrayMl(t, primedMl ?? t.spilledMl) });
        }
        last = t;
        refill.apply({ kind: 'time', atMs });
        const { level, levelFrom } = refill.state;
        if (level === null || levelFrom === null || t.phase === 'away' || t.phase === 'record') return;
        levels.push({ from: levelFrom, phase: t.phase, errorMl: level.value - t.reservoirMl, u95: level.u95 });
      },
    },
    options.rateHz,
  );
  return {
    ...verdictOf(task, refill.state, last, first),
    said: [...said.values()],
    levels,
    inputs,
    ...astray(last, primedMl),
  };
}

/** A cold pump gives 30 to 70 % less than at 37 Cel (docs/refill.md). */
const COLD_PUMP_SHARE = 0.7;

/** What may be said, and need not be, by what was found at the needle. */
function notDemandedOf(task: RefillCase, first: TruthSample | null): AdvisoryKind | null {
  if (task.kind !== 'cold-pump' || first === null) return null;
  // The body has been warming it all the while.
  const warm = { volumeMl: first.reservoirMl, temperatureCel: 37, fluid: FLUIDS[task.residualFluid] };
  const share = first.reservoirKpa / reservoirGaugeKpa(task.pump.model, warm, task.ambientKpa);
  return share > COLD_PUMP_SHARE ? 'coldFill' : null;
}

function astray(t: TruthSample | null, primedMl: number | null): { astrayMl: number } {
  return { astrayMl: t === null ? 0 : astrayMl(t, primedMl ?? t.spilledMl) };
}

function verdictOf(task: RefillCase, state: RefillState, last: TruthSample | null, first: TruthSample | null) {
  const { must, may, apparentFlowMlPerDay: trueFlow } = expectedOf(task);
  const notDemanded = notDemandedOf(task, first);
  const flow = state.reconciliation?.actualFlow.value ?? null;
  const residual = last?.residualMl ?? null;
  const known = state.residual !== null && residual !== null;
  return {
    kind: task.kind,
    seed: task.seed,
    must: must.filter((word) => word !== notDemanded),
    may: notDemanded === null ? may : [...may, notDemanded],
    flowErrorPercent: flow === null || trueFlow === null || !known ? null : (100 * (flow - trueFlow)) / trueFlow,
    residualErrorMl: known ? (state.residual?.value ?? 0) - (residual ?? 0) : null,
    residualU95: known ? (state.residual?.u95 ?? 0) : null,
    state,
  };
}
