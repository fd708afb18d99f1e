/** What really is, for tests and benches to compare with: never sent to a station's host. `docs/simulator.md` has the meaning. */
import type { Nurse } from './nurse/nurse.ts';
import type { Bay } from './physics/bay.ts';
import type { Place } from './physics/places.ts';

/** Steps of a refill as the nurse does them; `away`: no patient. */
export type Phase =
  | 'away'
  | 'identify'
  | 'zero'
  | 'prep'
  | 'access'
  | 'empty'
  | 'measure'
  | 'confirm'
  | 'fill'
  | 'flush'
  | 'deaccess'
  | 'record';

export interface TruthSample {
  /** Station tick, ms since its boot. */
  readonly tickMs: number;
  /** Scenario seconds since the patient arrived. */
  readonly atS: number;
  readonly phase: Phase;
  readonly needle: Place;
  /** Drainable volume in the reservoir, mL. */
  readonly reservoirMl: number;
  /** Drainable volume when the needle first reached the reservoir, mL; `null` before. */
  readonly residualMl: number | null;
  /** Out of the reservoir through the needle, and into it, mL since arrival. */
  readonly drainedMl: number;
  readonly injectedMl: number;
  /** Where fluid went that is neither in the reservoir nor in the collector, mL since arrival. */
  readonly tissueMl: number;
  readonly bolusMl: number;
  readonly leakedMl: number;
  readonly spilledMl: number;
  /** Air that went into the reservoir, mL. */
  readonly airMl: number;
  /** Into the catheter now, mL/d. */
  readonly pumpFlowMlPerDay: number;
  readonly pumpCel: number;
  /** Gauge pressure of the reservoir. */
  readonly reservoirKpa: number;
  /** Gauge pressure and flow in the line, and what the scale carries since power-on, without any sensor. */
  readonly lineKpa: number;
  readonly lineMlPerMin: number;
  readonly massG: number;
  /** How the nurse ended it: `null` while she works. */
  readonly outcome: 'completed' | 'stopped' | null;
}

export type TruthAtScene = Omit<TruthSample, 'tickMs'>;

export function truthOf(bay: Bay, nurse: Nurse, residualMl: number | null, atS: number): TruthAtScene {
  const { whereabouts: w, truth: t, pump } = bay;
  return {
    atS: round(atS, 2),
    phase: nurse.phase,
    needle: bay.place,
    reservoirMl: round(pump?.volumeMl ?? 0, 4),
    residualMl: residualMl === null ? null : round(residualMl, 4),
    drainedMl: round(w.drained, 4),
    injectedMl: round(w.injected, 4),
    tissueMl: round(w.tissue, 4),
    bolusMl: round(w.bolus, 4),
    leakedMl: round(w.leaked, 4),
    spilledMl: round(w.spilled, 4),
    airMl: round(w.air, 4),
    pumpFlowMlPerDay: round(bay.pumpFlowMlPerDay, 4),
    pumpCel: round(pump?.temperatureCel ?? 0, 3),
    reservoirKpa: round(bay.reservoirKpa, 3),
    lineKpa: round(t.lineKpa, 3),
    lineMlPerMin: round(t.flowMlPerMin, 4),
    massG: round(t.massG, 4),
    outcome: nurse.outcome,
  };
}

function round(value: number, decimals: number): number {
  const scale = 10 ** decimals;
  return Math.round(value * scale) / scale + 0;
}
