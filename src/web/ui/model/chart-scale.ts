/** Where the y axis begins and ends. Noise is not blown up to fill the panel, and a level starts at 0. */
import type { Columns } from './chart-series.ts';

/** Least height of an axis, in the channel's unit. */
const LEAST_SPAN: Readonly<Record<string, number>> = {
  reservoirVolume: 10,
  lineFlow: 4,
  linePressure: 4,
  fluidTemperature: 2,
  collectorMass: 4,
  ambientPressure: 1,
};
const FROM_ZERO: readonly string[] = ['reservoirVolume', 'lineFlow'];

/** Lowest and highest of everything drawn; `null` when there is nothing. */
export function extent(columns: Columns): readonly [number, number] | null {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of columns.min) if (value !== null && value < low) low = value;
  for (const value of columns.max) if (value !== null && value > high) high = value;
  return low <= high ? [low, high] : null;
}

export function yScale(channel: string, found: readonly [number, number] | null): readonly [number, number] {
  const least = LEAST_SPAN[channel] ?? 1;
  if (found === null) return [0, least];
  let [low, high] = found;
  if (FROM_ZERO.includes(channel)) {
    low = Math.min(0, low);
    high = Math.max(0, high);
  }
  const margin = 0.08 * (high - low);
  const missing = Math.max(0, least - (high - low) - 2 * margin);
  const bottom = low >= 0 && FROM_ZERO.includes(channel) ? 0 : low - margin - missing / 2;
  return [bottom, Math.max(high + margin + missing / 2, bottom + least)];
}
