/** The reservoir's level, what was drained and what was filled, each with its 95 % interval. */
import { countFromHere } from './estimate.ts';
import { through, throughMl } from './fusion.ts';
import type { Memory } from './memory.ts';
import type { Estimate } from './model.ts';

export interface LevelMemory {
  /** Level, drained and filled volume where the fusion counts from; `null` = cannot be said, or has not begun. */
  base: Estimate | null;
  drained: Estimate | null;
  filled: Estimate | null;
  /** Some of it went in before the refill began: how much, nobody knows. */
  filledBefore: boolean;
  from: 'expected' | 'measured' | null;
  residual: Estimate | null;
  /** Seen empty by the readings; taken because it went on; or typed in. */
  residualBy: 'readings' | 'progress' | 'nurse' | null;
  /** When the residual was measured. */
  residualMs: number;
}

/** Half width of a 95 % interval over the standard deviation. */
export const Z95 = 1.96;
/** How fast unseen fluid may go through while the station is silent, mL/s; and a reading is not late before this, s. */
const SILENT_ML_PER_S = 0.25;
const NOT_LATE_S = 1;
export const ZERO: Estimate = { value: 0, u95: 0 };

/** Net volume into the pump since the fusion counts; nothing while no needle is in the reservoir. */
export function net(m: Memory): Estimate {
  return m.accessMs === null ? ZERO : throughLine(m);
}

export function throughLine(m: Memory): Estimate {
  const { ml, sdMl } = through(m.fusion);
  return { value: ml, u95: Math.hypot(Z95 * sdMl, m.thresholds.densityU95Share * ml) };
}

export const plus = (a: Estimate, b: Estimate, sign = 1): Estimate => ({
  value: a.value + sign * b.value,
  u95: Math.hypot(a.u95, b.u95),
});

/** What has gone through since the last reading if it flows on as it did then; for a moment only. */
function since(m: Memory): Estimate {
  const ageS = (m.atMs - m.clock.atMs) / 1000;
  if (m.accessMs === null || ageS <= 0 || ageS > NOT_LATE_S + m.clock.periodS) return ZERO;
  const value = (m.flow.mlPerMin / 60) * ageS;
  return { value, u95: Math.abs(value) / 2 };
}

/** What may have gone through unseen since the last reading: none with the clamp closed. */
function unseenMl(m: Memory): number {
  if (m.clamp === 'closed' || m.accessMs === null || m.clock.bootId === null) return 0;
  return SILENT_ML_PER_S * Math.max(0, (m.atMs - m.clock.atMs) / 1000 - NOT_LATE_S);
}

export function levelOf(m: Memory): Estimate | null {
  if (m.level.base === null) return null;
  const { value, u95 } = plus(plus(m.level.base, net(m)), since(m));
  // What went in while the needle was not known to be in the reservoir is rather not in it.
  const { doubtfulMl } = m.place;
  return {
    value: Math.max(0, value - doubtfulMl),
    u95: u95 + unseenMl(m) + doubtfulMl + m.disagreement.doubtMl,
  };
}

/** What the reservoir holds now, mL, as far as it is known. */
export function contentOf(m: Memory): number {
  const through = m.accessMs === null ? 0 : throughMl(m.fusion);
  return Math.max(0, (m.level.base?.value ?? 0) + through - m.place.doubtfulMl);
}

/** What the reservoir surely holds, mL: counted from when it was seen empty, else only what has gone in. */
export function surelyInside(m: Memory): number {
  if (m.level.from === 'measured') return m.contentMl;
  return m.level.filled === null || m.accessMs === null ? 0 : m.level.filled.value + throughMl(m.fusion);
}

/** Came out since access, until new drug went in. */
export function drainedOf(m: Memory): Estimate | null {
  const { residual, drained, filled } = m.level;
  if (residual !== null) return residual;
  if (drained === null || filled !== null) return drained;
  const { value, u95 } = plus(plus(drained, net(m), -1), since(m), -1);
  return { value: value < -u95 ? value : Math.max(0, value), u95 };
}

export function filledOf(m: Memory): Estimate | null {
  if (m.level.filled === null || m.level.filledBefore) return null;
  const { value, u95 } = plus(plus(m.level.filled, net(m)), since(m));
  // It left the syringe; whether it is in the pump is another question.
  return { value, u95: u95 + unseenMl(m) + m.place.doubtfulMl };
}

/** The needle went in: what moves from now on comes out of the pump, or goes into it. */
export function accessed(m: Memory): void {
  m.accessMs = m.atMs;
  countFromHere(m, 0);
  if (!m.missedStart) m.level.drained ??= ZERO;
}

/** The needle came out: the level stays what it was. */
export function withdrawn(m: Memory): void {
  const { level } = m;
  if (m.accessMs === null) return;
  const moved = net(m);
  const { doubtfulMl } = m.place;
  if (level.base !== null)
    level.base = plus(level.base, { value: moved.value - doubtfulMl, u95: moved.u95 + doubtfulMl });
  if (level.drained !== null && level.filled === null) level.drained = plus(level.drained, moved, -1);
  if (level.filled !== null) level.filled = plus(level.filled, { value: moved.value, u95: moved.u95 + doubtfulMl });
  m.accessMs = null;
  m.place.doubtfulMl = 0;
}
