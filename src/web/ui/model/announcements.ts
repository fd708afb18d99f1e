/** What a screen reader is told: changes of state, politely and bundled; never numbers. */
import type { StationView } from '../../api-types.ts';
import type { StreamState } from './event-stream.ts';

export interface StateChange {
  readonly station: StationView;
  readonly from: string;
}

/** Changes between two pictures of the fleet. New stations are no news while the first picture is being made. */
export function stateChanges(
  before: ReadonlyMap<string, StationView>,
  after: ReadonlyMap<string, StationView>,
): StateChange[] {
  const changes: StateChange[] = [];
  for (const [key, station] of after) {
    const from = before.get(key)?.state;
    if (from !== undefined && from !== station.state) changes.push({ station, from });
  }
  return changes;
}

export interface Words {
  stationIs(station: StationView): string;
  manyChanged(count: number): string;
  connection(state: StreamState): string;
}

/** More than this at once would be read for a minute. */
const MOST = 3;

export function announcement(changes: readonly StateChange[], words: Words): string {
  return changes.length > MOST
    ? words.manyChanged(changes.length)
    : changes.map((change) => words.stationIs(change.station)).join(' ');
}
