import { useSignal } from '@preact/signals';
import type { ScenarioItem } from '../api-types.ts';
import { SPEEDS } from './run-bar.tsx';
import { ask, scenarios } from './state.ts';
import { strings } from './strings.ts';

/** All of them, with a search; folded away while one is played. */
export function Scenarios({ folded }: { folded: boolean }) {
  const all = <List />;
  if (!folded) return <section class="panel">{all}</section>;
  return (
    <details class="panel">
      <summary>{strings.scenarios}</summary>
      {all}
    </details>
  );
}

const holds = (item: ScenarioItem, words: readonly string[]): boolean => {
  const text = [item.name, item.about, ...item.requirements, ...item.hazards].join(' ').toLowerCase();
  return words.every((word) => text.includes(word));
};

function List() {
  const search = useSignal('');
  const speed = useSignal(10);
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  const found = scenarios.value.filter((item) => holds(item, words));
  return (
    <>
      <h2>{strings.scenarios}</h2>
      <p class="soft">{strings.noRun}</p>
      <div class="row">
        <label class="field grow">
          {strings.search}
          <input type="search" value={search.value} onInput={(event) => (search.value = event.currentTarget.value)} />
        </label>
        <label class="field">
          {strings.startSpeed}
          <select value={speed.value} onChange={(event) => (speed.value = Number(event.currentTarget.value))}>
            {SPEEDS.map((times) => (
              <option key={times} value={times}>
                {strings.times(times)}
              </option>
            ))}
          </select>
        </label>
        <span class="soft" role="status">
          {strings.found(found.length, scenarios.value.length)}
        </span>
      </div>
      <ul class="scenarios">
        {found.map((item) => (
          <Item key={item.name} item={item} speed={speed.value} />
        ))}
      </ul>
    </>
  );
}

function Item({ item, speed }: { item: ScenarioItem; speed: number }) {
  const { name, about, stations, lastsS, visits, expectations, problem } = item;
  return (
    <li class="scenario">
      <div class="grow">
        <h3>{name}</h3>
        {problem === null ? (
          <>
            <p>{about}</p>
            <p class="soft small">
              {[
                strings.stationCount(stations),
                strings.lasts(lastsS, visits),
                strings.expectationCount(expectations),
                ...item.hazards,
              ].map((text, index) => (
                <>
                  {index > 0 && ' · '}
                  <span key={text} class="nowrap">
                    {text}
                  </span>
                </>
              ))}
            </p>
          </>
        ) : (
          <p class="bad">{problem}</p>
        )}
      </div>
      <button
        type="button"
        class="go"
        disabled={problem !== null}
        aria-label={strings.playNamed(name)}
        onClick={() => {
          void ask('run', { scenario: name, speed });
          scrollTo(0, 0);
        }}
      >
        {strings.play}
      </button>
    </li>
  );
}
