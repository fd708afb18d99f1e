/**
 * Every alarm condition this product can determine, with what IEC 60601-1-8 wants said of each: priority, delay, latching.
 * The standard does not say which conditions there must be or how urgent they are; the priorities follow severity and
 * onset of the harm each one points at. They inform, they control nothing.
 */

/** IEC 60601-1-8: how soon somebody has to act. */
export type AlarmPriority = 'high' | 'medium' | 'low';

export interface AlarmConditionDefinition {
  readonly priority: AlarmPriority;
  /** About the refill and the patient, or about the equipment that watches them. */
  readonly kind: 'physiological' | 'technical';
  /** Signals go on after the condition has ended, until somebody acknowledges it. */
  readonly latching: boolean;
  /** Alarm-condition delay: it must have been present for so long, ms. */
  readonly delayMs: number;
  /** It has ended once it has been gone for so long, ms: what comes and goes is one condition, and breaks an audio pause once. */
  readonly endDelayMs?: number;
}

/** A link that stutters is silent again and again: not every stutter is told, and all of them are one alarm. */
const SILENCE = { delayMs: 1000, endDelayMs: 5000 } as const;

export const ALARM_CONDITIONS = {
  needleNotInReservoir: { priority: 'high', kind: 'physiological', latching: true, delayMs: 0 },
  needleDislodged: { priority: 'high', kind: 'physiological', latching: true, delayMs: 0 },
  wrongPumpOrDrug: { priority: 'high', kind: 'physiological', latching: true, delayMs: 0 },
  linePressureHigh: { priority: 'high', kind: 'physiological', latching: true, delayMs: 1000 },
  overfill: { priority: 'high', kind: 'physiological', latching: true, delayMs: 1000 },
  leak: { priority: 'medium', kind: 'physiological', latching: true, delayMs: 1000 },
  residualOutsideBand: { priority: 'medium', kind: 'physiological', latching: true, delayMs: 0 },
  reservoirEmpty: { priority: 'medium', kind: 'physiological', latching: true, delayMs: 0 },
  airInLine: { priority: 'medium', kind: 'physiological', latching: false, delayMs: 1000 },
  lineOccluded: { priority: 'medium', kind: 'technical', latching: false, delayMs: 3000 },
  stationQuietInRefill: { priority: 'medium', kind: 'technical', latching: false, ...SILENCE },
  sensorMismatch: { priority: 'medium', kind: 'technical', latching: false, delayMs: 5000 },
  coldFill: { priority: 'low', kind: 'physiological', latching: false, delayMs: 0 },
  stationQuiet: { priority: 'low', kind: 'technical', latching: false, ...SILENCE },
  stationRefused: { priority: 'low', kind: 'technical', latching: false, delayMs: 0 },
  clockUntrusted: { priority: 'low', kind: 'technical', latching: false, delayMs: 0 },
  brokerUnreachable: { priority: 'low', kind: 'technical', latching: false, delayMs: 5000 },
  storeUnreachable: { priority: 'low', kind: 'technical', latching: false, delayMs: 5000 },
  journalFilling: { priority: 'low', kind: 'technical', latching: false, delayMs: 0 },
  journalNearlyFull: { priority: 'medium', kind: 'technical', latching: false, delayMs: 0 },
  journalNotWriting: { priority: 'medium', kind: 'technical', latching: false, delayMs: 0 },
  journalDamaged: { priority: 'low', kind: 'technical', latching: true, delayMs: 0 },
  recordsNotWriting: { priority: 'medium', kind: 'technical', latching: false, delayMs: 0 },
  recordsDamaged: { priority: 'medium', kind: 'technical', latching: true, delayMs: 0 },
  rowsQuarantined: { priority: 'low', kind: 'technical', latching: true, delayMs: 0 },
} as const satisfies Record<string, AlarmConditionDefinition>;

export type AlarmCondition = keyof typeof ALARM_CONDITIONS;

/** What a part of the daemon determines; whether, when and how it is signalled is decided in `alarms/`. */
export interface ConditionReport {
  /** Station serial, or the bridge's id for what concerns the bridge itself. */
  readonly source: string;
  readonly condition: AlarmCondition;
  readonly present: boolean;
  /** Plain words: what is wrong and what to do. */
  readonly detail: string | null;
}
