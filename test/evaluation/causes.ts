/** When what an advisory is about began, by the truth of the simulator. */
import type { RefillCase, TruthSample } from '../../simulator/batch.ts';

/** `true` from the truth sample on in which the cause is there. */
export type Cause = (t: TruthSample) => boolean;

const sinceArrival =
  (seconds: number): Cause =>
  (t) =>
    t.atS >= seconds;

/** Of the trouble that the kind of case brings. */
export function causeOf(task: RefillCase): Cause {
  const [first] = task.kind.split('-');
  if (first === 'sensor') return sinceArrival(task.sensorFaults[0]?.fromS ?? 0);
  const { capacityMl } = task.pump.model;
  let wasIn = false;
  switch (task.kind) {
    case 'pocket':
    case 'bolus-gap':
      return (t) => t.needle === 'tissue' || t.needle === 'bolus-gap';
    case 'dislodged':
    case 'slipped-out':
      return (t) => {
        wasIn ||= t.needle === 'reservoir';
        return wasIn && t.needle !== 'reservoir';
      };
    case 'septum-leak':
    case 'hub-leak':
      return (t) => t.leakedMl > 0.01;
    case 'overfill':
      return (t) => t.reservoirMl > capacityMl;
    case 'occluded':
      return (t) => t.phase === 'fill' && t.lineKpa > t.reservoirKpa + 30;
    case 'cold':
      return (t) => t.phase === 'confirm';
    case 'air':
      return (t) => t.phase === 'fill';
    case 'dry':
    case 'cold-pump':
      return (t) => t.needle === 'reservoir';
    case 'wrong-drug':
    case 'wrong-pump':
      return (t) => t.phase === 'identify';
    default:
      return (t) => t.phase === 'measure';
  }
}

/** Fluid that has gone where it does not belong, mL: beside the pump, past the reservoir, or out of a needle that slipped. */
export function astrayMl(t: TruthSample, primedMl: number): number {
  return Math.max(0, t.tissueMl) + Math.max(0, t.bolusMl) + Math.max(0, t.spilledMl - primedMl);
}
