/**
 * A made-up refill at each of its phases, with the numbers of the textbook's nominal table: 30 mL pump, 1.3 mL/d, 14 days,
 * residual 11.8 mL. For tests and pictures of the page; what an engine makes of readings is tested elsewhere.
 */
import type { AlarmBoard, AlarmEntry } from '../../src/alarms/board.ts';
import { ALARM_CONDITIONS, type AlarmCondition } from '../../src/alarms/catalogue.ts';
import {
  HOLD_POINTS,
  type HoldPoint,
  PHASES,
  type Phase,
  type Pump,
  type PumpModel,
  RECONCILIATION_CONVENTION,
  type Reconciliation,
  type RefillState,
} from '../../src/refill/model.ts';

const DAY_MS = 86_400_000;

export const MODEL: PumpModel = {
  model: 'CF-30',
  manufacturer: 'Made-up Pumps',
  capacityMl: 30,
  deadVolumeMl: 1.5,
  labelFlowsMlPerDay: [1, 1.3],
  tolerancePercent: 15,
  septa: 2,
  needle: '22 G Huber',
  udiDi: null,
  source: 'made up for tests',
};

/** Fortnightly fills of 30 mL up to a fortnight before `nowMs`, each drained to about 11.8 mL. */
export function pumpAt(nowMs: number, fills = 8): Pump {
  return {
    pump: 'P-0007',
    model: MODEL,
    serial: 'CF30-20175',
    udi: '(01)00850014110147(21)20175',
    labelFlowMlPerDay: 1.3,
    patientRef: 'R-5512',
    fills: Array.from({ length: fills }, (_, i) => ({
      atMs: nowMs - (fills - i) * 14 * DAY_MS,
      filledMl: 30,
      residualMl: i === 0 ? null : 11.8 + 0.3 * Math.sin(i),
      actualFlow: i === 0 ? null : { value: 1.3 - (0.3 * Math.sin(i)) / 14, u95: 0.014 },
    })),
  };
}

export function reconciliationOf(residualMl: number, u95 = 0.2): Reconciliation {
  const actual = (30 - residualMl) / 14;
  const deviation = (100 * (actual - 1.3)) / 1.3;
  const deviationU95 = (100 * u95) / 14 / 1.3;
  const beyond = Math.abs(deviation) - 15;
  return {
    days: 14,
    lastFillMl: 30,
    expectedResidual: { value: 11.8, u95: 0.4 },
    residual: { value: residualMl, u95 },
    deltaMl: residualMl - 11.8,
    actualFlow: { value: actual, u95: u95 / 14 },
    deviationPercent: { value: deviation, u95: deviationU95 },
    bandPercent: 15,
    verdict: Math.abs(beyond) < deviationU95 ? 'indeterminate' : beyond > 0 ? 'outside' : 'within',
    explainedPercent: null,
    trendPercentPer30Days: 0.4,
    convention: RECONCILIATION_CONVENTION,
  };
}

/** Seconds after the begin at which each phase starts. */
const PHASE_AT_S: Readonly<Record<Phase, number>> = {
  identify: 0,
  zero: 80,
  prep: 120,
  access: 200,
  empty: 230,
  measure: 290,
  confirm: 340,
  fill: 380,
  flush: 500,
  deaccess: 530,
  record: 560,
};

const LEVEL: Readonly<Record<Phase, number>> = {
  identify: 11.8,
  zero: 11.8,
  prep: 11.8,
  access: 11.8,
  empty: 6.2,
  measure: 0,
  confirm: 4.9,
  fill: 18.4,
  flush: 30,
  deaccess: 30,
  record: 30,
};

