/** The nominal refill, and cases that differ from it in a few things. */

import { LABEL_CONDITIONS, type PumpUnit, type Stretch } from '../physics/pump.ts';
import { type PumpModelName, pumpModel } from '../physics/pump-models.ts';
import { TRUE_INSTRUMENTS } from '../physics/sensor-faults.ts';
import type { Interval, NurseStyle, RefillCase } from './case.ts';
import { drugLabel, pumpCard } from './scans.ts';

export const TEXTBOOK_NURSE: NurseStyle = {
  pace: 1,
  waver: 0,
  testMlPerMin: 10,
  fillMlPerMin: 15,
  portionMl: 5,
  pauseS: 2.4,
  emptyLeastS: 50,
  emptyMostS: 900,
  measureS: 60,
  forceN: 40,
  aspirates: false,
  primes: true,
  opensClamp: true,
  heed: 'watchful',
  touchG: 0,
};

/** A pump of the model with a flow that it is made in. */
export function pumpUnit(name: PumpModelName, labelFlowMlPerDay: number, flowRatio = 1): PumpUnit {
  return { model: pumpModel(name), labelFlowMlPerDay, flowRatio };
}

/** Days at label conditions since a fill that went well. */
export function uneventful(days: number, filledMl: number, elsewhere: Partial<Stretch> = {}): Interval {
  return {
    days,
    recordedFillMl: filledMl,
    trueFillMl: filledMl,
    stretches: [{ ...LABEL_CONDITIONS, ...elsewhere, days }],
    feverDays: 0,
    feverCel: null,
    homeAltitudeM: 0,
    flightHours: 0,
  };
}

const SERIAL = 'P0042';
const SCANS = { pump: pumpCard(SERIAL), drug: drugLabel('LOT7', 'V001') };

/** 30 mL pump, 1.3 mL/d kept for 14 days, sea level, 22 Cel, 22G: the textbook's table. */
export const NOMINAL: RefillCase = {
  kind: 'good',
  seed: 0,
  pump: pumpUnit('codman-3000-30', 1.3),
  pumpSerial: SERIAL,
  since: uneventful(14, 30),
  bodyCel: LABEL_CONDITIONS.bodyCel,
  pumpCel: LABEL_CONDITIONS.bodyCel,
  arterialMmHg: LABEL_CONDITIONS.arterialMmHg,
  pulsePerMin: 70,
  tissueMlPerKpa: 2.5,
  roomCel: 22,
  infusateCel: 22,
  ambientKpa: LABEL_CONDITIONS.ambientKpa,
  residualFluid: 'fudr',
  fluid: 'fudr',
  fillMl: 30,
  gauge: '22G',
  attempts: [{ afterS: 22, ends: 'reservoir' }],
  flush: null,
  mishaps: [],
  nurse: TEXTBOOK_NURSE,
  instruments: TRUE_INSTRUMENTS,
  sensorFaults: [],
  scans: SCANS,
  ordered: SCANS,
};

export type CaseChange = Partial<Omit<RefillCase, 'nurse' | 'since'>> & {
  readonly nurse?: Partial<NurseStyle>;
  readonly since?: Partial<Interval>;
};

/** `base` but for what `change` says. */
export function changed(base: RefillCase, change: CaseChange): RefillCase {
  return {
    ...base,
    ...change,
    nurse: { ...base.nurse, ...change.nurse },
    since: { ...base.since, ...change.since },
  };
}
