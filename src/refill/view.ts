/** What the engine shows of what it remembers. */
import { flushedOf } from './flush.ts';
import { drainedOf, filledOf, levelOf } from './level.ts';
import type { Memory } from './memory.ts';
import { HOLD_POINTS, type RefillState } from './model.ts';

/** Finer than the instruments is noise in logs and on the wire; + 0 makes 0 of -0, which JSON does not know. */
const tidy = (value: number): number => Math.round(value * 10_000) / 10_000 + 0;
const estimate = <E extends { value: number; u95: number } | null>(e: E) =>
  e === null ? null : { value: tidy(e.value), u95: tidy(e.u95) };
const kpa = (value: number | null): number | null => (value === null ? null : Math.round(value * 100) / 100 + 0);

/** A copy: later inputs do not change it. */
export function viewOf(m: Memory): RefillState {
  return {
    refill: m.refill,
    station: m.station,
    simulated: m.simulated,
    pump: m.pump,
    order: m.order,
    context: m.context,
    by: m.by,
    beganMs: m.beganMs,
    atMs: m.atMs,
    outcome: m.outcome,
    stoppedReason: m.stoppedReason,
    phase: m.phase,
    phases: m.phases.slice(),
    needle: m.needle,
    clamp: m.clamp,
    level: estimate(levelOf(m)),
    levelFrom: m.level.from,
    residual: estimate(m.level.residual),
    drained: estimate(drainedOf(m)),
    filled: estimate(filledOf(m)),
    flushed: estimate(flushedOf(m)),
    missedStart: m.missedStart,
    pressure: { peakKpa: kpa(m.pressure.peakKpa), staticKpa: kpa(m.pressure.staticKpa) },
    holds: HOLD_POINTS.map((hold) => ({ ...m.holds[hold] })),
    advisories: m.advisories.map((a) => ({ ...a })),
    reconciliation: m.reconciliation,
    scans: m.scans.slice(),
    link: m.link,
    corrections: m.corrections.slice(),
  };
}
