import type { ComponentChildren } from 'preact';
import type { StationView } from '../../api-types.ts';
import { type KnownState, stateNow } from '../model/fleet-order.ts';
import { store } from '../page.ts';
import { strings } from '../strings.ts';

/** A shape of its own for every state: the colour only repeats it. */
const SHAPES: Record<KnownState | 'unknown', ComponentChildren> = {
  live: (
    <>
      <circle cx="12" cy="12" r="10" fill="currentColor" />
      <path d="M7 12.5l3.4 3.4L17 9" class="icon-cut" />
    </>
  ),
  quiet: (
    <>
      <path d="M12 1.8L23 21.5H1z" fill="currentColor" />
      <path d="M12 8.5v6M12 17.2v1.6" class="icon-cut" />
    </>
  ),
  refused: (
    <>
      <path d="M7.5 1.5h9l6 6v9l-6 6h-9l-6-6v-9z" fill="currentColor" />
      <path d="M8 8l8 8M16 8l-8 8" class="icon-cut" />
    </>
  ),
  connecting: (
    <>
      <path d="M21 12a9 9 0 1 1-3-6.7" class="icon-line" />
      <path d="M21.5 2v5h-5" class="icon-line" />
    </>
  ),
  identifying: (
    <>
      <circle cx="12" cy="12" r="9.5" class="icon-line" />
      <path d="M9 9.4a3 3 0 1 1 4.4 2.7c-1 .6-1.4 1-1.4 2.2M12 17v1" class="icon-line" />
    </>
  ),
  offline: (
    <>
      <rect x="2.5" y="2.5" width="19" height="19" rx="2" class="icon-line" />
      <path d="M7.5 12h9" class="icon-line" />
    </>
  ),
  unknown: <circle cx="12" cy="12" r="9.5" class="icon-line icon-dashed" />,
};

export function StateIcon({ state }: { state: KnownState | 'unknown' }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      {SHAPES[state]}
    </svg>
  );
}

export function StateBadge({ station }: { station: StationView }) {
  const state = stateNow(station, store.connection.value);
  return (
    <span class={`badge state-${state}`}>
      <StateIcon state={state} />
      <span>{wordOf(state, station.state)}</span>
    </span>
  );
}

/** A state this page does not know is shown in the server's own word. */
function wordOf(state: KnownState | 'unknown', said: string): string {
  if (state === 'unknown') return strings.stateUnknown;
  return state === said ? strings.state[state] : said;
}
