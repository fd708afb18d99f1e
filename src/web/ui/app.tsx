import { useEffect, useRef } from 'preact/hooks';
import { BedsidePage } from './bedside/bedside-page.tsx';
import { FirmwareLater } from './firmware/later.tsx';
import { FleetView } from './fleet/fleet-view.tsx';
import { hashOf, type Route } from './model/route.ts';
import { route, store } from './page.ts';
import { Announcer, Banners } from './parts/banners.tsx';
import { LanguageSwitch } from './parts/language-switch.tsx';
import { RecordsView } from './records/records-views.tsx';
import { StationPage } from './station/station-page.tsx';
import { strings } from './strings.ts';

export function App() {
  const here = route.value;
  useFocusOnArrival(here);
  return (
    <>
      <a class="skip-link" href="#main">
        {strings.skip}
      </a>
      {here.view !== 'bedside' && <Header />}
      <Banners />
      <Announcer />
      <main id="main" tabIndex={-1}>
        <View here={here} />
      </main>
      <footer class="footer">
        <strong>{strings.disclaimer}</strong>
      </footer>
    </>
  );
}

function View({ here }: { here: Route }) {
  switch (here.view) {
    case 'fleet':
      return <FleetView />;
    case 'station':
      return <StationPage key={here.key} stationKey={here.key} />;
    case 'bedside':
      return <BedsidePage key={here.key} stationKey={here.key} />;
    case 'firmware':
      return <FirmwareLater />;
    default:
      return <RecordsView here={here} />;
  }
}

const PLACES = ['fleet', 'refills', 'pumps', 'alarms'] as const;

function Navigation() {
  const names = {
    fleet: strings.fleet.title,
    refills: strings.records.refills,
    pumps: strings.records.pumps,
    alarms: strings.alarms.title,
  };
  return (
    <nav class="places" aria-label={strings.product}>
      {PLACES.map((view) => (
        <a key={view} href={hashOf({ view })} {...(route.value.view === view ? { 'aria-current': 'page' } : {})}>
          {names[view]}
        </a>
      ))}
    </nav>
  );
}

function Header() {
  const hello = store.hello.value;
  const connection = store.connection.value;
  return (
    <header class="header">
      <a class="brand" href="#/">
        <svg class="brand-mark" viewBox="0 0 32 32" aria-hidden="true">
          <path d="M11 10a5 5 0 0 1 10 0h2a7 7 0 0 1 7 7v4a7 7 0 0 1-7 7H9a7 7 0 0 1-7-7v-4a7 7 0 0 1 7-7z" />
          <path class="brand-fluid" d="M6 19h20v2a3 3 0 0 1-3 3H9a3 3 0 0 1-3-3z" />
        </svg>
        {strings.product}
      </a>
      <Navigation />
      {hello && <span class="where">{strings.bridgeLine(hello.site, hello.bridge)}</span>}
      <span class={`connection connection-${connection}`}>
        <span class="connection-dot" aria-hidden="true" />
        {connection === 'live'
          ? strings.connection.live
          : connection === 'lost'
            ? strings.noConnection
            : strings.connection.connecting}
      </span>
      {hello && <span class="version">{strings.version(hello.version)}</span>}
      <LanguageSwitch />
    </header>
  );
}

/** After a change of view the keyboard goes on where the eye does: the new heading, or the station just left. */
function useFocusOnArrival(here: Route): void {
  const last = useRef(here);
  useEffect(() => {
    const from = last.current;
    last.current = here;
    if (from === here) return;
    const left = from.view === 'station' && here.view === 'fleet' ? from.key : null;
    const link = [...document.querySelectorAll<HTMLElement>('a[data-station]')].find((a) => a.dataset.station === left);
    const target = link ?? document.querySelector<HTMLElement>('h1');
    target?.focus();
    if (!link) scrollTo(0, 0);
  }, [here]);
}
