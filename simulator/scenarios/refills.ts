/** Refills of one patient after another; every station plays the same, from the start. */
import type { Scenario } from '../script.ts';
import { type VisitOptions, visitRound } from './visit.ts';

function refill(name: string, summary: string, options: VisitOptions): Scenario {
  return { name, summary, cast: () => ({ script: { ...visitRound(options), startAtS: 0 }, faults: [] }) };
}

export const nominalRefill = refill(
  'nominal-refill',
  'a 30 mL pump that keeps its label (1.3 mL/d): 11.8 mL come out, 30 mL go in; 10.5 minutes, then again',
  {},
);

/** 20 % fast: beyond the 15 % at which a pump is looked at. */
export const fastPump = refill('fast-pump', 'the pump ran 20 % fast: only 8.2 mL of the expected 11.8 mL come out', {
  flowRatio: 1.2,
});

export const slowFill = refill('slow-fill', 'a thin needle (24 G) and a slow hand: drained and filled at a third', {
  gauge: '24G',
  emptyS: 90,
  fillMlPerMin: 5,
});
