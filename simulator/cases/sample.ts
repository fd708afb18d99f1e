/**
 * Varied cases of one kind, from a seed: pumps, bodies, rooms, needles, hands and instruments differ as they may in a clinic;
 * the trouble of the kind comes on top. The ranges are plausible, not measured.
 */
import { LABEL_CONDITIONS, type PumpUnit } from '../physics/pump.ts';
import { PUMP_MODELS } from '../physics/pump-models.ts';
import { ambientKpaAt } from '../physics/units.ts';
import { type Random, seededRandom } from '../random.ts';
import type { Interval, RefillCase } from './case.ts';
import { bounded, oneOf, within } from './chance.ts';
import type { CaseKind } from './kinds.ts';
import { drugLabel, pumpCard } from './scans.ts';
import { type CaseChange, changed, TEXTBOOK_NURSE, uneventful } from './textbook.ts';
import { trouble } from './troubles.ts';

const SAMPLE_STREAM = 7;

/**
 * The same kind and seed give the same case. In cases with a complication the nurse is `unaware` and goes on whatever she
 * sees, so that the trouble runs its full course; `change` makes her watchful, or anything else other.
 */
export function sampleCase(kind: CaseKind, seed: number, change: CaseChange = {}): RefillCase {
  const random = seededRandom(seed, SAMPLE_STREAM);
  const varied = good(random, seed);
  return changed(changed(varied, trouble(kind, varied, random)), { kind, ...change });
}

/** A refill in which nothing is wrong. */
function good(random: Random, seed: number): RefillCase {
  const pump = somePump(random);
  const { capacityMl } = pump.model;
  const altitudeM = within(random, 0, 200);
  // Weather adds its own to the altitude.
  const ambientKpa = ambientKpaAt(altitudeM) + within(random, -1.5, 1.5);
  const bodyCel = 36.9 + 0.25 * bounded(random, 2);
  const arterialMmHg = 90 + 10 * bounded(random, 2);
  const gauge = oneOf(random, ['20G', '22G', '22G', '22G', '22G', '24G'] as const);
  const serial = `P${String(random.between(1, 9999)).padStart(4, '0')}`;
  const scans = {
    pump: pumpCard(serial, pump.model.udiDi),
    drug: drugLabel(`L${random.between(1000, 9999)}`, `V${random.between(100, 999)}`),
  };
  const roomCel = within(random, 19, 26);
  return {
    kind: 'good',
    seed,
    pump,
    pumpSerial: serial,
    since: ordinaryInterval(random, pump, altitudeM),
    bodyCel,
    pumpCel: bodyCel,
    arterialMmHg,
    pulsePerMin: within(random, 55, 100),
    tissueMlPerKpa: within(random, 1.6, 4),
    roomCel,
    infusateCel: random.next() < 0.7 ? roomCel + within(random, -1, 1) : within(random, 28, 36),
    ambientKpa,
    residualFluid: oneOf(random, ['fudr', 'heparin-saline'] as const),
    fluid: oneOf(random, ['fudr', 'heparin-saline', 'saline'] as const),
    fillMl: capacityMl,
    gauge,
    attempts: [{ afterS: within(random, 12, 60), ends: 'reservoir' }],
    flush: null,
    mishaps: [],
    nurse: someNurse(random, gauge),
    instruments: {
      massGain: 1 + 0.0005 * bounded(random, 2),
      flowGain: 1 + 0.015 * bounded(random, 2.5),
      pressureGain: 1 + 0.005 * bounded(random, 2),
      pumpHigherCm: within(random, -5, 5),
      temperatureCel: 0.2 * bounded(random, 2),
      ambientKpa: 0.05 * bounded(random, 2),
    },
    sensorFaults: [],
    scans,
    ordered: scans,
  };
}

function somePump(random: Random): PumpUnit {
  const model = oneOf(random, PUMP_MODELS);
  // Slow classes empty so little between visits that a refill tells nothing of them: every other pump is one of the fast.
  const flows = model.labelFlowsMlPerDay.filter((flow) => flow >= 0.5);
  const { propellant } = model;
  const strength = 1 + 0.04 * bounded(random, 2);
  return {
    model: {
      ...model,
      propellant:
        propellant.law === 'r11' ? propellant : { ...propellant, gaugeKpaAt37: propellant.gaugeKpaAt37 * strength },
      thermalMassJPerK: model.thermalMassJPerK * within(random, 0.85, 1.15),
      rewarmingS: within(random, 300, 900),
    },
    labelFlowMlPerDay: oneOf(random, flows),
    flowRatio: 1 + 0.03 * bounded(random, 2),
  };
}

/** So many days that some fluid is left, at home and at label conditions, more or less. */
function ordinaryInterval(random: Random, pump: PumpUnit, altitudeM: number): Interval {
  const { capacityMl } = pump.model;
  const mostDays = (0.75 * capacityMl) / (pump.labelFlowMlPerDay * 1.3);
  const days = Math.min(within(random, 7, 28), mostDays);
  return {
    ...uneventful(days, capacityMl, {
      bodyCel: LABEL_CONDITIONS.bodyCel + 0.1 * bounded(random, 2),
      ambientKpa: ambientKpaAt(altitudeM),
      arterialMmHg: LABEL_CONDITIONS.arterialMmHg + 5 * bounded(random, 2),
    }),
    homeAltitudeM: Math.round(altitudeM),
  };
}

function someNurse(random: Random, gauge: string): RefillCase['nurse'] {
  const slowest = gauge === '24G' ? 4 : 8;
  const fastest = gauge === '24G' ? 10 : 20;
  return {
    ...TEXTBOOK_NURSE,
    pace: within(random, 0.7, 1.4),
    waver: within(random, 0, 0.25),
    testMlPerMin: within(random, slowest, Math.min(12, fastest)),
    fillMlPerMin: within(random, slowest, fastest),
    portionMl: oneOf(random, [3, 5, 5, 5, 10] as const),
    pauseS: within(random, 1, 6),
    emptyLeastS: within(random, 20, 60),
    measureS: within(random, 20, 90),
    forceN: within(random, 30, 60),
    aspirates: random.next() < 0.3,
    touchG: random.next() < 0.5 ? within(random, 0.05, 1) : 0,
  };
}
