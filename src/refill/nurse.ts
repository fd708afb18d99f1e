/** What the nurse says: confirmed, corrected, overridden. Whatever cannot be done is refused with the reason, and changes nothing. */
import { correctResidual, reconsider } from './emptying.ts';
import { hasBolusPath } from './flush.ts';
import { judgeCapacity, overridden, passedByNurse } from './holds.ts';
import type { Memory } from './memory.ts';
import { HOLD_POINTS, type HoldPoint, type NurseAction, type Phase } from './model.ts';
import { enter, startAccess } from './progress.ts';
import { isScanned, judgeIdentity } from './scans.ts';

/** Hold points that lie before a phase. */
const BEFORE: Partial<Record<Phase, readonly HoldPoint[]>> = {
  access: ['identity'],
  empty: ['identity'],
  measure: ['passiveReturn'],
  confirm: ['passiveReturn', 'residualVerdict', 'drainedVolume', 'capacity'],
  flush: ['identity', 'linePressure'],
  fill: ['passiveReturn', 'residualVerdict', 'drainedVolume', 'capacity', 'testVolume', 'linePressure'],
};

const NEEDLE_IN: readonly Phase[] = ['access', 'empty', 'measure', 'confirm', 'fill'];

const blank = (text: string): boolean => text.trim() === '';

/** Why an action cannot be done now, in plain words; `null` when it can. */
export function refusal(m: Memory, action: NurseAction): string | null {
  const over = m.outcome === 'completed' ? 'this refill is completed' : null;
  if (over !== null) return over;
  if (m.outcome === 'stopped' && action.do !== 'resume') return 'this refill is stopped: resume it first';
  switch (action.do) {
    case 'phase': {
      if (action.phase === 'flush' && !hasBolusPath(m)) return `a ${m.pump.model.model} has no bolus path to flush`;
      const held = (BEFORE[action.phase] ?? []).filter((hold) => m.holds[hold].state === 'held');
      return held.length === 0 ? null : `held at ${held.join(', ')}: pass or override it first`;
    }
    case 'pass':
      if (m.holds[action.hold].state !== 'held') return null;
      // Nothing wrong was scanned, only not all: whoever has compared by eye passes it by name.
      if (action.hold === 'identity' && m.identity.strange === 0) return null;
      return action.hold === 'linePressure' && !present(m, 'linePressureHigh')
        ? null
        : `${action.hold} is held by what was measured: override it with a reason`;
    case 'override':
      return blank(action.reason) ? 'an override needs a reason' : null;
    case 'residual':
      if (!Number.isFinite(action.ml) || action.ml < -5 || action.ml > 100) return 'a residual is -5 to 100 mL';
      return blank(action.reason) ? 'a corrected residual needs a reason' : null;
    case 'order':
      return action.order.fillMl > 0 && action.order.densityGPerMl > 0.5 ? null : 'fill and density must be above 0';
    case 'abort':
      return blank(action.reason) ? 'an abort needs a reason' : null;
    case 'resume':
      if (m.outcome !== 'stopped') return 'this refill is not stopped';
      return blank(action.reason) ? 'a resume needs a reason' : null;
    case 'context':
      return null;
    case 'finish': {
      const held = HOLD_POINTS.filter((hold) => m.holds[hold].state === 'held');
      return held.length === 0 ? null : `held at ${held.join(', ')}: override it with a reason, or abort`;
    }
  }
}

/** No needle sensor tells, or it was taken for the bolus needle. */
const maybeIn = (m: Memory): boolean => m.needle === 'unknown' || (m.needle === 'in' && m.phase === 'flush');

function present(m: Memory, advisory: string): boolean {
  return m.advisories.some((a) => a.advisory === advisory && a.present);
}

/** Does it, unless it is refused. */
export function act(m: Memory, by: string, action: NurseAction): void {
  if (refusal(m, action) !== null) return;
  switch (action.do) {
    case 'phase':
      // Where nothing can be scanned, whoever goes on has compared by eye: that is the step.
      if (m.phase === 'identify' && !isScanned(m.order)) passedByNurse(m, 'identity', by);
      if (m.accessMs === null && NEEDLE_IN.includes(action.phase) && maybeIn(m)) startAccess(m);
      enter(m, action.phase, 'nurse');
      break;
    case 'pass':
      passedByNurse(m, action.hold, by);
      break;
    case 'override':
      overridden(m, action.hold, by, action.reason);
      break;
    case 'residual':
      m.corrections.push({ atMs: m.atMs, by, what: 'residual', ml: action.ml, reason: action.reason });
      correctResidual(m, action.ml);
      break;
    case 'context':
      m.context = action.context;
      reconsider(m);
      break;
    case 'order':
      m.order = action.order;
      judgeIdentity(m);
      judgeCapacity(m);
      break;
    case 'abort':
      m.outcome = 'stopped';
      m.stoppedReason = action.reason;
      break;
    case 'resume':
      m.outcome = 'in-progress';
      m.stoppedReason = null;
      break;
    case 'finish':
      m.outcome = 'completed';
      enter(m, 'record', 'nurse');
  }
}