/** The refill 20 s into the phase. */
export function refillIn(phase: Phase, nowMs: number, over: Partial<RefillState> = {}): RefillState {
  const at = PHASES.indexOf(phase);
  const beganMs = nowMs - (PHASE_AT_S[phase] + 20) * 1000;
  const reached = (other: Phase) => at >= PHASES.indexOf(other);
  const level = LEVEL[phase];
  const needleIn = reached('access') && !reached('record');
  return {
    refill: '0192-made-up',
    station: 'HRS-1001',
    simulated: true,
    pump: pumpAt(nowMs),
    order: {
      fillMl: 30,
      drug: 'FUDR with heparin',
      concentrationMgPerMl: 6.5,
      lot: 'A213B1',
      densityGPerMl: 1.005,
      needleGauge: '22G',
      expectedPumpUdi: null,
      expectedDrugCode: null,
    },
    context: { feverDays: 0, feverCel: null, homeAltitudeM: 20, flightHours: 0 },
    by: 'A. Jansen',
    beganMs,
    atMs: nowMs,
    outcome: 'in-progress',
    stoppedReason: null,
    phase,
    phases: PHASES.slice(0, at + 1).map((each) => ({
      phase: each,
      atMs: beganMs + PHASE_AT_S[each] * 1000,
      by: each === 'prep' || each === 'zero' ? 'nurse' : 'readings',
    })),
    needle: needleIn ? 'in' : 'out',
    clamp: phase === 'access' || phase === 'measure' ? 'closed' : needleIn ? 'open' : 'unknown',
    level: { value: level, u95: reached('measure') ? 0.2 : 0.6 },
    levelFrom: reached('measure') ? 'measured' : 'expected',
    residual: reached('measure') ? { value: 11.8, u95: 0.2 } : null,
    drained: reached('empty') ? { value: phase === 'empty' ? 5.6 : 11.8, u95: 0.2 } : null,
    filled: reached('confirm') ? { value: level, u95: 0.2 } : null,
    pressure: { peakKpa: needleIn ? 57.4 : null, staticKpa: needleIn ? 56.8 : null },
    holds: holdsOf(reached),
    advisories: [],
    reconciliation: reached('measure') ? reconciliationOf(11.8) : null,
    scans: [],
    link: 'live',
    ...over,
  };
}

function holdsOf(reached: (phase: Phase) => boolean): RefillState['holds'] {
  const decidedIn: Readonly<Record<HoldPoint, Phase>> = {
    identity: 'zero',
    passiveReturn: 'measure',
    residualVerdict: 'confirm',
    testVolume: 'fill',
    linePressure: 'record',
    capacity: 'zero',
    drainedVolume: 'confirm',
  };
  return HOLD_POINTS.map((hold) => ({
    hold,
    state: reached(decidedIn[hold]) ? 'passed' : 'pending',
    atMs: null,
    by: null,
    reason: null,
  }));
}

/** The refill held at these points. */
export function heldAt(state: RefillState, ...held: readonly HoldPoint[]): RefillState {
  return {
    ...state,
    holds: state.holds.map((h) => (held.includes(h.hold) ? { ...h, state: 'held', atMs: state.atMs - 8000 } : h)),
  };
}

export function alarmOf(condition: AlarmCondition, nowMs: number, over: Partial<AlarmEntry> = {}): AlarmEntry {
  const { priority, kind, latching } = ALARM_CONDITIONS[condition];
  return {
    source: 'HRS-1001',
    condition,
    priority,
    kind,
    latching,
    presence: 'present',
    sinceUtcMs: nowMs - 12_000,
    endedUtcMs: null,
    signal: 'on',
    detail: null,
    by: null,
    atUtcMs: null,
    ...over,
  };
}

export function boardOf(nowMs: number, entries: readonly AlarmEntry[], pauses: AlarmBoard['pauses'] = []): AlarmBoard {
  const highestOf = (list: readonly AlarmEntry[]) =>
    (['high', 'medium', 'low'] as const).find((p) => list.some((e) => e.priority === p)) ?? null;
  return {
    atUtcMs: nowMs,
    entries,
    pauses,
    highest: highestOf(entries.filter((e) => e.presence !== 'ended')),
    sounding: highestOf(entries.filter((e) => e.signal === 'on')),
  };
}
