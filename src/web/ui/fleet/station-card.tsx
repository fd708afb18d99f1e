import type { StationView } from '../../api-types.ts';
import { stateNow } from '../model/fleet-order.ts';
import { store } from '../page.ts';
import { BedsideLink } from '../parts/bedside-link.tsx';
import { FlowDirection } from '../parts/flow-arrow.tsx';
import { NumberWithUnit } from '../parts/number.tsx';
import { SimulatedBand } from '../parts/simulated-band.tsx';
import { StateBadge } from '../parts/state-badge.tsx';
import { ageText, flagText, shown } from '../shown.ts';
import { strings } from '../strings.ts';
import { MiniReservoir } from './mini-reservoir.tsx';
import { StationLink } from './station-link.tsx';
import { Trouble } from './trouble.tsx';

export function StationCard({ station }: { station: StationView }) {
  const now = shown(station);
  const words = strings.fleet.columns;
  const fresh = now.freshness.kind === 'fresh';
  return (
    <li class={`card edge-${stateNow(station, store.connection.value)}`}>
      {now.simulated && <SimulatedBand text={strings.simulated} />}
      <div class="card-head">
        <h2>
          <StationLink station={station} />
        </h2>
        <StateBadge station={station} />
      </div>
      <Trouble station={station} />
      <div class="card-level">
        <MiniReservoir level={now.value('reservoirVolume')} />
        <div>
          <div class="label">{strings.channels.reservoirVolume}</div>
          <NumberWithUnit shown={now} channel="reservoirVolume" />
          {!fresh && <p class="not-fresh">{ageText(now.freshness)}</p>}
        </div>
      </div>
      {fresh && (
        <dl class="card-numbers">
          <div>
            <dt>{words.flow}</dt>
            <dd>
              <NumberWithUnit shown={now} channel="lineFlow" /> <FlowDirection flow={now.value('lineFlow')} />
            </dd>
          </div>
          <div>
            <dt>{words.pressure}</dt>
            <dd>
              <NumberWithUnit shown={now} channel="linePressure" />
            </dd>
          </div>
        </dl>
      )}
      {now.flags.length > 0 && <p class="card-flags">{now.flags.map(flagText).join(' · ')}</p>}
      {station.station !== null && <BedsideLink station={station.key} />}
      <dl class="card-foot">
        {fresh && (
          <div>
            <dt>{words.seen}</dt>
            <dd>{ageText(now.freshness)}</dd>
          </div>
        )}
        <div>
          <dt>{words.quality}</dt>
          <dd>{station.linkQuality === null ? strings.blank : strings.percent(station.linkQuality)}</dd>
        </div>
        <div>
          <dt>{words.firmware}</dt>
          <dd>{station.firmwareVersion ?? strings.blank}</dd>
        </div>
      </dl>
    </li>
  );
}
