/** The site's part of the configuration: section `refill`. */
import { z } from 'zod';
import { ADVISORIES, type RefillSettings } from './model.ts';
import { THRESHOLD_NAMES, THRESHOLDS, type ThresholdName } from './thresholds.ts';

const thresholdShape = Object.fromEntries(
  THRESHOLD_NAMES.map((name) => {
    const { default: standard, min, max, unit, says } = THRESHOLDS[name];
    return [
      name,
      z
        .number()
        .min(min)
        .max(max)
        .default(standard)
        .describe(unit === '1' ? says : `${says}, ${unit}`),
    ];
  }),
) as Record<ThresholdName, z.ZodDefault<z.ZodNumber>>;

export const refillConfigSchema = z
  .strictObject({
    pumpModelsFile: z
      .string()
      .min(1)
      .max(4096)
      .optional()
      .describe("JSON file with the site's own pump models; a name that is shipped too replaces the shipped one"),
    advisoriesOff: z
      .array(z.enum(ADVISORIES))
      .max(ADVISORIES.length)
      .default([])
      .describe('advisories this site does not want'),
    longestHours: z
      .number()
      .min(0.25)
      .max(48)
      .default(4)
      .describe('a refill that is open for longer is closed as stopped; h'),
    resumeWithinMinutes: z
      .int()
      .min(0)
      .max(1440)
      .default(30)
      .describe('for so long an aborted refill can be resumed; then it is closed for good'),
    thresholds: z
      .strictObject(thresholdShape)
      .prefault({})
      .describe('where each number comes from and how far to trust it: docs/refill.md'),
  })
  .describe('what the refill engine goes by');

export type RefillConfig = z.infer<typeof refillConfigSchema>;

/** What goes into a refill's `begin`. */
export function refillSettings(config: RefillConfig): RefillSettings {
  return { thresholds: config.thresholds, advisoriesOff: config.advisoriesOff };
}
