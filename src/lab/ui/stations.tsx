import type { AlarmNow, Run, StationNow } from '../api-types.ts';
import { Curves } from './curves.tsx';
import { Gauge } from './gauge.tsx';
import { chosen } from './state.ts';
import { strings } from './strings.ts';

export function Stations({ run }: { run: Run }) {
  const { stations, bridgeAlarms, page, nowMs } = run;
  const many = stations.length > 1;
  const number = Math.min(chosen.value, stations.length);
  const shown = stations[number - 1];
  return (
    <div class="stations-part">
      {bridgeAlarms.length > 0 && (
        <section class="panel">
          <h2>{strings.bridgeAlarms}</h2>
          <Alarms alarms={bridgeAlarms} />
        </section>
      )}
      {many && (
        <ul class="many">
          {stations.map((station, index) => (
            <Short key={station.name} station={station} number={index + 1} />
          ))}
        </ul>
      )}
      {shown !== undefined && <Station station={shown} number={number} page={page} nowMs={nowMs} />}
    </div>
  );
}

/** Of many: enough to see where to look. */
function Short({ station, number }: { station: StationNow; number: number }) {
  const { name, state, phase, level, alarms } = station;
  return (
    <li class="panel short">
      <button type="button" aria-pressed={chosen.value === number} onClick={() => (chosen.value = number)}>
        {name}
      </button>
      <p>
        {state ?? strings.notSaid} · {phase ?? strings.notSaid} ·{' '}
        {level === null ? strings.levelUnknown : `${level.value.toFixed(1)} mL`}
      </p>
      {alarms.length > 0 && <Alarms alarms={alarms} />}
    </li>
  );
}

interface StationProps {
  readonly station: StationNow;
  readonly number: number;
  readonly page: string | null;
  readonly nowMs: number;
}

function Station({ station, number, page, nowMs }: StationProps) {
  const { name, state, phase, truthPhase, level, truthMl, alarms } = station;
  return (
    <section class="panel station" aria-label={name}>
      <div class="row">
        <h2 class="grow">
          {name} <span class="tag">{strings.simulated}</span>
        </h2>
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
      <Curves number={number} endMs={nowMs} />
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
      {alarms.map(({ condition, priority, latched }) => (
        <li key={condition} class={`alarm-${priority}`}>
          <strong>{priority}</strong> {condition}
          {latched && ` (${strings.latched})`}
        </li>
      ))}
    </ul>
  );
}
