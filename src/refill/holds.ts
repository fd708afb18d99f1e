/** The hold points H1-H7: when each is passed, held, or passed after all. An override by the nurse stands. */
import { levelOf } from './level.ts';
import type { Memory } from './memory.ts';
import type { HoldPoint } from './model.ts';
import { lastFill } from './residual.ts';

export type Judgement = 'pending' | 'passed' | 'held';

/** The present judgement; an override stays, and so does the moment of a judgement that does not change. */
export function judge(m: Memory, hold: HoldPoint, state: Judgement, atMs = m.atMs): void {
  const h = m.holds[hold];
  if (h.state === 'overridden' || h.state === state) return;
  if (h.by !== null && state === 'pending') return;
  Object.assign(h, { state, atMs: state === 'pending' ? null : atMs, by: null, reason: null });
}

export function passedByNurse(m: Memory, hold: HoldPoint, by: string): void {
  Object.assign(m.holds[hold], { state: 'passed', atMs: m.atMs, by, reason: null });
}

export function overridden(m: Memory, hold: HoldPoint, by: string, reason: string): void {
  Object.assign(m.holds[hold], { state: 'overridden', atMs: m.atMs, by, reason });
}

/** H3 and H7, from the residual; H6 from what is left inside and what is ordered. */
export function judgeResidual(m: Memory): void {
  const { residual } = m.level;
  if (residual !== null) {
    const verdict = m.reconciliation?.verdict ?? null;
    // Without an earlier fill there is nothing to compare with.
    judge(m, 'residualVerdict', verdict === null || verdict === 'within' ? 'passed' : 'held');
    const fill = lastFill(m.pump);
    const tooMuch = fill !== null && residual.value - residual.u95 > fill.filledMl;
    const negative = residual.value + residual.u95 < 0;
    judge(m, 'drainedVolume', tooMuch || negative ? 'held' : 'passed');
  }
  judgeCapacity(m);
}

/** H6: after emptying `fill <= capacity`, else what is left inside counts too. */
export function judgeCapacity(m: Memory): void {
  const { level, order, pump } = m;
  if (level.residual === null || level.filled !== null) return;
  const inside = level.from === 'measured' ? 0 : (levelOf(m)?.value ?? 0);
  judge(m, 'capacity', inside + order.fillMl > pump.model.capacityMl ? 'held' : 'passed');
}

/** H2: fluid came back by itself. */
export function judgeReturn(m: Memory): void {
  const { returnedMl } = m.thresholds;
  if (m.moved.outMl < returnedMl && (m.level.residual?.value ?? 0) < returnedMl) return;
  judge(m, 'passiveReturn', 'passed');
}

/** ... and when it did not in time, it is held since then, whenever that is noticed. */
export function returnIsOverdue(m: Memory): void {
  if (m.accessMs === null || m.place.unseen || m.holds.passiveReturn.state !== 'pending') return;
  const deadlineMs = m.accessMs + 1000 * m.thresholds.returnWithinS;
  if (m.atMs >= deadlineMs) judge(m, 'passiveReturn', 'held', deadlineMs);
}

/** H4, once the test volume is in: it comes back, or what goes in next shows that nobody waited for it. */
export function judgeTest(m: Memory, stalled: boolean): void {
  const { test, thresholds: t } = m;
  if (test.inMl < t.testVolumeMl * t.testReturnShare) return;
  if (test.outMl >= t.testReturnShare * Math.min(test.inMl, t.testVolumeMl)) judge(m, 'testVolume', 'passed');
  // Nobody knows whether it had been let back before.
  else if (stalled && !m.place.unseen) judge(m, 'testVolume', 'held');
}
