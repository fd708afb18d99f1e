import type { StationView } from '../../api-types.ts';
import { stateNow } from '../model/fleet-order.ts';
import { store } from '../page.ts';
import { strings } from '../strings.ts';

/** Bold for everything that is not live: silence must not look like calm. */
export function StateNotice({ station }: { station: StationView }) {
  const state = stateNow(station, store.connection.value);
  if (state === 'live' || state === 'unknown') return null;
  return (
    <div class={`state-notice state-${state}`}>
      <strong>{strings.stateMeaning[state]}</strong>
      {station.reason && <span>{station.reason}</span>}
    </div>
  );
}
