import { useEffect } from 'preact/hooks';
import type { StationView } from '../../api-types.ts';
import { nameOf } from '../model/fleet-order.ts';
import { store } from '../page.ts';
import { BedsideLink } from '../parts/bedside-link.tsx';
import { SimulatedBand } from '../parts/simulated-band.tsx';
import { StateBadge } from '../parts/state-badge.tsx';
import { StateNotice } from '../parts/state-notice.tsx';
import { CertificateCheck } from '../records/certificate-check.tsx';
import { shown } from '../shown.ts';
import { strings } from '../strings.ts';
import { dateAndClockText } from '../time-text.ts';
import { Chart } from './chart.tsx';
import { Device } from './device.tsx';
import { Readings } from './readings.tsx';

const words = strings.station;

export function StationPage({ stationKey }: { stationKey: string }) {
  const station = store.stations.value.get(stationKey);
  const title = station ? nameOf(station) : stationKey;
  useEffect(() => {
    document.title = `${title} · ${strings.product}`;
  }, [title]);
  if (!station) return <NotHere stationKey={stationKey} />;
  return (
    <>
      <Simulated station={station} />
      <div class="station">
        <div class="station-head">
          <Back />
          <h1 tabIndex={-1}>{title}</h1>
          <StateBadge station={station} />
          {store.connection.value === 'live' && (
            <span class="since">{words.since(dateAndClockText(station.sinceUtcMs))}</span>
          )}
          {station.station !== null && <BedsideLink station={station.key} />}
        </div>
        <StateNotice station={station} />
        <Readings station={station} />
        {station.station !== null && <Chart station={station.station} stationKey={station.key} view={station} />}
        <Device station={station} />
        {station.station !== null && <CertificateCheck station={station.station} />}
      </div>
    </>
  );
}

function Simulated({ station }: { station: StationView }) {
  return shown(station).simulated ? <SimulatedBand sticky="top" text={strings.simulatedHere} /> : null;
}

function Back() {
  return (
    <a class="back" href="#/">
      <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
        <path d="M14 4l-8 8 8 8M6 12h16" class="icon-line" />
      </svg>
      {words.back}
    </a>
  );
}

function NotHere({ stationKey }: { stationKey: string }) {
  return (
    <div class="station">
      <div class="station-head">
        <Back />
        <h1 tabIndex={-1}>{stationKey}</h1>
      </div>
      <div class="nothing">
        {store.fleetKnown.value ? (
          <>
            <p>{words.unknown(stationKey)}</p>
            <p>{words.unknownHelp}</p>
          </>
        ) : (
          <p>{strings.fleet.loading}</p>
        )}
      </div>
    </div>
  );
}
