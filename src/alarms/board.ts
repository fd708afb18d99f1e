/** What the alarm system says to every screen: one board per daemon, so that all screens agree. */
import type { AlarmCondition, AlarmConditionDefinition, AlarmPriority } from './catalogue.ts';

export type AlarmKind = AlarmConditionDefinition['kind'];

/**
 * - `present`  the condition is there
 * - `latched`  it has ended, its signals go on until somebody acknowledges it
 * - `ended`    it has ended and wants nothing any more; shown for a minute, so that whoever looks up sees what it was
 */
export type AlarmPresence = 'present' | 'latched' | 'ended';

/**
 * Of the auditory signal; what is `present` or `latched` is shown in every one of these states.
 * - `on`           sounds
 * - `audio-paused` silent for a limited time
 * - `acknowledged` silent until the condition changes
 * - `off`          the condition has ended
 */
export type AlarmSignal = 'on' | 'audio-paused' | 'acknowledged' | 'off';

export interface AlarmEntry {
  /** Station serial, or the bridge's id for what concerns the bridge itself. With `condition` the key of the entry. */
  readonly source: string;
  readonly condition: AlarmCondition;
  readonly priority: AlarmPriority;
  readonly kind: AlarmKind;
  readonly latching: boolean;
  readonly presence: AlarmPresence;
  /** Host UTC ms at which the condition began. */
  readonly sinceUtcMs: number;
  readonly endedUtcMs: number | null;
  readonly signal: AlarmSignal;
  /** Plain words: what is wrong and what to do. */
  readonly detail: string | null;
  /** Who acknowledged it, and when (host UTC ms). */
  readonly by: string | null;
  readonly atUtcMs: number | null;
}

/** IEC 60601-1-8 audio paused: a time-limited silence that a new condition of what it covers breaks. */
export interface AudioPause {
  /** Only the signals of this source; `null` = all. */
  readonly source: string | null;
  readonly by: string;
  readonly untilUtcMs: number;
  /** Of the pause, ms, when this was sent. Count down from here: clocks of screens differ. */
  readonly remainingMs: number;
}

export interface AlarmBoard {
  /** Host UTC ms of the last change. */
  readonly atUtcMs: number;
  /** The most urgent first: ended ones last, high before low, present before latched, then the latest. */
  readonly entries: readonly AlarmEntry[];
  readonly pauses: readonly AudioPause[];
  /** Highest priority among what is present or latched; `null` when nothing is. */
  readonly highest: AlarmPriority | null;
  /** Highest priority among what has its signal `on`: what a screen should sound. */
  readonly sounding: AlarmPriority | null;
}
