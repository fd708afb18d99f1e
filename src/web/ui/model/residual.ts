/** The residual against what was expected, as places on one scale. Volumes in mL. */
import type { Estimate, Reconciliation, RefillState } from '../../../refill/model.ts';

/** What the pump should still hold by its last fill: as it was reckoned up, before that what the level started from. */
export function expectedResidual(
  state: Pick<RefillState, 'reconciliation' | 'levelFrom' | 'level' | 'drained'>,
): Estimate | null {
  if (state.reconciliation) return state.reconciliation.expectedResidual;
  if (state.levelFrom !== 'expected' || state.level === null) return null;
  return { value: state.level.value + (state.drained?.value ?? 0), u95: state.level.u95 };
}

export interface ResidualScale {
  readonly fromMl: number;
  readonly toMl: number;
  /** Residual of a pump at the fast and at the slow edge of its band. */
  readonly band: readonly [fastMl: number, slowMl: number];
  /** 0 to 1 from the left end; clamped. */
  place(ml: number): number;
}

/** Of the band on either side, so that its edges do not stand at the end of the scale. */
const MARGIN = 0.6;
const LEAST_SPAN_ML = 2;

/** The band is one of the flow around the label; here it stands as the residuals that such flows leave. */
export function residualScale(of: Reconciliation, labelFlowMlPerDay: number): ResidualScale {
  const used = labelFlowMlPerDay * of.days;
  const residualAt = (percent: number) => Math.max(0, of.lastFillMl - used * (1 + percent / 100));
  const band = [residualAt(of.bandPercent), residualAt(-of.bandPercent)] as const;
  const { residual, expectedResidual: expected } = of;
  const margin = Math.max(LEAST_SPAN_ML, band[1] - band[0]) * MARGIN;
  const fromMl = Math.max(0, Math.min(band[0] - margin, residual.value - residual.u95, expected.value));
  const toMl = Math.max(band[1] + margin, residual.value + residual.u95, expected.value);
  return { fromMl, toMl, band, place: (ml) => Math.min(1, Math.max(0, (ml - fromMl) / (toMl - fromMl))) };
}

export type VerdictWord = 'within' | 'outsideFast' | 'outsideSlow' | 'indeterminate';

export function verdictWord(verdict: Reconciliation['verdict'], deviationPercent: number): VerdictWord {
  if (verdict !== 'outside') return verdict;
  return deviationPercent > 0 ? 'outsideFast' : 'outsideSlow';
}
