/** The end of emptying: when the reservoir is seen to be empty, and what then counts as the residual. */
import { countFromHere, stillFor } from './estimate.ts';
import { through } from './fusion.ts';
import { judgeResidual } from './holds.ts';
import { drainedOf, net, Z95, ZERO } from './level.ts';
import type { Memory } from './memory.ts';
import type { Estimate } from './model.ts';
import { reconcile } from './residual.ts';
import type { Sample } from './sample.ts';

/** An outflow that ends with an empty reservoir, mL. */
const LEAST_OUTFLOW_ML = 0.3;
/** Being empty once more is the same 0 only when the estimate says so too, mL. */
const SAME_ZERO_ML = 1;

/** New drug begins to go in; `alreadyMl` of it has. */
export function fillBegins(m: Memory, alreadyMl: number): void {
  const { level } = m;
  if (level.filled !== null) return;
  takeDrainedAsResidual(m);
  const moved = net(m).value;
  level.filled = level.from === 'measured' ? ZERO : { value: alreadyMl - moved, u95: 0 };
}

/** Notices that the reservoir is empty: mass and flow at rest, no pressure, after something came out of it. */
export function seeEmpty(m: Memory, s: Sample): boolean {
  const still = stillFor(m, s);
  const { thresholds: t, pressure: p } = m;
  if (m.accessMs === null || !m.place.inReservoir || m.place.lost || m.phase === 'fill') return false;
  if (still < t.emptyForS || p.kpa === null || Math.abs(p.kpa) > t.emptyKpa) return false;
  if (m.moved.outRunMl < LEAST_OUTFLOW_ML) return false;
  if (m.level.residual !== null && Math.abs(through(m.fusion).ml) > SAME_ZERO_ML) return false;
  m.moved.outRunMl = 0;
  if (m.level.residual === null) setResidual(m, leftInside(drainedOf(m) ?? ZERO, t.emptyU95Ml));
  empty(m, t.emptyU95Ml);
  return true;
}

const leftInside = (e: Estimate, u95: number): Estimate => ({ value: e.value, u95: Math.hypot(e.u95, u95) });

function empty(m: Memory, u95: number): void {
  const { level } = m;
  countFromHere(m, u95 / Z95);
  level.base = ZERO;
  level.from = 'measured';
  if (level.filled !== null) level.filled = ZERO;
}

/** It goes on although nothing showed that the reservoir is empty: what came out is the residual, less well known. */
export function takeDrainedAsResidual(m: Memory): void {
  if (m.level.residual !== null || m.level.drained === null) return;
  const pressed = (m.pressure.kpa ?? 0) > m.thresholds.emptyKpa;
  // Pressure fades over the last 3 % of the capacity; with pressure left, so much may still be inside.
  const left = pressed ? 0.03 * m.pump.model.capacityMl : m.thresholds.emptyU95Ml;
  setResidual(m, leftInside(drainedOf(m) ?? ZERO, left));
}

/** The nurse has read it off, or knows better. Without anything filled yet the reservoir is then empty. */
export function correctResidual(m: Memory, ml: number): void {
  setResidual(m, { value: ml, u95: Math.max(m.thresholds.emptyU95Ml, 0.04 * ml) });
  if (m.level.filled === null) empty(m, m.thresholds.emptyU95Ml);
}

function setResidual(m: Memory, residual: Estimate): void {
  m.level.residual = residual;
  m.level.residualMs = m.atMs;
  reconsider(m);
}

/** Residual, context or order changed: the verdict may be another one. */
export function reconsider(m: Memory): void {
  const { residual, residualMs } = m.level;
  if (residual !== null) m.reconciliation = reconcile(m.pump, residual, residualMs, m.context, m.thresholds);
  judgeResidual(m);
}
