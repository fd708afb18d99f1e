/** The end of emptying: when the reservoir is seen to be empty, and what then counts as the residual. */
import { countFromHere } from './estimate.ts';
import { judgeResidual } from './holds.ts';
import { drainedOf, levelOf, net, plus, Z95, ZERO } from './level.ts';
import type { Memory } from './memory.ts';
import type { Estimate } from './model.ts';
import { bodyWarmKpa, leastReservoirKpa } from './pressure.ts';
import { expectedLevel, reconcile } from './residual.ts';

/** An outflow that ends with an empty reservoir, mL. */
const LEAST_OUTFLOW_ML = 0.3;
/** Missing over what came back. */
const MOST_MISSING = 3;
/** Over the last of the capacity the bellows comes to its empty stop, and the pressure fades. */
const EMPTY_STOP_SHARE = 0.03;

/** New drug begins to go in; `alreadyMl` of it has. */
export function fillBegins(m: Memory, alreadyMl: number): void {
  const { level } = m;
  if (level.filled !== null) return;
  takeDrainedAsResidual(m, alreadyMl);
  level.filledBefore = m.missedStart && level.from !== 'measured';
  const moved = net(m).value;
  level.filled = level.from === 'measured' ? ZERO : { value: alreadyMl - moved, u95: 0 };
}

/** Notices that the reservoir is empty: mass and flow at rest, no pressure, after something came out of it. */
export function seeEmpty(m: Memory): boolean {
  const { thresholds: t, pressure: p, level, place } = m;
  if (m.moved.outRunMl === 0) place.beforeOutKpa = p.restKpa;
  if (m.accessMs === null || !place.inReservoir || place.lost || m.phase === 'fill') return false;
  // Of a reservoir that was empty just before one is sure sooner.
  const slowFor = level.from === 'measured' ? t.emptyForS / 2 : t.emptyForS;
  // Drawn on, an empty reservoir gives nothing but a vacuum.
  if (m.flow.slowS < slowFor || p.kpa === null || p.kpa > t.emptyKpa) return false;
  if (m.moved.outRunMl < LEAST_OUTFLOW_ML) return false;
  const out = m.moved.outRunMl;
  m.moved.outRunMl = 0;
  if (level.from === 'measured') {
    const missing = net(m);
    // It was empty before, and what has gone in since did not all come back. When hardly any did, it went elsewhere, unless
    // the reservoir itself was felt just before: then it leaked.
    const felt = (place.beforeOutKpa ?? 0) >= leastReservoirKpa(m);
    if (Math.abs(missing.value) > MOST_MISSING * out && !felt) return false;
    if (missing.value > missing.u95) m.fluid.lostMl += missing.value;
  } else if (level.residualBy !== 'nurse' && level.drained !== null) {
    const drained = plus(level.drained, net(m), -1);
    empty(m, emptyU95(m));
    setResidual(m, leftInside(drained, emptyU95(m)), 'readings');
    return true;
  }
  empty(m, emptyU95(m));
  return true;
}

/** The needle has turned out to be in the reservoir from which nothing came: it was empty at access, and holds what went in since. */
export function seeDry(m: Memory): void {
  const { level, place } = m;
  if (!place.silentWhenOpen || !place.inReservoir || place.lost || level.from !== 'expected') return;
  place.silentWhenOpen = false;
  const nothing = { value: 0, u95: m.thresholds.emptyU95Ml };
  level.base = nothing;
  level.from = 'measured';
  if (level.residualBy !== 'nurse') setResidual(m, nothing, 'readings');
}

/** Where the propellant pushes less, the same pressure leaves more inside. */
function emptyU95(m: Memory): number {
  const weaker = bodyWarmKpa(m) / Math.max(1, m.pressure.staticKpa ?? bodyWarmKpa(m));
  return m.thresholds.emptyU95Ml * Math.min(3, Math.max(1, weaker));
}

const leftInside = (e: Estimate, u95: number): Estimate => ({ value: e.value, u95: Math.hypot(e.u95, u95) });

function empty(m: Memory, u95: number): void {
  const { level } = m;
  countFromHere(m, u95 / Z95);
  m.disagreement.doubtMl = 0;
  level.base = ZERO;
  level.from = 'measured';
  if (level.filled !== null) level.filled = ZERO;
  level.filledBefore = false;
}

/**
 * It goes on although nothing showed that the reservoir is empty: what came out is the residual, less well known. Of a needle
 * that has never been known to be in the reservoir it says nothing.
 */
export function takeDrainedAsResidual(m: Memory, alreadyInMl = 0): void {
  if (m.level.residual !== null || m.level.drained === null || !m.place.inReservoir) return;
  const drained = plus(drainedOf(m) ?? ZERO, { value: alreadyInMl, u95: 0 });
  setResidual(m, leftInside(drained, mayBeLeft(m)), 'progress');
}

/** By the pressure: none when there is none, a little near the empty stop, and else whatever was expected. */
function mayBeLeft(m: Memory): number {
  const { pressure: p, thresholds: t, pump } = m;
  const kpa = p.restKpa ?? p.kpa ?? 0;
  if (kpa <= t.emptyKpa) return t.emptyU95Ml;
  const fading = EMPTY_STOP_SHARE * pump.model.capacityMl;
  if (kpa < 0.7 * leastReservoirKpa(m)) return fading;
  const expected = levelOf(m);
  return Math.max(fading, expected === null ? pump.model.capacityMl : expected.value + expected.u95);
}

/** The nurse has read it off, or knows better. Without anything filled yet the reservoir is then empty. */
export function correctResidual(m: Memory, ml: number): void {
  if (m.level.filled === null) empty(m, m.thresholds.emptyU95Ml);
  setResidual(m, { value: ml, u95: Math.max(m.thresholds.emptyU95Ml, 0.04 * ml) }, 'nurse');
}

function setResidual(m: Memory, residual: Estimate, by: NonNullable<Memory['level']['residualBy']>): void {
  m.level.residual = residual;
  m.level.residualBy = by;
  m.level.residualMs = m.atMs;
  reconsider(m);
}

/** Residual, context or order changed: the verdict may be another one, and before access the expected level. */
export function reconsider(m: Memory): void {
  if (m.level.from === 'expected' && m.level.drained === null && !m.missedStart) {
    m.level.base = expectedLevel(m.pump, m.beganMs, m.context, m.thresholds);
  }
  const { residual, residualMs } = m.level;
  if (residual !== null) m.reconciliation = reconcile(m.pump, residual, residualMs, m.context, m.thresholds);
  judgeResidual(m);
}
