/** Does something grow? A straight line through the samples, by least squares. */

export interface Sample {
  readonly atMs: number;
  readonly value: number;
}

/** Per hour; 0 for fewer than two moments. */
export function slopePerHour(samples: readonly Sample[]): number {
  const n = samples.length;
  if (n < 2) return 0;
  const meanAt = samples.reduce((sum, s) => sum + s.atMs, 0) / n;
  const mean = samples.reduce((sum, s) => sum + s.value, 0) / n;
  let both = 0;
  let squares = 0;
  for (const { atMs, value } of samples) {
    both += (atMs - meanAt) * (value - mean);
    squares += (atMs - meanAt) ** 2;
  }
  return squares === 0 ? 0 : (both / squares) * 3_600_000;
}

export interface Bound {
  /** More an hour than this is growth ... */
  readonly perHour: number;
  /** ... if it also comes to more than this over the time looked at: short runs show the breath of the garbage collector. */
  readonly atAll: number;
}

export interface Trend {
  readonly perHour: number;
  /** Over the time looked at. */
  readonly grown: number;
  readonly allowedPerHour: number;
  readonly verdict: 'steady' | 'grows';
}

/** Looks at the second half only: the first is warming up. */
export function trendOf(samples: readonly Sample[], bound: Bound): Trend {
  const half = samples.slice(Math.floor(samples.length / 2));
  const hours = ((half.at(-1)?.atMs ?? 0) - (half[0]?.atMs ?? 0)) / 3_600_000;
  const perHour = slopePerHour(half);
  const allowedPerHour = hours > 0 ? Math.max(bound.perHour, bound.atAll / hours) : bound.perHour;
  return { perHour, grown: perHour * hours, allowedPerHour, verdict: perHour > allowedPerHour ? 'grows' : 'steady' };
}
