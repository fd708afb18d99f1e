/** One patient's refill as the nurse does it: the nominal scenario's table, parts of it changed by options. */
import type { Patient } from '../physics/bay.ts';
import type { NeedleGauge } from '../physics/needle.ts';
import { PUMP_30ML, type PumpModel, residualMl } from '../physics/pump.ts';
import type { Act, TimedAct } from '../script.ts';

export interface VisitOptions {
  readonly flowRatio?: number;
  readonly gauge?: NeedleGauge;
  /** Time given to the passive drain; a thin needle needs more. */
  readonly emptyS?: number;
  readonly fillMlPerMin?: number;
  readonly pumpSerial?: string;
}

const DAYS_SINCE_LAST_FILL = 14;
const FILL_ML = 30;
const PORTION_ML = 5;
/** Pause after each portion: the nurse looks at the static pressure. */
const PAUSE_S = 2.4;
/** Plunger let go: comes back as fast as the propellant pushes. */
const FREE_ML_PER_MIN = 60;
const GS = '\u001d';

export function patientWith(flowRatio: number): Patient {
  const pump: PumpModel = { ...PUMP_30ML, flowRatio };
  return {
    pump,
    residualMl: residualMl(pump, FILL_ML, DAYS_SINCE_LAST_FILL),
    expectedMl: residualMl(PUMP_30ML, FILL_ML, DAYS_SINCE_LAST_FILL),
    bodyCel: 37,
    arterialMmHg: 90,
  };
}

/** Acts from the patient's arrival to the bay being free again, and how long that takes. */
export function refillVisit(options: VisitOptions = {}): { acts: TimedAct[]; endS: number } {
  const { flowRatio = 1, gauge = '22G', emptyS = 50, fillMlPerMin = 15, pumpSerial = 'P0042' } = options;
  const acts: TimedAct[] = [];
  const at = (atS: number, act: Act) => acts.push({ ...act, atS });

  // IDENTIFY: pump card and drug label (GS1 with the demonstration prefix 952).
  at(0, { do: 'arrive', patient: patientWith(flowRatio) });
  at(20, { do: 'scan', symbology: 'gs1-datamatrix', data: `010952123454321321${pumpSerial}` });
  at(45, { do: 'scan', symbology: 'gs1-datamatrix', data: `010952123456789917291231${'10LOT7'}${GS}21V001` });
  // ZERO: prime 1 mL into the air, then tare and zero.
  at(80, { do: 'clamp', state: 'open' });
  at(82, { do: 'hand', hand: { does: 'push', ml: 1, mlPerMin: 10 } });
  at(90, { do: 'clamp', state: 'closed' });
  at(100, { do: 'tare' });
  at(101, { do: 'zero' });
  // ACCESS, 22 s after it began.
  at(222, { do: 'needle', state: 'in', gauge });
  // EMPTY
  at(230, { do: 'clamp', state: 'open' });
  at(230, { do: 'hand', hand: { does: 'return', ml: 100, mlPerMin: FREE_ML_PER_MIN } });
  const emptied = 230 + emptyS;
  at(emptied, { do: 'hand', hand: { does: 'rest' } });
  at(emptied, { do: 'clamp', state: 'closed' });
  // CONFIRM: 5 mL in, a look at the pressure, 5 mL back.
  const confirm = emptied + 60;
  at(confirm, { do: 'tare' });
  at(confirm, { do: 'clamp', state: 'open' });
  at(confirm, { do: 'hand', hand: { does: 'push', ml: PORTION_ML, mlPerMin: 10 } });
  at(confirm + 33, { do: 'hand', hand: { does: 'return', ml: PORTION_ML, mlPerMin: 20 } });
  // FILL in portions.
  const fill = confirm + 58;
  at(fill - 0.5, { do: 'tare' });
  const portionS = (PORTION_ML / fillMlPerMin) * 60 + PAUSE_S;
  const portions = FILL_ML / PORTION_ML;
  for (let i = 0; i < portions; i++) {
    at(fill + i * portionS, { do: 'hand', hand: { does: 'push', ml: PORTION_ML, mlPerMin: fillMlPerMin } });
  }
  const filled = fill + portions * portionS - PAUSE_S;
  // DEACCESS, RECORD
  at(filled + 4, { do: 'clamp', state: 'closed' });
  at(filled + 10, { do: 'needle', state: 'out' });
  at(filled + 90, { do: 'leave' });
  return { acts, endS: filled + 90 };
}

/** A refill that starts again a minute after the bay is free. */
export function visitRound(options: VisitOptions = {}): { acts: TimedAct[]; periodS: number } {
  const { acts, endS } = refillVisit(options);
  return { acts, periodS: endS + 60 };
}
