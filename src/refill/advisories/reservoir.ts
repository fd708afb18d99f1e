/** The reservoir: run dry, or its residual outside what the pump's band allows; and what was scanned. */
import { levelOf } from '../level.ts';
import type { Memory } from '../memory.ts';
import type { Evidence } from './evidence.ts';

/** Wide enough that a pump that may have run dry is not taken for one that cannot have. */
const DRY_PLAUSIBLE_U95S = 2.5;
/** The way was open for so long, s. */
const OPEN_FOR_S = 3;

/**
 * Seen empty with next to nothing drained; or no pressure and nothing coming back where the last fill may well be used up.
 * Else the same silence says that the needle is not in the reservoir.
 */
export function reservoirEmpty(m: Memory): Evidence {
  const { level, thresholds: t, place, pressure } = m;
  if (level.residual !== null && (level.from === 'measured' || place.inReservoir)) {
    return level.residual.value < t.dryMl && level.residual.u95 < 1 ? { residualMl: level.residual.value } : null;
  }
  if (m.accessMs === null || place.inReservoir || place.unseen || place.signlessS < t.stepWithinS) return null;
  const { restKpa } = pressure;
  if (restKpa === null || Math.abs(restKpa) > t.emptyKpa || place.openS < OPEN_FOR_S) return null;
  // As it was at access: what has gone astray since makes no pump dry.
  const expected = level.from === 'expected' ? level.base : levelOf(m);
  const mayBeDry = expected === null || expected.value - DRY_PLAUSIBLE_U95S * expected.u95 < t.dryMl;
  return mayBeDry ? { expectedMl: expected?.value ?? 0, seenKpa: restKpa, returnedMl: m.moved.outMl } : null;
}

export function residualOutsideBand(m: Memory): Evidence {
  const r = m.reconciliation;
  if (r?.verdict !== 'outside') return null;
  return {
    deviationPercent: r.deviationPercent.value,
    u95Percent: r.deviationPercent.u95,
    bandPercent: r.bandPercent,
    actualFlowMlPerDay: r.actualFlow.value,
  };
}

export function wrongPumpOrDrug(m: Memory): Evidence {
  const { expected, matched, strange } = m.identity;
  return strange > 0 ? { expected, matched, strange } : null;
}
