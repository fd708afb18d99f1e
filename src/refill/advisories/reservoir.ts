/** The reservoir: run dry, or its residual outside what the pump's band allows; and what was scanned. */
import { levelOf } from '../level.ts';
import type { Memory } from '../memory.ts';
import type { Evidence } from './evidence.ts';

/** Wide enough that a pump that may have run dry is not taken for one that cannot have. */
const DRY_PLAUSIBLE_U95S = 2.5;

/**
 * Seen empty with next to nothing drained; or no pressure and nothing coming back where the last fill may well be used up.
 * Else the same silence says that the needle is not in the reservoir.
 */
export function reservoirEmpty(m: Memory): Evidence {
  const { level, thresholds: t, place, pressure } = m;
  if (level.residual !== null && level.from === 'measured') {
    return level.residual.value < t.dryMl ? { residualMl: level.residual.value } : null;
  }
  if (m.accessMs === null || place.inReservoir || place.signlessS < t.stepWithinS) return null;
  if (pressure.kpa === null || Math.abs(pressure.kpa) > t.emptyKpa || m.clamp !== 'open') return null;
  const expected = levelOf(m);
  const mayBeDry = expected === null || expected.value - DRY_PLAUSIBLE_U95S * expected.u95 < t.dryMl;
  return mayBeDry ? { expectedMl: expected?.value ?? 0, seenKpa: pressure.kpa, returnedMl: m.moved.outMl } : null;
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
