import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { store } from '../page.ts';
import { SimulatedBand } from '../parts/simulated-band.tsx';
import { shown } from '../shown.ts';
import { strings } from '../strings.ts';
import { Controls, Summary } from './fleet-controls.tsx';
import { layout, showAll, shownStations } from './fleet-state.ts';
import { StationCard } from './station-card.tsx';
import { StationTable } from './station-table.tsx';

const words = strings.fleet;

export function FleetView() {
  const all = store.stations.value;
  useEffect(() => {
    document.title = `${words.title} · ${strings.product}`;
  }, []);
  return (
    <>
      <Band />
      <div class="fleet">
        <div class="fleet-head">
          <h1 tabIndex={-1}>{words.title}</h1>
          {all.size > 0 && store.connection.value === 'live' && <Summary />}
        </div>
        {all.size > 1 && <Controls />}
        {all.size === 0 ? <Nothing /> : <List />}
      </div>
    </>
  );
}

function Band() {
  const all = [...store.stations.value.values()];
  const simulated = all.filter((station) => shown(station).simulated).length;
  return simulated === 0 ? null : <SimulatedBand sticky="top" text={strings.simulatedFleet(simulated, all.length)} />;
}

function List() {
  const stations = shownStations.value;
  const list = useRef<HTMLDivElement>(null);
  useFocusThatSurvivesSorting(list);
  return (
    <div ref={list}>
      {stations.length === 0 ? (
        <div class="nothing">
          <p>{words.noMatch}</p>
          <button type="button" onClick={showAll}>
            {words.clear}
          </button>
        </div>
      ) : layout.value === 'cards' ? (
        <ul class="cards">
          {stations.map((station) => (
            <StationCard key={station.key} station={station} />
          ))}
        </ul>
      ) : (
        <StationTable stations={stations} />
      )}
    </div>
  );
}

function Nothing() {
  return (
    <div class="nothing">
      {store.fleetKnown.value ? (
        <>
          <p>{words.none}</p>
          <p>{words.noneHelp}</p>
        </>
      ) : (
        <p>{words.loading}</p>
      )}
    </div>
  );
}

/** A row that moves in the document loses the keyboard's focus; it is given back. */
function useFocusThatSurvivesSorting(list: { readonly current: HTMLElement | null }): void {
  const focused = useRef<HTMLElement | null>(null);
  useEffect(() => {
    const remember = (event: FocusEvent) => {
      const target = event.target as HTMLElement;
      focused.current = list.current?.contains(target) ? target : null;
    };
    document.addEventListener('focusin', remember);
    return () => document.removeEventListener('focusin', remember);
  }, [list]);
  useLayoutEffect(() => {
    const element = focused.current;
    if (element?.isConnected && document.activeElement === document.body) element.focus({ preventScroll: true });
  });
}
