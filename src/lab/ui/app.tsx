import { Expectations } from './expectations.tsx';
import { Log } from './log.tsx';
import { RunBar } from './run-bar.tsx';
import { Scenarios } from './scenarios.tsx';
import { connection, problem, run, version } from './state.ts';
import { Stations } from './stations.tsx';
import { strings } from './strings.ts';
import { SwitchPanel } from './switch-panel.tsx';

export function App() {
  const now = run.value;
  return (
    <>
      <a class="skip-link" href="#main">
        {strings.skip}
      </a>
      <p class="band">
        <strong>{strings.band}</strong>
      </p>
      <header class="head">
        <h1>
          {strings.lab} <span class="tag">{strings.simulated}</span>
        </h1>
        <span class="soft">hai-bridge {version.value}</span>
      </header>
      {connection.value === 'lost' && (
        <p class="trouble" role="alert">
          {strings.lost}
        </p>
      )}
      {problem.value !== null && (
        <p class="trouble" role="alert">
          {problem.value}
          <button type="button" onClick={() => (problem.value = null)}>
            {strings.dismiss}
          </button>
        </p>
      )}
      <main id="main" tabIndex={-1} class={now === null ? 'empty' : 'playing'}>
        {now !== null && <RunBar run={now} />}
        {now !== null && (
          <div class="columns">
            <div class="column">
              <Stations run={now} />
              {now.state !== 'ended' && now.stations.length > 0 && <SwitchPanel run={now} />}
            </div>
            <div class="column">
              <Expectations run={now} />
              <Log />
            </div>
          </div>
        )}
        <Scenarios folded={now !== null} />
      </main>
      <footer class="foot">{strings.footer}</footer>
    </>
  );
}
