import { useEffect, useRef } from 'preact/hooks';
import type { Run } from '../api-types.ts';
import { ask } from './state.ts';
import { clock, strings } from './strings.ts';

export const SPEEDS = [1, 3, 10, 30, 100] as const;

/** Which run it is, how far, how fast; and its end. */
export function RunBar({ run }: { run: Run }) {
  const name = useFocusWhenLost(run.id, run.state === 'ended');
  const { scenario, about, state, nowMs, lastsMs, doing, byHand, reached, seed } = run;
  const over = state === 'ended';
  return (
    <section class="panel run" aria-labelledby="run-name">
      <div class="row">
        <div class="grow">
          <h2 id="run-name" ref={name} tabIndex={-1}>
            {scenario}
          </h2>
          <p>{about}</p>
          <p class="soft small">
            {strings.seed(seed)} · {strings.step(doing)}
          </p>
        </div>
        <p class="time">
          <span class="soft small">{strings.time}</span>
          <span class="digits">{clock(nowMs)}</span>
          {lastsMs !== null && <span class="soft small">/ {clock(lastsMs)}</span>}
        </p>
        <p class={`state state-${state}`} role="status">
          {strings.state[state]}
        </p>
      </div>
      {over ? <End run={run} /> : <Controls run={run} />}
      {!over && byHand && <p class="by-hand">{strings.byHand}</p>}
      {!over && reached !== null && state === 'running' && <p class="soft small">{strings.reached(reached)}</p>}
    </section>
  );
}

/** What had the focus has gone with the list or the buttons: the keyboard goes on at the name of the run. */
function useFocusWhenLost(...turns: readonly unknown[]) {
  const name = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (document.activeElement === null || document.activeElement === document.body) name.current?.focus();
  }, turns);
  return name;
}

function Controls({ run }: { run: Run }) {
  const { speed, state, page } = run;
  const paused = state === 'paused';
  return (
    <div class="row">
      <fieldset class="segments">
        <legend class="soft small">{strings.speed}</legend>
        {SPEEDS.map((times) => (
          <button
            key={times}
            type="button"
            aria-pressed={speed === times}
            onClick={() => void ask('speed', { speed: times })}
          >
            {strings.times(times)}
          </button>
        ))}
      </fieldset>
      <button type="button" disabled={state === 'starting'} onClick={() => void ask('pause', { on: !paused })}>
        {paused ? strings.goOn : strings.pause}
      </button>
      <button type="button" onClick={() => void ask('stop')}>
        {strings.stop}
      </button>
      {page !== null && (
        <a class="button" href={page} target="_blank" rel="noopener noreferrer">
          {strings.page}
        </a>
      )}
    </div>
  );
}

function End({ run }: { run: Run }) {
  const { result, expectations, scenario, speed } = run;
  if (result === null) return null;
  return (
    <div class={`end end-${result.outcome}`} role="status">
      <p>
        <strong>{strings.outcome[result.outcome]}</strong>
      </p>
      {(result.outcome === 'passed' || result.outcome === 'failed' || result.outcome === 'by-hand') && (
        <p>{strings.met(result.met, expectations.length)}</p>
      )}
      {result.troubles.map((trouble) => (
        <p key={trouble}>{trouble}</p>
      ))}
      <button type="button" class="go" onClick={() => void ask('run', { scenario, speed })}>
        {strings.again}
      </button>
    </div>
  );
}
