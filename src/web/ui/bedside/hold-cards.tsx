import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { HoldState } from '../../../refill/model.ts';
import { Problem } from '../parts/problem.tsx';
import { strings } from '../strings.ts';
import { clockText } from '../time-text.ts';
import { useRequest } from '../use-request.ts';
import { person } from './person.ts';
import { PersonField } from './person-field.tsx';
import { ReasonSheet } from './reason-sheet.tsx';
import { act } from './refill-requests.ts';

/** What stops the refill now. Stands in the place of the next step: there is no way on around it. */
export function HoldCards({ station, holds }: { station: string; holds: readonly HoldState[] }) {
  return (
    <>
      {holds.map((hold, index) => (
        <HoldCard key={hold.hold} station={station} hold={hold} first={index === 0} />
      ))}
    </>
  );
}

function HoldCard({ station, hold, first }: { station: string; hold: HoldState; first: boolean }) {
  const words = strings.refill.hold;
  const { title, todo } = strings.refill.holds[hold.hold];
  const overriding = useSignal(false);
  const tried = useSignal(false);
  const requester = useRequest();
  const card = useRef<HTMLElement>(null);
  useEffect(() => {
    if (!first) return;
    // The level stays in sight where the screen has room for both.
    card.current?.focus({ preventScroll: true });
    card.current?.scrollIntoView({ block: 'nearest' });
  }, [first]);
  const pass = () => {
    tried.value = true;
    if (person.value.trim() === '') return;
    requester.send(() => act(station, { do: 'pass', hold: hold.hold }));
  };
  return (
    <section ref={card} class="hold-card" role="alert" tabIndex={-1} data-hold={hold.hold}>
      <p class="hold-stop">
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
          <path d="M7.5 1.5h9l6 6v9l-6 6h-9l-6-6v-9z" fill="currentColor" />
          <path d="M12 6v7.5M12 17v1" class="icon-cut" />
        </svg>
        {words.stop}
        {hold.atMs !== null && <span class="hold-since">{words.since(clockText(hold.atMs))}</span>}
      </p>
      <h2>{title}</h2>
      <p class="hold-todo">{todo}</p>
      {overriding.value ? (
        <ReasonSheet
          station={station}
          title={words.overrideTitle}
          submit={words.overrideSubmit}
          action={(reason) => ({ do: 'override', hold: hold.hold, reason })}
          onClose={() => (overriding.value = false)}
        />
      ) : (
        <>
          {tried.value && person.value.trim() === '' && <PersonField tried />}
          <Problem of={requester.problem} />
          <div class="buttons">
            <button type="button" class="primary" disabled={requester.busy.value} onClick={pass}>
              {words.pass}
            </button>
            <button type="button" onClick={() => (overriding.value = true)}>
              {words.override}
            </button>
          </div>
        </>
      )}
    </section>
  );
}
