import { useEffect } from 'preact/hooks';
import type { StationView } from '../../api-types.ts';
import { nameOf, stateNow } from '../model/fleet-order.ts';
import { hashOf } from '../model/route.ts';
import { store } from '../page.ts';
import { LanguageSwitch } from '../parts/language-switch.tsx';
import { SimulatedBand } from '../parts/simulated-band.tsx';
import { StateBadge } from '../parts/state-badge.tsx';
import { StateNotice } from '../parts/state-notice.tsx';
import { RefillSeenFrom } from '../records/elsewhere.tsx';
import { numberText, shown } from '../shown.ts';
import { strings } from '../strings.ts';
import { AlarmBar } from './alarm-bar.tsx';
import { Curves } from './curves.tsx';
import { Ended } from './ended.tsx';
import { LevelPanel } from './level-panel.tsx';
import { NextStep } from './next-step.tsx';
import { PersonNow } from './person-now.tsx';
import { PhaseSteps } from './phase-steps.tsx';
import { ReconciliationPanel } from './reconciliation-panel.tsx';
import { type RefillNow, refillNow } from './refill-now.ts';
import { SoundControl } from './sound-control.tsx';
import { StartFlow } from './start/start-flow.tsx';

/** The ten minutes of a refill: everything of one station, readable from where the patient lies. */
export function BedsidePage({ stationKey }: { stationKey: string }) {
  const station = store.stations.value.get(stationKey);
  const title = station ? nameOf(station) : stationKey;
  const now = station ? refillNow(station) : null;
  useEffect(() => {
    document.title = `${strings.refill.title} ${title} · ${strings.product}`;
  }, [title, strings.language]);
  return (
    <div class="bedside">
      <TopBar stationKey={stationKey} station={station} now={now} />
      <AlarmBar station={stationKey} refill={now?.state ?? null} />
      {station ? <Content station={station} now={now} /> : <NoStation stationKey={stationKey} />}
    </div>
  );
}

function TopBar({
  stationKey,
  station,
  now,
}: {
  stationKey: string;
  station: StationView | undefined;
  now: RefillNow | null;
}) {
  const words = strings.refill;
  const pump = now?.state.pump;
  return (
    <header class="bedside-top">
      <a class="back" href={hashOf({ view: 'station', key: stationKey })}>
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
          <path d="M14 4l-8 8 8 8M6 12h16" class="icon-line" />
        </svg>
        {stationKey}
      </a>
      {station && <StateBadge station={station} />}
      {pump && (
        <p class="bedside-pump">
          <strong>{words.pumpLine(pump.model.model, pump.serial, numberText(pump.labelFlowMlPerDay, 2))}</strong>
          {pump.patientRef !== null && <span>{words.patient(pump.patientRef)}</span>}
        </p>
      )}
      {!store.readOnly && <SoundControl />}
      {now && <PersonNow fallback={now.state.by} />}
      <LanguageSwitch as="letters" />
    </header>
  );
}

function Content({ station, now }: { station: StationView; now: RefillNow | null }) {
  const ended = store.refills.ended.value.get(station.station ?? station.key);
  const simulated = now?.state.simulated || shown(station).simulated;
  return (
    <>
      {simulated && <SimulatedBand sticky="top" text={strings.simulatedHere} />}
      <div class="bedside-main">
        <StateNotice station={station} />
        {store.readOnly ? (
          <RefillSeenFrom station={station.key} />
        ) : now ? (
          <Refill station={station} now={now} />
        ) : ended ? (
          <Ended state={ended.state} />
        ) : (
          <Start station={station} />
        )}
      </div>
    </>
  );
}

function Refill({ station, now }: { station: StationView; now: RefillNow }) {
  return (
    <>
      <PhaseSteps state={now.state} />
      <div class="bedside-grid">
        <div class="bedside-work">
          <LevelPanel station={station} now={now} />
          <Curves station={station} />
        </div>
        <div class="bedside-work">
          <NextStep now={now} />
          <ReconciliationPanel state={now.state} />
        </div>
      </div>
    </>
  );
}

function Start({ station }: { station: StationView }) {
  const words = strings.refill;
  // Until the server has said so, "no refill" would be a guess, and a start over an open one.
  if (!store.refills.known.value || stateNow(station, store.connection.value) === 'unknown') {
    return <p class="nothing">{words.loading}</p>;
  }
  return <StartFlow key={station.key} station={station} />;
}

function NoStation({ stationKey }: { stationKey: string }) {
  return (
    <div class="nothing">
      <h1 tabIndex={-1}>{stationKey}</h1>
      <p>{store.fleetKnown.value ? strings.station.unknown(stationKey) : strings.fleet.loading}</p>
    </div>
  );
}
