/** What the responsible organisation has set (configuration, never the operator): per condition, over the catalogue. */
import { ADVISORIES } from '../refill/model.ts';
import { ALARM_CONDITIONS, type AlarmCondition, type AlarmConditionDefinition } from './catalogue.ts';

export interface AlarmSettings {
  readonly conditions: Readonly<Partial<Record<AlarmCondition, ConditionSetting>>>;
  /** Of an audio pause when nobody says otherwise, and the longest that may be asked for, s. */
  readonly audioPauseS: number;
  readonly longestAudioPauseS: number;
}

export interface ConditionSetting {
  readonly priority?: AlarmConditionDefinition['priority'] | undefined;
  readonly latching?: boolean | undefined;
  readonly delayMs?: number | undefined;
  readonly endDelayMs?: number | undefined;
  /** Only for advisories: what tells of the equipment cannot be switched off. */
  readonly off?: boolean | undefined;
}

const ADVISORY_NAMES: ReadonlySet<string> = new Set(ADVISORIES);

export function isAdvisory(condition: AlarmCondition): boolean {
  return ADVISORY_NAMES.has(condition);
}

/** `null`: switched off. */
export function definitionOf(
  condition: AlarmCondition,
  settings: AlarmSettings,
): Required<AlarmConditionDefinition> | null {
  const catalogue: AlarmConditionDefinition = ALARM_CONDITIONS[condition];
  const set = settings.conditions[condition] ?? {};
  if (set.off === true && isAdvisory(condition)) return null;
  return {
    kind: catalogue.kind,
    priority: set.priority ?? catalogue.priority,
    latching: set.latching ?? catalogue.latching,
    delayMs: set.delayMs ?? catalogue.delayMs,
    endDelayMs: set.endDelayMs ?? catalogue.endDelayMs ?? 0,
  };
}

/** What differs from the catalogue, in words for the alarm log: IEC 60601-1-8 6.5 wants it known which settings are active. */
export function settingsInWords(settings: AlarmSettings): string {
  const differing = Object.entries(settings.conditions).map(([condition, set]) => {
    const parts = Object.entries(set ?? {}).flatMap(([key, value]) => (value === undefined ? [] : [`${key} ${value}`]));
    return `${condition}: ${parts.join(', ')}`;
  });
  return [...differing, `audio pause ${settings.audioPauseS} s`].join('; ').slice(0, 500);
}
