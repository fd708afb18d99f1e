import type { StationView } from '../../api-types.ts';
import { stateNow } from '../model/fleet-order.ts';
import { store } from '../page.ts';
import { FlowDirection } from '../parts/flow-arrow.tsx';
import { NumberWithUnit } from '../parts/number.tsx';
import { StateBadge } from '../parts/state-badge.tsx';
import { ageText, flagText, type Shown, shown } from '../shown.ts';
import { strings } from '../strings.ts';
import { MiniReservoir } from './mini-reservoir.tsx';
import { StationLink } from './station-link.tsx';
import { Trouble } from './trouble.tsx';

export function StationTable({ stations }: { stations: readonly StationView[] }) {
  const words = strings.fleet.columns;
  return (
    <div class="panel stations-frame">
      <table class="stations">
        <thead>
          <tr>
            <th scope="col">{words.state}</th>
            <th scope="col">{words.station}</th>
            <th scope="col">{words.level}</th>
            <th scope="col">{words.flow}</th>
            <th scope="col">{words.pressure}</th>
            <th scope="col">{words.seen}</th>
            <th scope="col">{words.quality}</th>
            <th scope="col" class="spare">
              {words.firmware}
            </th>
          </tr>
        </thead>
        <tbody>
          {stations.map((station) => (
            <Row key={station.key} station={station} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** What stays; the numbers beside it are redrawn on every tick. */
function Row({ station }: { station: StationView }) {
  const state = stateNow(station, store.connection.value);
  return (
    <tr class={`edge-${state}`}>
      <td>
        <StateBadge station={station} />
      </td>
      <th scope="row">
        <StationLink station={station} />
        <Marks station={station} />
      </th>
      <LiveCells station={station} />
      <td>{station.linkQuality === null ? strings.blank : strings.percent(station.linkQuality)}</td>
      <td class="spare">{station.firmwareVersion ?? strings.blank}</td>
    </tr>
  );
}

/** The style sheet stripes every row that holds the word. */
function Marks({ station }: { station: StationView }) {
  const { flags, simulated } = shown(station);
  return (
    <>
      {simulated && <span class="simulated-word">{strings.simulated}</span>}
      {flags.length > 0 && <p class="card-flags">{flags.map(flagText).join(' · ')}</p>}
    </>
  );
}

function LiveCells({ station }: { station: StationView }) {
  const now = shown(station);
  return now.freshness.kind === 'fresh' ? <Numbers shown={now} /> : <NoNumbers station={station} shown={now} />;
}

function Numbers({ shown: now }: { shown: Shown }) {
  return (
    <>
      <td class="with-mini">
        <MiniReservoir level={now.value('reservoirVolume')} />
        <NumberWithUnit shown={now} channel="reservoirVolume" />
      </td>
      <td class="flow-cell">
        <NumberWithUnit shown={now} channel="lineFlow" /> <FlowDirection flow={now.value('lineFlow')} as="arrow" />
      </td>
      <td>
        <NumberWithUnit shown={now} channel="linePressure" />
      </td>
      <td class="age-cell">{ageText(now.freshness)}</td>
    </>
  );
}

/** Why there is nothing to show takes the place of what cannot be shown. */
function NoNumbers({ station, shown: now }: { station: StationView; shown: Shown }) {
  return (
    <td class="no-numbers" colSpan={4}>
      <Trouble station={station} />
      <span class="not-fresh">
        {strings.blank} {ageText(now.freshness)}
      </span>
    </td>
  );
}
