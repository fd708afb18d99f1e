/** What InfluxDB's `/query` answers, checked. https://docs.influxdata.com/influxdb/v1/tools/api/#query-http-endpoint */
import { z } from 'zod';

const answerSchema = z.object({
  results: z
    .array(
      z.object({
        error: z.string().optional(),
        series: z
          .array(
            z.object({
              name: z.string().optional(),
              tags: z.record(z.string(), z.string()).optional(),
              columns: z.array(z.string()),
              values: z.array(z.array(z.unknown())).optional(),
            }),
          )
          .optional(),
      }),
    )
    .min(1),
});

export interface Series {
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

/** The series of a one-statement answer; the server's own words as `{ error }`; `null` when it is no such answer. */
export function seriesOf(answer: unknown): Series[] | { error: string } | null {
  const parsed = answerSchema.safeParse(answer);
  if (!parsed.success) return null;
  const failed = parsed.data.results.find((r) => r.error !== undefined)?.error;
  if (failed !== undefined) return { error: failed };
  return (parsed.data.results[0]?.series ?? []).map(({ name = '', tags = {}, columns, values = [] }) => ({
    name,
    tags,
    columns,
    rows: values,
  }));
}

export function numberOrNull(cell: unknown): number | null {
  return typeof cell === 'number' ? cell : null;
}

const RFC3339 = /^(\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z$/;

/** `2023-11-14T22:13:20.000000001Z` as ns since the Unix epoch; `null` for anything else. */
export function nsFromRfc3339(text: unknown): bigint | null {
  const [, seconds, fraction = ''] = (typeof text === 'string' && RFC3339.exec(text)) || [];
  const ms = seconds === undefined ? Number.NaN : Date.parse(`${seconds}Z`);
  return Number.isNaN(ms) ? null : BigInt(ms) * 1_000_000n + BigInt(fraction.padEnd(9, '0'));
}
