/** Refills in which nothing is wrong with the needle: one patient after another, from the start. */
import type { RefillCase } from '../cases/case.ts';
import { sampleCase } from '../cases/sample.ts';
import { pumpCard } from '../cases/scans.ts';
import { type CaseChange, changed, NOMINAL, pumpUnit, uneventful } from '../cases/textbook.ts';
import { LABEL_CONDITIONS } from '../physics/pump.ts';
import { type PumpModelName, pumpModel } from '../physics/pump-models.ts';
import { NOTHING_HAPPENS, type Part, type Scenario, type ScenarioGroup } from '../script.ts';

/** The same case again and again, a minute after the bay is free. */
export function again(task: RefillCase): Part {
  const visit = (round: number): RefillCase => ({ ...task, seed: task.seed + round });
  return { script: NOTHING_HAPPENS, visit, startAtS: 0, faults: [] };
}

/** The textbook's refill but for what `change` says. */
export function refill(name: string, group: ScenarioGroup, summary: string, change: CaseChange): Scenario {
  return { name, group, summary, cast: (_, random) => again(changed(NOMINAL, { seed: random.uint32(), ...change })) };
}

export const nominalRefill = refill(
  'nominal-refill',
  'refills',
  'a 30 mL pump that keeps its label (1.3 mL/d): 11.8 mL come out, 30 mL go in; 10.5 minutes, then again',
  {},
);

export const slowFill = refill(
  'slow-fill',
  'refills',
  'a thin needle (24 G) and a slow hand: filled at a third of the speed',
  { gauge: '24G', nurse: { fillMlPerMin: 5 } },
);

/** 14 days at the pump's own flow, filled to its own capacity. */
function refillOf(model: PumpModelName, labelFlow: number): Scenario {
  const { capacityMl, maker, udiDi } = pumpModel(model);
  const left = (capacityMl - 14 * labelFlow).toFixed(1);
  const serial = `P${capacityMl}-01`;
  return refill(`refill-${model}`, 'refills', `${maker}, ${capacityMl} mL at ${labelFlow} mL/d: ${left} mL come out`, {
    pump: pumpUnit(model, labelFlow),
    pumpSerial: serial,
    since: uneventful(14, capacityMl),
    fillMl: capacityMl,
    scans: { pump: pumpCard(serial, udiDi), drug: NOMINAL.scans.drug },
    ordered: { pump: pumpCard(serial, udiDi), drug: NOMINAL.scans.drug },
  });
}

const denver = { ambientKpa: 83.4 };

export const REFILLS: readonly Scenario[] = [
  nominalRefill,
  slowFill,
  refillOf('intera-3000', 1.2),
  refillOf('codman-3000-16', 0.5),
  refillOf('codman-3000-30', 1),
  refillOf('codman-3000-50', 2.3),
  refillOf('isomed-like-20', 1),
  refillOf('isomed-like-35', 1.5),
  refill('flush', 'refills', 'after the fill another needle flushes the bolus path with 5 mL of heparinised saline', {
    kind: 'flush',
    flush: { ml: 5, mlPerMin: 10 },
  }),
  refill('second-attempt', 'refills', 'the needle is beside the pump first, then drawn and put in right', {
    kind: 'second-attempt',
    attempts: [
      { afterS: 22, ends: 'tissue' },
      { afterS: 25, ends: 'reservoir' },
    ],
  }),
  refill('first-fill', 'refills', 'a new pump: nothing in it, no last fill to compare with, not yet quite warm', {
    kind: 'first-fill',
    since: { days: 0, recordedFillMl: null, trueFillMl: 0, stretches: [] },
    pumpCel: 35,
    nurse: { heed: 'unaware' },
  }),
  refill('long-interval', 'refills', '21 days: 2.7 mL are left, the pump is nearly empty', {
    kind: 'long-interval',
    since: uneventful(21, 30),
  }),
  refill('fever', 'refills', 'three days at 39 Cel: 1.1 mL less than expected', {
    kind: 'fever',
    since: {
      stretches: [
        { ...LABEL_CONDITIONS, bodyCel: 39, days: 3 },
        { ...LABEL_CONDITIONS, days: 11 },
      ],
      feverDays: 3,
      feverCel: 39,
    },
  }),
  refill('altitude', 'refills', 'lives and is refilled in Denver (1,609 m): 39 % fast, 4.7 mL come out', {
    kind: 'altitude',
    since: { ...uneventful(14, 30, denver), homeAltitudeM: 1609 },
    ...denver,
  }),
  refill('flight', 'refills', 'ten hours in a cabin at 75.3 kPa since the last fill: 0.3 mL less', {
    kind: 'flight',
    since: {
      stretches: [
        { ...LABEL_CONDITIONS, ambientKpa: 75.3, days: 10 / 24 },
        { ...LABEL_CONDITIONS, days: 14 - 10 / 24 },
      ],
      flightHours: 10,
    },
  }),
  refill('warm-fill', 'refills', 'drug warmed to 37 Cel: the resting pressure stays at 57 kPa', { infusateCel: 37 }),
  refill('glycerin', 'refills', '30 % glycerin: slow out, slow in, and the pump ran at 40 % of its label', {
    kind: 'glycerin',
    residualFluid: 'glycerin-30',
    fluid: 'glycerin-30',
  }),
  {
    name: 'varied-refills',
    group: 'refills',
    summary: 'nothing is wrong, but every pump, body, needle, hand and instrument is another one',
    cast: (_, random) => {
      const seed = random.uint32();
      const visit = (round: number) => sampleCase('good', (seed + round) >>> 0);
      return { script: NOTHING_HAPPENS, visit, startAtS: 0, faults: [] };
    },
  },
];
