import { useSignal } from '@preact/signals';
import type { RefillState } from '../../../refill/model.ts';
import { hashOf } from '../model/route.ts';
import { store } from '../page.ts';
import { SimulatedBand } from '../parts/simulated-band.tsx';
import { numberText, uncertaintyText } from '../shown.ts';
import { strings } from '../strings.ts';
import { stopwatchText } from '../time-text.ts';
import { ReasonSheet } from './reason-sheet.tsx';

/** After the refill: how it ended, and the way to its report or to the next one. */
export function Ended({ state }: { state: RefillState }) {
  const words = strings.refill;
  const resuming = useSignal(false);
  const stopped = state.outcome === 'stopped';
  const estimate = (of: RefillState['residual']) =>
    of ? `${words.plusMinus(numberText(of.value, 1), uncertaintyText(of.u95, 1))} mL` : strings.blank;
  const facts: readonly (readonly [string, string])[] = [
    [words.ended.residual, estimate(state.residual)],
    [words.ended.filled, estimate(state.filled)],
    ...(state.flushed ? ([[words.flushed, estimate(state.flushed)]] as const) : []),
    [words.ended.took, stopwatchText(state.atMs - state.beganMs)],
  ];
  return (
    <section class="panel ended" aria-labelledby="ended-title">
      {state.simulated && <SimulatedBand text={strings.simulated} />}
      <h1 id="ended-title" tabIndex={-1}>
        {stopped ? words.ended.stopped : words.ended.completed}
      </h1>
      {stopped && state.stoppedReason !== null && <p>{words.ended.because(state.stoppedReason)}</p>}
      <dl class="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {resuming.value ? (
        <ReasonSheet
          station={state.station}
          title={words.act.resumeTitle}
          submit={words.act.resumeTitle}
          action={(reason) => ({ do: 'resume', reason })}
          onClose={() => (resuming.value = false)}
        />
      ) : (
        <div class="buttons">
          <button type="button" class="primary" onClick={() => store.refills.putAway(state.station)}>
            {words.ended.next}
          </button>
          <a class="back" href={hashOf({ view: 'refill', key: state.refill })}>
            {strings.records.open}
          </a>
          {stopped && (
            <button type="button" onClick={() => (resuming.value = true)}>
              {words.act.resume}
            </button>
          )}
        </div>
      )}
    </section>
  );
}
