import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Pump } from '../../../../refill/model.ts';
import { ask, RequestFailed } from '../../api.ts';
import { findPumps } from '../../model/pump-search.ts';
import { TextField } from '../../parts/fields.tsx';
import { saidBy } from '../../said-by.ts';
import { numberText } from '../../shown.ts';
import { strings } from '../../strings.ts';
import { dateText } from '../../time-text.ts';

/** More would have to be scrolled through with gloves. */
const MOST_SHOWN = 8;

/** One pump of the register: by a scan, which a scanner types here, or from the list. */
export function PumpChoice({ onChoose }: { onChoose: (pump: Pump) => void }) {
  const words = strings.start.pump;
  const text = useSignal('');
  const pumps = useSignal<readonly Pump[] | null>(null);
  const problem = useSignal<RequestFailed | null>(null);
  const attempt = useSignal(0);
  const attempted = attempt.value;
  useEffect(() => {
    const abort = new AbortController();
    ask<readonly Pump[]>('GET', 'pumps', { signal: abort.signal }).then(
      (answer) => {
        problem.value = null;
        pumps.value = answer;
      },
      (error) => {
        if (!abort.signal.aborted) problem.value = error instanceof RequestFailed ? error : new RequestFailed(null);
      },
    );
    return () => abort.abort();
  }, [attempted]);

  const found = findPumps(pumps.value ?? [], text.value);
  return (
    <>
      <form
        onSubmit={(event) => {
          // A scanner ends with Enter: what it found needs no second press.
          event.preventDefault();
          const [only] = found.pumps;
          if (only && found.pumps.length === 1) onChoose(only);
        }}
      >
        <TextField first label={words.find} value={text.value} onValue={(value) => (text.value = value)} />
      </form>
      {problem.value && (
        <div class="problem" role="alert">
          <p>{words.failed(...saidBy(problem.value, strings.refill.act))}</p>
          <button type="button" onClick={() => attempt.value++}>
            {words.retry}
          </button>
        </div>
      )}
      {pumps.value === null && problem.value === null && <p>{words.loading}</p>}
      {pumps.value !== null && found.pumps.length === 0 && (
        <p>{pumps.value.length === 0 ? words.noneAtAll : words.none}</p>
      )}
      {found.scanned && <p role="status">{words.scanned}</p>}
      <ul class="pump-list">
        {found.pumps.slice(0, MOST_SHOWN).map((pump) => (
          <li key={pump.pump}>
            <button type="button" onClick={() => onChoose(pump)}>
              <PumpLines pump={pump} />
            </button>
          </li>
        ))}
      </ul>
      {found.pumps.length > MOST_SHOWN && <p class="note">{words.more(found.pumps.length - MOST_SHOWN)}</p>}
    </>
  );
}

export function PumpLines({ pump }: { pump: Pump }) {
  const words = strings.start.pump;
  const last = pump.fills.at(-1);
  return (
    <>
      <strong>{pump.serial}</strong>
      <span>
        {pump.model.manufacturer} {pump.model.model}, {words.flow(numberText(pump.labelFlowMlPerDay, 2))}
      </span>
      {pump.patientRef !== null && <span>{strings.refill.patient(pump.patientRef)}</span>}
      <span>{last ? words.lastFill(numberText(last.filledMl, 1), dateText(last.atMs)) : words.noFill}</span>
    </>
  );
}
