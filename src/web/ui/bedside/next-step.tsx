import { useSignal } from '@preact/signals';
import { PHASES, type Phase, type RefillState } from '../../../refill/model.ts';
import { hasBolusPath, nextStep, toFill } from '../model/next-step.ts';
import { Problem } from '../parts/problem.tsx';
import { numberText } from '../shown.ts';
import { strings } from '../strings.ts';
import { stopwatchText } from '../time-text.ts';
import { useRequest } from '../use-request.ts';
import { HoldCards } from './hold-cards.tsx';
import { MoreActions } from './more-actions.tsx';
import { person } from './person.ts';
import { PersonField } from './person-field.tsx';
import type { RefillNow } from './refill-now.ts';
import { act, command } from './refill-requests.ts';

/** What to do next, in words; or what stops the refill. */
export function NextStep({ now }: { now: RefillNow }) {
  const words = strings.refill;
  const { state } = now;
  const held = state.holds.filter((hold) => hold.state === 'held');
  const more = useSignal(false);
  return (
    <>
      <HoldCards station={state.station} holds={held} />
      <section class="panel next-step" aria-labelledby="next-step-title">
        <div class="next-step-head">
          <h2 id="next-step-title" class="label">
            {words.nextStep}
          </h2>
          <p class="elapsed">
            {words.elapsed} <b>{stopwatchText(now.elapsedMs)}</b>
          </p>
          <p class="elapsed">
            {words.elapsedPhase} <b>{stopwatchText(now.inPhaseMs)}</b>
          </p>
        </div>
        {held.length === 0 && <Instruction state={state} />}
        <Overridden state={state} />
        {!more.value && <Buttons state={state} held={held.length > 0} onMore={() => (more.value = true)} />}
        {more.value && <MoreActions state={state} onClose={() => (more.value = false)} />}
      </section>
    </>
  );
}

function Instruction({ state }: { state: RefillState }) {
  const words = strings.refill;
  return (
    <>
      <p class="instruction" role="status">
        {words.steps[nextStep(state)]}
      </p>
      {state.phase === 'fill' && (
        <p class="to-go">{words.toGo(numberText(toFill(state), 1), numberText(state.order.fillMl, 1))}</p>
      )}
    </>
  );
}

/** What somebody decided to go on against stays in sight. */
function Overridden({ state }: { state: RefillState }) {
  const words = strings.refill;
  const overridden = state.holds.filter((hold) => hold.state === 'overridden');
  if (overridden.length === 0) return null;
  return (
    <ul class="overridden">
      {overridden.map(({ hold, by, reason }) => (
        <li key={hold}>
          <strong>{words.holds[hold].title}</strong>{' '}
          {words.hold.overridden(by ?? strings.blank, reason ?? strings.blank)}
        </li>
      ))}
    </ul>
  );
}

function phaseAfter({ phase, pump }: RefillState): Phase | null {
  const next = PHASES[PHASES.indexOf(phase) + 1] ?? null;
  return next === 'flush' && !hasBolusPath(pump) ? 'deaccess' : next;
}

function Buttons({ state, held, onMore }: { state: RefillState; held: boolean; onMore: () => void }) {
  const words = strings.refill;
  const requester = useRequest();
  const asked = useSignal(false);
  const answer = useSignal<string | null>(null);
  const next = phaseAfter(state);
  const unnamed = person.value.trim() === '';
  const go = (phase: Phase | null) => {
    asked.value = true;
    answer.value = null;
    if (unnamed) return;
    requester.send(() => act(state.station, phase === null ? { do: 'finish' } : { do: 'phase', phase }));
  };
  const say = async (name: 'tare' | 'zero') => {
    asked.value = true;
    if (unnamed) return;
    const done = await requester.send(() => command(state.station, name));
    answer.value = done && words.act.answered(words.act[name], done.result);
  };
  return (
    <>
      {asked.value && unnamed && <PersonField tried />}
      <Problem of={requester.problem} />
      {answer.value && <p role="status">{answer.value}</p>}
      <div class="buttons">
        {state.phase === 'zero' && (
          <>
            <button type="button" onClick={() => say('tare')} disabled={requester.busy.value}>
              {words.act.tare}
            </button>
            <button type="button" onClick={() => say('zero')} disabled={requester.busy.value}>
              {words.act.zero}
            </button>
          </>
        )}
        {!held && (
          <button type="button" class="primary go" onClick={() => go(next)} disabled={requester.busy.value}>
            {next === null ? words.act.finish : words.act.go(words.phases[next])}
          </button>
        )}
        {!held && next === 'flush' && (
          <button type="button" onClick={() => go('deaccess')} disabled={requester.busy.value}>
            {words.act.skipFlush}
          </button>
        )}
        <button type="button" onClick={onMore}>
          {words.act.more}
        </button>
      </div>
    </>
  );
}
