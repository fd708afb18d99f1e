/** Whether a number may still be shown. A value that is not fresh is never drawn, whatever it was. */
import type { LatestReading, StationView } from '../../api-types.ts';

export interface ArrivedReading {
  readonly reading: LatestReading;
  /** The page's monotonic clock when the event arrived. */
  readonly arrivedMs: number;
  /** How late the stream was delivering at that moment, ms. */
  readonly lagMs: number;
}

export type Freshness =
  | { readonly kind: 'fresh'; readonly ageMs: number }
  | { readonly kind: 'expired'; readonly ageMs: number }
  | { readonly kind: 'never' };

/** Age in ms: what the server said, plus the delivery's delay, plus our own monotonic time since arrival. */
export function ageOf(arrived: ArrivedReading, nowMs: number): number {
  return arrived.reading.ageMs + arrived.lagMs + Math.max(0, nowMs - arrived.arrivedMs);
}

/** Only these states have a station speaking at the other end; in any other, a number would be a leftover. */
function mayShowValues(state: StationView['state']): boolean {
  return state === 'live' || state === 'quiet';
}

export function freshnessOf(
  arrived: ArrivedReading | undefined,
  state: StationView['state'],
  streamIsLive: boolean,
  nowMs: number,
  expiryMs: number,
): Freshness {
  if (!arrived) return { kind: 'never' };
  const ageMs = ageOf(arrived, nowMs);
  const fresh = streamIsLive && mayShowValues(state) && ageMs <= expiryMs;
  return { kind: fresh ? 'fresh' : 'expired', ageMs };
}
