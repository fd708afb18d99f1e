/** Turning points of the volume: what went in and what came out, without the noise adding up. */

export interface MovedMemory {
  /** Volume from which the next move counts, mL. */
  refMl: number;
  /** Since access. */
  inMl: number;
  outMl: number;
  /** Since this phase began. */
  phaseInMl: number;
  phaseOutMl: number;
  /** Without a turn: the present stretch in, or out. */
  inRunMl: number;
  outRunMl: number;
}

/** A move that is not noise, mL. */
const TURN_ML = 0.04;

export function stillStanding(): MovedMemory {
  return { refMl: 0, inMl: 0, outMl: 0, phaseInMl: 0, phaseOutMl: 0, inRunMl: 0, outRunMl: 0 };
}

export function turn(moved: MovedMemory, ml: number): void {
  const by = ml - moved.refMl;
  if (Math.abs(by) < TURN_ML) return;
  moved.refMl = ml;
  if (by > 0) {
    moved.inMl += by;
    moved.phaseInMl += by;
    moved.inRunMl += by;
    moved.outRunMl = 0;
  } else {
    moved.outMl -= by;
    moved.phaseOutMl -= by;
    moved.outRunMl -= by;
    moved.inRunMl = 0;
  }
}
