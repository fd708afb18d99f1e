import type { Channel } from '../../../../protocols/reading.ts';
import type { StationView } from '../../api-types.ts';
import { store } from '../page.ts';
import { FlowDirection } from '../parts/flow-arrow.tsx';
import { NumberWithUnit } from '../parts/number.tsx';
import { SimulatedBand } from '../parts/simulated-band.tsx';
import { ageText, flagText, type Shown, shown } from '../shown.ts';
import { strings } from '../strings.ts';
import { Reservoir } from './reservoir.tsx';

const words = strings.station;
/** Shown by their own panels; every other channel the server names gets a tile. */
const OWN_PANEL: readonly Channel[] = ['reservoirVolume', 'lineFlow'];

export function Readings({ station }: { station: StationView }) {
  const now = shown(station);
  const others = (store.hello.value?.channels ?? []).filter((c) => !OWN_PANEL.includes(c.name));
  return (
    <section class="readings" aria-label={words.readings}>
      <div class="panel level-panel">
        {now.simulated && <SimulatedBand text={strings.simulated} />}
        <Reservoir
          level={now.value('reservoirVolume')}
          flow={now.value('lineFlow')}
          unit={now.unit('reservoirVolume')}
        />
        <div class="level-words">
          <h2 class="label">{strings.channels.reservoirVolume}</h2>
          <div class="huge">
            <NumberWithUnit shown={now} channel="reservoirVolume" />
          </div>
          <Age shown={now} />
          <p class="note">{words.levelNote}</p>
        </div>
      </div>
      <div class="panel flow-panel">
        {now.simulated && <SimulatedBand text={strings.simulated} />}
        <h2 class="label">{strings.channels.lineFlow}</h2>
        <div class="big">
          <NumberWithUnit shown={now} channel="lineFlow" />
        </div>
        <FlowDirection flow={now.value('lineFlow')} />
      </div>
      <div class="panel tiles-panel">
        {now.simulated && <SimulatedBand text={strings.simulated} />}
        <dl class="tiles">
          {others.map((channel) => (
            <div key={channel.name}>
              <dt>{strings.channels[channel.name] ?? strings.channelNotKnown(channel.name)}</dt>
              <dd>
                <NumberWithUnit shown={now} channel={channel.name} />
              </dd>
            </div>
          ))}
        </dl>
      </div>
      <Notices flags={now.flags} />
    </section>
  );
}

function Age({ shown: now }: { shown: Shown }) {
  return <p class={now.freshness.kind === 'fresh' ? 'age' : 'age not-fresh'}>{ageText(now.freshness)}</p>;
}

/** What makes the values doubtful, in words. */
function Notices({ flags }: { flags: readonly string[] }) {
  if (flags.length === 0) return null;
  return (
    <ul class="notices" aria-label={words.flagsTitle}>
      {flags.map((flag) => (
        <li key={flag}>
          <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
            <path d="M5 2v20M5 3h14l-4 5 4 5H5" class="icon-line" />
          </svg>
          {flagText(flag)}
        </li>
      ))}
    </ul>
  );
}
