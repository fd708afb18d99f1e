import type { StationView } from '../../api-types.ts';
import { stateNow } from '../model/fleet-order.ts';
import { store } from '../page.ts';
import { strings } from '../strings.ts';

/** Why a station is not live, and what to do about it. Nothing for a live one, or when that is not known now. */
export function Trouble({ station }: { station: StationView }) {
  const state = stateNow(station, store.connection.value);
  if (state === 'live' || state === 'unknown') return null;
  return <p class={`trouble state-${state}`}>{station.reason ?? strings.stateMeaning[state]}</p>;
}
