/** The alarm log's words (IEC 60601-1-8 6.12): every occurrence with identity and time, and every inactivation with who. */
import type { AlarmCondition, AlarmPriority } from './catalogue.ts';

export const ALARM_LOG_EVENTS = [
  /** The alarm system begins to work; `detail` says which settings are active. What happened before it is not known. */
  'started',
  'began',
  'ended',
  /** The condition has ended, its signals go on. */
  'latched',
  'acknowledged',
  'audio-paused',
  'audio-resumed',
  /** A new condition has ended the pause. */
  'audio-pause-broken',
] as const;

export interface AlarmLogRow {
  readonly atUtcMs: number;
  readonly event: (typeof ALARM_LOG_EVENTS)[number];
  /** `null` for what concerns all sources. */
  readonly source: string | null;
  readonly condition: AlarmCondition | null;
  readonly priority: AlarmPriority | null;
  /** The person, for what a person did. */
  readonly by: string | null;
  readonly detail: string | null;
}

export interface AlarmLogEntry extends AlarmLogRow {
  /** Ascending; later entries have larger ones. */
  readonly id: number;
}
