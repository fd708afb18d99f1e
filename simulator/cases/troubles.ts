/** What each kind of case has on top of a good one. */
import { LABEL_CONDITIONS } from '../physics/pump.ts';
import type { SensorChannel, SensorFaultName } from '../physics/sensor-faults.ts';
import { ambientKpaAt } from '../physics/units.ts';
import type { Random } from '../random.ts';
import type { Attempt, Interval, RefillCase, Trigger } from './case.ts';
import { oneOf, within } from './chance.ts';
import type { CaseKind } from './kinds.ts';
import { drugLabel, pumpCard } from './scans.ts';
import type { CaseChange } from './textbook.ts';

const UNAWARE = { heed: 'unaware' } as const;
/** Another item than the one ordered. */
const OTHER_DRUG_GTIN = '09527654321097';

export function trouble(kind: CaseKind, c: RefillCase, random: Random): CaseChange {
  const [first, fault, channel] = kind.split('-');
  if (first === 'sensor') return brokenSensor(fault as SensorFaultName, channel as SensorChannel, random);
  return (TROUBLES[kind] ?? (() => ({})))(c, random);
}

type Trouble = (c: RefillCase, random: Random) => CaseChange;

/** Attempt after attempt, the last one on metal. */
function hopeless(random: Random): Attempt[] {
  const ends = ['tissue', 'blocked', 'tissue', 'blocked'] as const;
  return ends.slice(random.between(0, 2)).map((place) => ({ afterS: within(random, 30, 80), ends: place }));
}

/** Everything went well, but for the time since the last fill. */
function sinceThen(days: number, parts: Partial<Interval> = {}): CaseChange {
  return { since: { stretches: [{ ...LABEL_CONDITIONS, days }], ...parts, days } };
}

/** After some portions have gone in well. */
function inTheFill(c: RefillCase, random: Random): Trigger {
  return { phase: 'fill', afterMl: c.fillMl * within(random, 0.1, 0.8) };
}

/** A leak that matters: 0.3 to 4 mL/min at 50 kPa. */
function leak(at: 'port' | 'hub', random: Random): CaseChange {
  const mlPerMinPerKpa = within(random, 0.3, 4) / 50;
  const opensS = within(random, 5, 60);
  return { mishaps: [{ what: 'leak', at, mlPerMinPerKpa, opensS, when: { phase: 'empty' } }], nurse: UNAWARE };
}

/** In the channel's unit: per minute when it drifts, at once when it is biased. */
export const FAULT_SIZE: Record<SensorChannel, { drift: number; bias: number }> = {
  mass: { drift: 1.5, bias: 3 },
  flow: { drift: 0.8, bias: 2 },
  pressure: { drift: 4, bias: 15 },
  temperature: { drift: 1, bias: 8 },
  ambient: { drift: 0.5, bias: 6 },
};

function brokenSensor(fault: SensorFaultName, channel: SensorChannel, random: Random): CaseChange {
  const sign = random.next() < 0.5 ? -1 : 1;
  const scale = sign * within(random, 1, 2);
  const sizes = FAULT_SIZE[channel];
  const size = fault === 'drift' ? sizes.drift * scale : fault === 'bias' ? sizes.bias * scale : within(random, 10, 40);
  // After the line was zeroed, while something still happens.
  return { sensorFaults: [{ channel, fault, fromS: within(random, 130, 260), size }], nurse: UNAWARE };
}

