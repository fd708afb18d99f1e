import type { AlarmNow, Run, StationNow } from '../api-types.ts';
import { Curves } from './curves.tsx';
import { Gauge } from './gauge.tsx';
import { chosen } from './state.ts';
import { strings } from './strings.ts';

export function Stations({ run }: { run: Run }) {
  const { stations, bridgeAlarms, page, state } = run;
  return (
    <div class="stations-part">
      {bridgeAlarms.length > 0 && (
        <section class="panel">
          <h2>{strings.bridgeAlarms}</h2>
          <Alarms alarms={bridgeAlarms} />
        </section>
      )}
      <div class={stations.length > 1 ? 'stations many' : 'stations'}>
        {stations.map((station, index) => (
          <Station
            key={station.name}
            station={station}
            number={index + 1}
            choice={stations.length > 1 && state !== 'ended'}
            page={page}
          />
        ))}
      </div>
    </div>
  );
}

interface StationProps {
  readonly station: StationNow;
  readonly number: number;
  readonly choice: boolean;
  readonly page: string | null;
}

function Station({ station, number, choice, page }: StationProps) {
  const { name, state, phase, truthPhase, level, truthMl, alarms } = station;
  return (
    <section class="panel station" aria-label={name}>
      <div class="row">
        <h2 class="grow">
          {name} <span class="tag">{strings.simulated}</span>
        </h2>
        {choice && (
          <button type="button" aria-pressed={chosen.value === number} onClick={() => (chosen.value = number)}>
            {strings.breakIt}
          </button>
        )}
      </div>
      <div class="station-body">
        <Gauge said={level?.value ?? null} truth={truthMl} />
        <dl class="facts">
          <dt>{strings.stateOf}</dt>
          <dd>{state ?? strings.notSaid}</dd>
          <dt>{strings.phase}</dt>
          <dd>
            {phase ?? strings.notSaid}
            <span class="soft small"> {truthPhase !== null && `${strings.truth}: ${truthPhase}`}</span>
          </dd>
          <dt>{strings.level}</dt>
          <dd>
            {level === null ? strings.levelUnknown : `${level.value.toFixed(1)} ± ${level.u95.toFixed(1)} mL`}
            <span class="soft small"> {truthMl !== null && `${strings.truth}: ${truthMl.toFixed(1)} mL`}</span>
          </dd>
          <dt>{strings.alarms}</dt>
          <dd>
            <Alarms alarms={alarms} />
          </dd>
        </dl>
      </div>
      <Curves number={number} />
      {page !== null && (
        <a
          class="button"
          href={`${page}/#/bedside/${encodeURIComponent(name)}`}
          target="_blank"
          rel="noopener noreferrer"
        >
          {strings.bedside}
        </a>
      )}
    </section>
  );
}

function Alarms({ alarms }: { alarms: readonly AlarmNow[] }) {
  if (alarms.length === 0) return <>{strings.noAlarms}</>;
  return (
    <ul class="alarms">
      {alarms.map(({ condition, priority }) => (
        <li key={condition} class={`alarm-${priority}`}>
          <strong>{priority}</strong> {condition}
        </li>
      ))}
    </ul>
  );
}
