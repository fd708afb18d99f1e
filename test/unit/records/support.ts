import type { AlarmLogEntry } from '../../../src/alarms/log.ts';
import type { AlarmLogQuery, RefillQuery, RefillSummary } from '../../../src/records/model.ts';

export const summary = (refill: string, more: Partial<RefillSummary> = {}): RefillSummary => ({
  refill,
  station: 'HRS-0042',
  pump: 'P0042',
  pumpModel: 'example-30',
  pumpSerial: '20175',
  patientRef: null,
  simulated: false,
  by: 'An Example',
  beganMs: 1_770_000_000_000,
  endedMs: null,
  fillAtMs: null,
  outcome: 'in-progress',
  stoppedReason: null,
  residualMl: null,
  filledMl: null,
  actualFlow: null,
  deviationPercent: null,
  verdict: null,
  overrides: 0,
  advisories: 0,
  firmware: null,
  hardware: null,
  ...more,
});

export const logged = (id: number, more: Partial<AlarmLogEntry> = {}): AlarmLogEntry => ({
  id,
  atUtcMs: 1_770_000_000_000 + id,
  event: 'began',
  source: 'HRS-0042',
  condition: 'needleDislodged',
  priority: 'high',
  by: null,
  detail: 'the needle came out: 57 → 0 kPa',
  ...more,
});

export const ANY_ALARM: AlarmLogQuery = { before: null, source: null, fromMs: null, toMs: null, limit: 100 };
export const ANY_REFILL: RefillQuery = {
  pump: null,
  station: null,
  fromMs: null,
  toMs: null,
  outcome: null,
  before: null,
  limit: 100,
};
