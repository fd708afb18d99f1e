/** What a perfect observer would say of a case: tests and benches compare the daemon's words with it. */
import type { RefillCase } from './case.ts';
import { residualMl } from './patient.ts';

/** Closer to the limit than this, %-points, a careful program may say either. */
const NEAR_LIMIT = 2;
/** New drug this much colder than the pump takes more than a third off its pressure, K. */
const COLD_FILL_BELOW_CEL = 34;

export interface Expected {
  /** By the formula, on true volumes: (last fill on record - residual) / days, mL/d; `null` at a first fill. */
  readonly apparentFlowMlPerDay: number | null;
  /** 100 (apparent - label) / label, (+) fast. */
  readonly deviationPercent: number | null;
  readonly verdict: 'within' | 'outside' | null;
  /** Alarm conditions that have to be reported before the refill ends, provided the nurse gets so far. */
  readonly must: readonly string[];
  /** Those that may be reported as well. Every other one would be false. */
  readonly may: readonly string[];
}

interface Words {
  readonly must?: readonly string[];
  readonly may?: readonly string[];
}

const NOT_IN = 'needleNotInReservoir';
const BY_KIND: Readonly<Record<string, Words>> = {
  // The first needle is beside the pump: it is right to say so.
  'second-attempt': { may: [NOT_IN, 'reservoirEmpty'] },
  pocket: {
    must: [NOT_IN],
    may: ['reservoirEmpty', 'linePressureHigh', 'leak', 'needleDislodged', 'residualOutsideBand'],
  },
  'bolus-gap': { must: [NOT_IN], may: ['reservoirEmpty', 'leak', 'residualOutsideBand'] },
  dislodged: { must: ['needleDislodged'], may: [NOT_IN, 'leak'] },
  'slipped-out': { must: ['needleDislodged'], may: [NOT_IN, 'leak'] },
  'septum-leak': { must: ['leak'], may: ['residualOutsideBand', 'needleDislodged'] },
  'hub-leak': { must: ['leak'], may: ['residualOutsideBand', 'needleDislodged'] },
  dry: { must: ['reservoirEmpty'], may: [NOT_IN] },
  overfill: { must: ['overfill'], may: ['linePressureHigh', 'lineOccluded'] },
  air: { must: ['airInLine'], may: ['sensorMismatch'] },
  'wrong-drug': { must: ['wrongPumpOrDrug'] },
  'wrong-pump': { must: ['wrongPumpOrDrug'] },
  occluded: { must: ['lineOccluded'], may: ['linePressureHigh', 'overfill'] },
  // Syrup through a thin needle does take that much.
  glycerin: { may: ['linePressureHigh'] },
  clamped: { may: ['lineOccluded', NOT_IN] },
  flipped: { may: [NOT_IN, 'reservoirEmpty', 'lineOccluded'] },
  cold: { must: ['coldFill'] },
  'cold-pump': { must: ['coldFill'], may: [NOT_IN] },
};
/** A failed sensor is noticed where another one tells of the same thing. */
const NOTICED_SENSORS = ['mass', 'flow'];
/** Noise is averaged; a scale that shows some grams more from now on cannot be told from one on which something was laid. */
const UNNOTICED = ['noisy-mass', 'noisy-flow', 'bias-mass'];
const SENSOR_CONSEQUENCES = [
  NOT_IN,
  'reservoirEmpty',
  'leak',
  'needleDislodged',
  'linePressureHigh',
  'lineOccluded',
  'overfill',
];

export function expectedOf(c: RefillCase): Expected {
  const flow = apparentFlow(c);
  const label = c.pump.labelFlowMlPerDay;
  const deviation = flow === null ? null : (100 * (flow - label)) / label;
  const beyond = deviation === null ? -Infinity : Math.abs(deviation) - c.pump.model.tolerancePercent;
  const verdict = deviation === null ? null : beyond > 0 ? 'outside' : 'within';
  const must = new Set(wordsOf(c).must ?? []);
  const may = new Set(wordsOf(c).may ?? []);
  // A pump that has run dry stopped at an unknown moment: its residual says nothing of being slow.
  if (beyond > NEAR_LIMIT && reachesReservoir(c) && c.kind !== 'dry') must.add('residualOutsideBand');
  else if (beyond > -NEAR_LIMIT) may.add('residualOutsideBand');
  if (c.infusateCel < COLD_FILL_BELOW_CEL && !must.has('coldFill')) may.add('coldFill');
  // A pump that ran out is found empty, and a needle in an empty reservoir looks like one beside it.
  if (c.kind !== 'dry' && residualMl(c) < 0.3) for (const word of ['reservoirEmpty', NOT_IN]) may.add(word);
  return {
    apparentFlowMlPerDay: flow === null ? null : rounded(flow),
    deviationPercent: deviation === null ? null : rounded(deviation),
    verdict,
    must: [...must],
    may: [...may].filter((word) => !must.has(word)),
  };
}

function apparentFlow(c: RefillCase): number | null {
  const { recordedFillMl, days } = c.since;
  return recordedFillMl === null || days <= 0 ? null : (recordedFillMl - residualMl(c)) / days;
}

function reachesReservoir(c: RefillCase): boolean {
  return c.attempts.at(-1)?.ends === 'reservoir';
}

function wordsOf(c: RefillCase): Words {
  const [sensor, fault, channel = ''] = c.kind.split('-');
  if (sensor !== 'sensor') return BY_KIND[c.kind] ?? {};
  const noticed = NOTICED_SENSORS.includes(channel) && !UNNOTICED.includes(`${fault}-${channel}`);
  const may = [...SENSOR_CONSEQUENCES, 'residualOutsideBand', ...(noticed ? [] : ['sensorMismatch'])];
  return { must: noticed ? ['sensorMismatch'] : [], may };
}

function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
