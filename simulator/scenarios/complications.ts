/**
 * One scenario, or several, for every row of the table of complications. The nurse goes on whatever she sees, so that the
 * trouble runs its course, until an order stops her; `-noticed`: she stops by herself, as the procedure wants.
 */
import { CASE_KINDS, SENSOR_KINDS } from '../cases/kinds.ts';
import { sampleCase } from '../cases/sample.ts';
import { drugLabel, pumpCard } from '../cases/scans.ts';
import { type CaseChange, NOMINAL, pumpUnit, uneventful } from '../cases/textbook.ts';
import { NOTHING_HAPPENS, type Scenario } from '../script.ts';
import { refill } from './refills.ts';

const UNAWARE = { heed: 'unaware' } as const;
/** Half of the fill is in. */
const HALFWAY = { phase: 'fill', afterMl: 12 } as const;

function complication(name: string, summary: string, change: CaseChange): Scenario {
  return refill(name, 'complications', summary, change);
}

const POCKET: CaseChange = { kind: 'pocket', attempts: [{ afterS: 22, ends: 'tissue' }] };
const DRY: CaseChange = { kind: 'dry', since: uneventful(30, 30) };
const MOVED: CaseChange = { kind: 'dislodged', mishaps: [{ what: 'needle-moves', to: 'tissue', when: HALFWAY }] };

/** 20 % fast: beyond the 15 % at which a pump is looked at. */
export const fastPump = complication(
  'fast-pump',
  'the pump ran 20 % fast: only 8.2 mL of the expected 11.8 mL come out',
  { kind: 'fast-pump', pump: pumpUnit('codman-3000-30', 1.3, 1.2) },
);

export const pocketFill = complication(
  'pocket-fill',
  'the needle is beside the pump: nothing comes out, and all of the fill goes under the skin',
  { ...POCKET, nurse: UNAWARE },
);

export const COMPLICATIONS: readonly Scenario[] = [
  pocketFill,
  complication('pocket-fill-noticed', 'the same, but the nurse stops when nothing comes out', POCKET),
  complication('bolus-gap', 'the needle opens between the septa: the fill goes straight to the artery', {
    kind: 'bolus-gap',
    attempts: [{ afterS: 22, ends: 'bolus-gap' }],
    nurse: UNAWARE,
  }),
  complication('needle-dislodged', 'after 12 mL the needle slips into the tissue: 18 mL go astray', {
    ...MOVED,
    nurse: UNAWARE,
  }),
  complication('needle-dislodged-noticed', 'the same, but the nurse feels that nothing springs back', MOVED),
  complication('needle-slips-out', 'after 12 mL the needle slips out of the skin', {
    kind: 'slipped-out',
    mishaps: [{ what: 'needle-moves', to: 'out', when: HALFWAY }],
    nurse: UNAWARE,
  }),
  complication('septum-leak', 'fluid escapes along the needle, 2 mL/min at 50 kPa', {
    kind: 'septum-leak',
    mishaps: [{ what: 'leak', at: 'port', mlPerMinPerKpa: 0.04, opensS: 30, when: { phase: 'empty' } }],
    nurse: UNAWARE,
  }),
  complication('hub-leak', "the needle's hub leaks, 3 mL/min at 50 kPa: the resting pressure sinks", {
    kind: 'hub-leak',
    mishaps: [{ what: 'leak', at: 'hub', mlPerMinPerKpa: 0.06, opensS: 30, when: { phase: 'confirm' } }],
    nurse: UNAWARE,
  }),
  complication('slow-pump', 'a kinked catheter: the pump ran at half its label, 20.9 mL come out', {
    kind: 'slow-pump',
    pump: pumpUnit('codman-3000-30', 1.3, 0.5),
  }),
  fastPump,
  complication('partial-pocket-before', 'of the last fill 4 mL went astray: 7.8 mL come out of a pump that is right', {
    kind: 'partial-pocket',
    since: { trueFillMl: 26 },
  }),
  complication('dry-pump', 'nothing is left after 30 days: no return, no pressure, and the needle is right', {
    ...DRY,
    nurse: UNAWARE,
  }),
  complication('dry-pump-noticed', 'the same, but the nurse stops when nothing comes out', DRY),
  complication('overfill', '35 mL into 30: the bellows reaches its stop and the plunger will not go', {
    kind: 'overfill',
    fillMl: 35,
    nurse: UNAWARE,
  }),
  complication('air-in-line', '1.5 mL of air come with a new syringe after 10 mL', {
    kind: 'air',
    mishaps: [{ what: 'air', ml: 1.5, when: { phase: 'fill', afterMl: 10 } }],
    nurse: UNAWARE,
  }),
  complication('line-not-primed', 'the line was never primed: its air goes into the pump', {
    kind: 'air',
    nurse: { ...UNAWARE, primes: false },
  }),
  complication('wrong-drug', 'another drug than the one ordered is scanned', {
    kind: 'wrong-drug',
    scans: { ...NOMINAL.scans, drug: drugLabel('LOT9', 'V777', '09527654321097') },
  }),
  complication('wrong-pump', "another patient's pump card is scanned", {
    kind: 'wrong-pump',
    scans: { ...NOMINAL.scans, pump: pumpCard('P0043') },
  }),
  complication('line-occluded', 'after 12 mL nothing passes any more: the pressure climbs to what the thumb gives', {
    kind: 'occluded',
    mishaps: [{ what: 'occlusion', how: 'shut', when: HALFWAY }],
    nurse: UNAWARE,
  }),
  complication('clamp-forgotten', 'the clamp stays closed for 40 s of draining', {
    kind: 'clamped',
    nurse: { ...UNAWARE, opensClamp: false },
  }),
  complication('flipped-pump', 'four attempts to reach a pump that lies the wrong way round, then given up', {
    kind: 'flipped',
    attempts: [
      { afterS: 40, ends: 'tissue' },
      { afterS: 60, ends: 'blocked' },
      { afterS: 60, ends: 'tissue' },
      { afterS: 60, ends: 'blocked' },
    ],
  }),
  complication('cold-fill', 'drug from the refrigerator (6 Cel): the resting pressure all but vanishes', {
    kind: 'cold',
    infusateCel: 6,
    nurse: UNAWARE,
  }),
  complication('cold-pump', 'a pump that is not warm yet (31 Cel): half the pressure at access', {
    kind: 'cold-pump',
    pumpCel: 31,
    nurse: UNAWARE,
  }),
  {
    name: 'varied-troubles',
    group: 'complications',
    summary: 'another complication, pump, body, needle, hand and instrument with every patient',
    cast: (index, random) => {
      const seed = random.uint32();
      const kinds = [...CASE_KINDS.filter((kind) => kind !== 'good'), ...SENSOR_KINDS];
      const visit = (round: number) => {
        const kind = kinds[(index + round) % kinds.length] ?? 'pocket';
        return sampleCase(kind, (seed + round) >>> 0);
      };
      return { script: NOTHING_HAPPENS, visit, startAtS: 0, faults: [] };
    },
  },
];
