/** Turns what a client sent into checked values, or into one problem that names the parameter. */
import type { z } from 'zod';
import { CHANNEL_NAMES } from '../../protocols/reading.ts';
import type { RangeQuery } from '../store/port.ts';
import { ApiProblem } from './problems.ts';
import { historyQuery, stationName } from './schemas.ts';

const DEFAULT_SPAN_MS = 10 * 60_000;

/** Throws `ApiProblem` 400. `what` names the value for a schema that has no keys of its own. */
export function parsed<T extends z.ZodType>(schema: T, input: unknown, what: string): z.output<T> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const lines = result.error.issues
    .slice(0, 5)
    .map((issue) => `${issue.path[0]?.toString() ?? what}: ${issue.message}`);
  throw new ApiProblem(
    400,
    'bad-parameter',
    lines.join('; ').slice(0, 500),
    'correct the parameter; all of them are described at /api/docs',
  );
}

/** `from`, `to`, `points`, `channels` of a history request. Throws `ApiProblem` 400. */
export function historyRange(station: unknown, query: unknown, nowUtcMs: number): RangeQuery {
  const name = parsed(stationName, station, 'station');
  const { from, to, points, channels } = parsed(historyQuery, query, 'query');
  const toMs = to ?? Math.max(nowUtcMs, (from ?? 0) + 1);
  const fromMs = from ?? Math.max(0, toMs - DEFAULT_SPAN_MS);
  if (fromMs >= toMs) {
    throw new ApiProblem(
      400,
      'bad-range',
      `from (${new Date(fromMs).toISOString()}) is not before to (${new Date(toMs).toISOString()})`,
      'swap from and to',
    );
  }
  return { station: name, fromMs, toMs, channels: channels ?? CHANNEL_NAMES, buckets: points };
}
