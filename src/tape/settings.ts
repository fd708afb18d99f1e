/** The section `capture` of the configuration. */
import { z } from 'zod';

export const captureConfigSchema = z
  .strictObject({
    minutes: z
      .int()
      .min(0)
      .max(120)
      .default(10)
      .describe('minutes of raw bytes kept in memory for every link, for an incident capsule; 0: none'),
    maxBytes: z
      .int()
      .min(1_000_000)
      .max(4e9)
      .default(64_000_000)
      .describe('most bytes of memory for that, all links together; with more stations the minutes get fewer'),
    folder: z
      .string()
      .min(1)
      .max(4096)
      .optional()
      .describe('folder to which all raw bytes are also written, as captures'),
    folderMaxBytes: z
      .int()
      .min(10_000_000)
      .max(1e13)
      .default(1_000_000_000)
      .describe('most bytes of captures in that folder; the oldest give way'),
  })
  .describe('raw bytes of the links, to look at and to replay: docs/capture.md');

export type CaptureConfig = z.infer<typeof captureConfigSchema>;
