/** The page's logic put together; components read from here. */
import { signal } from '@preact/signals';
import { browserClock } from './model/clock.ts';
import { EventStream } from './model/event-stream.ts';
import { FleetStore } from './model/fleet-store.ts';
import { PagePulse } from './model/page-pulse.ts';
import { hashOf, parseRoute, type Route } from './model/route.ts';

export const store = new FleetStore();

const stream = new EventStream(() => new EventSource('api/v1/events'), browserClock, {
  event: (name, payload, arrivedMs) => store.event(name, payload, arrivedMs),
  opened: () => store.opened(),
  state: (state) => store.setConnection(state),
});
const pulse = new PagePulse(browserClock, stream, store);

export const route = signal<Route>(parseRoute(location.hash) ?? { view: 'fleet' });

/** `true` while the media query holds. */
export function media(query: string) {
  const list = matchMedia(query);
  const state = signal(list.matches);
  list.addEventListener('change', () => {
    state.value = list.matches;
  });
  return state;
}

export const narrow = media('(max-width: 719px)');
/** No more than a tablet. */
export const compact = media('(max-width: 1100px)');
export const dark = media('(prefers-color-scheme: dark)');
export const reducedMotion = media('(prefers-reduced-motion: reduce)');

export function startPage(): void {
  stream.start();
  pulse.start();
  addEventListener('hashchange', () => {
    const to = parseRoute(location.hash);
    if (to) route.value = to;
    // The skip link has moved the focus; the address goes on naming the view.
    else history.replaceState(null, '', hashOf(route.value));
  });
  document.addEventListener('visibilitychange', () => pulse.beat());
  document.addEventListener('resume', () => pulse.resumed());
  addEventListener('pageshow', (event) => {
    if (event.persisted) pulse.resumed();
  });
}
