/** The site's part of the configuration: section `alarms`. Set by whoever is responsible, never at a screen. */
import { z } from 'zod';
import { ALARM_CONDITIONS, type AlarmCondition } from './catalogue.ts';
import { isAdvisory } from './settings.ts';

const CONDITIONS = Object.keys(ALARM_CONDITIONS) as [AlarmCondition, ...AlarmCondition[]];

const conditionSchema = z.strictObject({
  priority: z.enum(['high', 'medium', 'low']).optional(),
  latching: z.boolean().optional().describe('signals go on after it has ended, until somebody acknowledges it'),
  delayMs: z.int().min(0).max(60_000).optional().describe('it must have been present for so long'),
  endDelayMs: z.int().min(0).max(60_000).optional().describe('it must have been gone for so long before it has ended'),
  off: z.boolean().optional().describe('never signalled; only for advisories of the refill'),
});

export const alarmsConfigSchema = z
  .strictObject({
    conditions: z
      .partialRecord(z.enum(CONDITIONS), conditionSchema)
      .default({})
      .superRefine((conditions, context) => {
        for (const [name, { off } = {}] of Object.entries(conditions)) {
          if (off !== true || isAdvisory(name as AlarmCondition)) continue;
          const message = 'tells of the equipment and cannot be off: lower its priority, or acknowledge it';
          context.addIssue({ code: 'custom', path: [name, 'off'], message });
        }
      })
      .describe('what differs from the catalogue, per condition'),
    audioPauseS: z
      .int()
      .min(1)
      .max(600)
      .default(120)
      .describe('for how long a pause of the sound lasts; a new condition breaks it'),
    longestAudioPauseS: z.int().min(1).max(3600).default(600).describe('the longest pause that may be asked for'),
    logKeepDays: z
      .int()
      .min(1)
      .max(36_500)
      .default(1825)
      .describe('days for which the alarm log is kept, through power cuts too; at most 200,000 entries'),
  })
  .refine((a) => a.audioPauseS <= a.longestAudioPauseS, {
    path: ['audioPauseS'],
    message: 'must not be longer than longestAudioPauseS',
  })
  .describe('the alarm system');

export type AlarmsConfig = z.infer<typeof alarmsConfigSchema>;

export const ALARM_LOG_ENTRIES = 200_000;