const TROUBLES: Partial<Record<CaseKind, Trouble>> = {
  // A pump with one septum has no bolus path.
  flush: (c, random) => ({
    flush:
      c.pump.model.septa === 1
        ? null
        : { ml: within(random, 2, 10), mlPerMin: within(random, 3, c.gauge === '24G' ? 6 : 10) },
  }),
  'second-attempt': (_, random) => ({
    attempts: [
      { afterS: within(random, 12, 60), ends: oneOf(random, ['tissue', 'blocked'] as const) },
      { afterS: within(random, 20, 60), ends: 'reservoir' },
    ],
  }),
  'first-fill': (_, random) => ({
    since: { days: 0, recordedFillMl: null, trueFillMl: 0, stretches: [] },
    // In the body for some minutes at most.
    pumpCel: within(random, 30, 36),
    nurse: UNAWARE,
  }),
  'long-interval': (c, random) => {
    const days = (c.pump.model.capacityMl * within(random, 0.8, 0.93)) / c.pump.labelFlowMlPerDay;
    return sinceThen(days);
  },
  fever: (c, random) => {
    const { days } = c.since;
    const feverDays = Math.min(days, within(random, 3, 8));
    const feverCel = within(random, 38.2, 39.8);
    const stretches = [
      { ...LABEL_CONDITIONS, bodyCel: feverCel, days: feverDays },
      { ...LABEL_CONDITIONS, days: days - feverDays },
    ];
    return sinceThen(days, { stretches, feverDays, feverCel });
  },
  altitude: (c, random) => {
    const metres = within(random, 1000, 2400);
    const ambientKpa = ambientKpaAt(metres);
    // Little enough time that something is left at the faster flow.
    const days = Math.min(c.since.days, (0.55 * c.pump.model.capacityMl) / (c.pump.labelFlowMlPerDay * 1.5));
    return {
      ...sinceThen(days, {
        stretches: [{ ...LABEL_CONDITIONS, ambientKpa, days }],
        homeAltitudeM: Math.round(metres),
      }),
      ambientKpa: ambientKpa + within(random, -1, 1),
    };
  },
  flight: (c, random) => {
    const { days } = c.since;
    const flightHours = within(random, 4, 24);
    const stretches = [
      { ...LABEL_CONDITIONS, ambientKpa: 75.3, days: flightHours / 24 },
      { ...LABEL_CONDITIONS, days: days - flightHours / 24 },
    ];
    return sinceThen(days, { stretches, flightHours });
  },
  pocket: (_, random) => ({ attempts: [{ afterS: within(random, 12, 60), ends: 'tissue' }], nurse: UNAWARE }),
  'bolus-gap': (_, random) => ({ attempts: [{ afterS: within(random, 12, 60), ends: 'bolus-gap' }], nurse: UNAWARE }),
  dislodged: (c, random) => ({
    mishaps: [{ what: 'needle-moves', to: 'tissue', when: inTheFill(c, random) }],
    nurse: UNAWARE,
  }),
  'slipped-out': (c, random) => ({
    mishaps: [{ what: 'needle-moves', to: 'out', when: inTheFill(c, random) }],
    nurse: UNAWARE,
  }),
  'septum-leak': (_, random) => leak('port', random),
  'hub-leak': (_, random) => leak('hub', random),
  'slow-pump': (c, random) => ({ pump: { ...c.pump, flowRatio: within(random, 0.3, 0.8) } }),
  'fast-pump': (c, random) => ({ pump: { ...c.pump, flowRatio: within(random, 1.2, 1.45) } }),
  'partial-pocket': (c, random) => ({
    since: { trueFillMl: c.pump.model.capacityMl * within(random, 0.8, 0.9) },
  }),
  glycerin: (c, random) => {
    const residualFluid = oneOf(random, ['glycerin-10', 'glycerin-30', 'glycerin-50'] as const);
    const fluid = oneOf(random, [residualFluid, 'heparin-saline'] as const);
    // Nobody pushes syrup through a thin needle.
    return { residualFluid, fluid, gauge: c.gauge === '24G' ? '22G' : c.gauge };
  },
  dry: (c, random) => {
    const days = (c.pump.model.capacityMl * within(random, 1.2, 1.8)) / c.pump.labelFlowMlPerDay;
    return { ...sinceThen(days), nurse: UNAWARE };
  },
  overfill: (c, random) => ({
    // Filled on top of what was not let out.
    fillMl: c.pump.model.capacityMl + within(random, 2, 6),
    nurse: UNAWARE,
  }),
  air: (c, random) => ({
    mishaps: [{ what: 'air', ml: within(random, 0.3, 2), when: inTheFill(c, random) }],
    nurse: UNAWARE,
  }),
  'wrong-drug': (c, random) => ({
    scans: { ...c.scans, drug: drugLabel(`L${random.between(1000, 9999)}`, 'V777', OTHER_DRUG_GTIN) },
  }),
  'wrong-pump': (c) => ({ scans: { ...c.scans, pump: pumpCard(`${c.pumpSerial}X`, c.pump.model.udiDi) } }),
  occluded: (c, random) => ({
    mishaps: [{ what: 'occlusion', how: 'shut', when: inTheFill(c, random) }],
    nurse: UNAWARE,
  }),
  clamped: () => ({ nurse: { ...UNAWARE, opensClamp: false } }),
  flipped: (_, random) => ({ attempts: hopeless(random) }),
  cold: (_, random) => ({ infusateCel: within(random, 4, 12), nurse: UNAWARE }),
  'cold-pump': (_, random) => ({ pumpCel: within(random, 28, 33), nurse: UNAWARE }),
};
