/** Which stations are listed, and in what order. Pure. */
import type { StationView } from '../../api-types.ts';
import type { StreamState } from './event-stream.ts';

export const KNOWN_STATES = ['refused', 'quiet', 'connecting', 'offline', 'identifying', 'live'] as const;
export type KnownState = (typeof KNOWN_STATES)[number];
export const ORDERS = ['attention', 'name', 'level', 'age'] as const;
export type Order = (typeof ORDERS)[number];

/** A state from a newer server counts as needing attention: better one look too many. */
export function knownState(state: string): KnownState {
  return KNOWN_STATES.find((known) => known === state) ?? 'refused';
}

/** What may be said of a station now: without a live stream its last state is only a memory. */
export function stateNow(station: StationView, stream: StreamState): KnownState | 'unknown' {
  return stream === 'live' ? knownState(station.state) : 'unknown';
}

export function nameOf(station: StationView): string {
  return station.station ?? station.link;
}

export interface Wanted {
  readonly text: string;
  readonly state: KnownState | null;
  readonly order: Order;
}

/** What the order needs to know of the numbers. No level sorts last; a station never heard is the oldest. */
export interface Numbers {
  level(station: StationView): number | null;
  ageMs(station: StationView): number | null;
}

const NEVER = Number.POSITIVE_INFINITY;
const byName = new Intl.Collator(undefined, { numeric: true });

export function listed(stations: Iterable<StationView>, wanted: Wanted, numbers: Numbers): StationView[] {
  const words = wanted.text.toLowerCase().split(/\s+/).filter(Boolean);
  const matching = [...stations].filter(
    (s) =>
      (wanted.state === null || knownState(s.state) === wanted.state) && words.every((w) => searched(s).includes(w)),
  );
  const name = (a: StationView, b: StationView) => byName.compare(nameOf(a), nameOf(b));
  const rank = (s: StationView) => KNOWN_STATES.indexOf(knownState(s.state));
  const compare: Record<Order, (a: StationView, b: StationView) => number> = {
    attention: (a, b) => rank(a) - rank(b),
    name: () => 0,
    level: (a, b) => ascending(numbers.level(a) ?? NEVER, numbers.level(b) ?? NEVER),
    age: (a, b) => ascending(numbers.ageMs(b) ?? NEVER, numbers.ageMs(a) ?? NEVER),
  };
  return matching.sort((a, b) => compare[wanted.order](a, b) || name(a, b));
}

export function counts(stations: Iterable<StationView>): Record<KnownState, number> {
  const result = { refused: 0, quiet: 0, connecting: 0, offline: 0, identifying: 0, live: 0 };
  for (const station of stations) result[knownState(station.state)]++;
  return result;
}

function ascending(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function searched(s: StationView): string {
  return [s.station, s.link, s.state, s.firmwareVersion, s.reason].filter(Boolean).join(' ').toLowerCase();
}
