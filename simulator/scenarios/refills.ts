/** Refills of one patient after another; every station plays the same, from the start. */
import type { RefillCase } from '../cases/case.ts';
import { type CaseChange, changed, NOMINAL, pumpUnit } from '../cases/textbook.ts';
import { NOTHING_HAPPENS, type Part, type Scenario, type ScenarioGroup } from '../script.ts';

/** The same case again and again, a minute after the bay is free. */
export function again(task: RefillCase): Part {
  const visit = (round: number): RefillCase => ({ ...task, seed: task.seed + round });
  return { script: NOTHING_HAPPENS, visit, startAtS: 0, faults: [] };
}

export function refill(name: string, group: ScenarioGroup, summary: string, change: CaseChange): Scenario {
  return { name, group, summary, cast: (_, random) => again(changed(NOMINAL, { seed: random.uint32(), ...change })) };
}

export const nominalRefill = refill(
  'nominal-refill',
  'refills',
  'a 30 mL pump that keeps its label (1.3 mL/d): 11.8 mL come out, 30 mL go in; 10.5 minutes, then again',
  {},
);

/** 20 % fast: beyond the 15 % at which a pump is looked at. */
export const fastPump = refill(
  'fast-pump',
  'complications',
  'the pump ran 20 % fast: only 8.2 mL of the expected 11.8 mL come out',
  { kind: 'fast-pump', pump: pumpUnit('codman-3000-30', 1.3, 1.2) },
);

export const slowFill = refill(
  'slow-fill',
  'refills',
  'a thin needle (24 G) and a slow hand: drained and filled at a third',
  { gauge: '24G', nurse: { fillMlPerMin: 5 } },
);
