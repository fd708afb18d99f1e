import type { StationView } from '../../api-types.ts';
import { knownState } from '../model/fleet-order.ts';
import { strings } from '../strings.ts';

/** Why a station is not live, and what to do about it. Nothing for a live one. */
export function Trouble({ station }: { station: StationView }) {
  const state = knownState(station.state);
  if (state === 'live') return null;
  return <p class={`trouble state-${state}`}>{station.reason ?? strings.stateMeaning[state]}</p>;
}
