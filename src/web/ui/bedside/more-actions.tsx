import { useSignal } from '@preact/signals';
import { PHASES, type Phase, type RefillState } from '../../../refill/model.ts';
import { entryOf } from '../model/number-entry.ts';
import { Choice, NumberField, TextField } from '../parts/fields.tsx';
import { strings } from '../strings.ts';
import { useRequest } from '../use-request.ts';
import { person } from './person.ts';
import { PersonField } from './person-field.tsx';
import { ReasonSheet } from './reason-sheet.tsx';
import { act } from './refill-requests.ts';
import { Sheet } from './sheet.tsx';
import { ContextEntry, contextOf, contextTexts } from './start/context-entry.tsx';
import { OrderEntry, orderOf, orderTexts } from './start/order-entry.tsx';

interface Properties {
  readonly state: RefillState;
  readonly onClose: () => void;
}

const KINDS = ['phase', 'residual', 'order', 'context', 'abort'] as const;
type Kind = (typeof KINDS)[number];

/** Everything that is seldom needed: what was recognised wrongly, what changed, and the way out. */
export function MoreActions({ state, onClose }: Properties) {
  const words = strings.refill.act;
  const open = useSignal<Kind | null>(null);
  switch (open.value) {
    case null:
      return (
        <div class="buttons more-actions">
          {KINDS.map((kind) => (
            <button key={kind} type="button" onClick={() => (open.value = kind)}>
              {words[kind]}
            </button>
          ))}
          <button type="button" onClick={onClose}>
            {words.close}
          </button>
        </div>
      );
    case 'phase':
      return <PhaseSheet state={state} onClose={onClose} />;
    case 'residual':
      return <ResidualSheet state={state} onClose={onClose} />;
    case 'order':
      return <OrderSheet state={state} onClose={onClose} />;
    case 'context':
      return <ContextSheet state={state} onClose={onClose} />;
    case 'abort':
      return (
        <ReasonSheet
          station={state.station}
          title={words.abortTitle}
          note={words.abortAsk}
          submit={words.abortTitle}
          action={(reason) => ({ do: 'abort', reason })}
          onClose={onClose}
        />
      );
  }
}

function PhaseSheet({ state, onClose }: Properties) {
  const words = strings.refill;
  const chosen = useSignal<Phase>(state.phase);
  const tried = useSignal(false);
  const requester = useRequest();
  return (
    <Sheet
      title={words.act.phase}
      submit={words.act.save}
      requester={requester}
      onClose={onClose}
      onSubmit={async () => {
        tried.value = true;
        if (person.value.trim() === '') return false;
        return (await requester.send(() => act(state.station, { do: 'phase', phase: chosen.value }))) !== null;
      }}
    >
      <Choice
        legend={words.act.phaseNow}
        choices={PHASES.map((phase) => [phase, words.phases[phase]])}
        chosen={chosen.value}
        onChoose={(phase) => (chosen.value = phase)}
      />
      <PersonField tried={tried.value} />
    </Sheet>
  );
}

/** As far as a drained volume can go: beyond, it is a slip of the finger. */
const residualBounds = (state: RefillState) => ({ min: 0, max: state.pump.model.capacityMl + 10 });

function ResidualSheet({ state, onClose }: Properties) {
  const words = strings.refill.act;
  const ml = useSignal('');
  const reason = useSignal('');
  const tried = useSignal(false);
  const requester = useRequest();
  const bounds = residualBounds(state);
  return (
    <Sheet
      title={words.residual}
      submit={words.save}
      requester={requester}
      onClose={onClose}
      onSubmit={async () => {
        tried.value = true;
        const entry = entryOf(ml.value, bounds);
        const why = reason.value.trim();
        if (!entry.ok || why === '' || person.value.trim() === '') return false;
        const action = { do: 'residual', ml: entry.value, reason: why } as const;
        return (await requester.send(() => act(state.station, action))) !== null;
      }}
    >
      <NumberField
        first
        label={words.residualMl}
        bounds={bounds}
        decimals={1}
        tried={tried.value}
        value={ml.value}
        onValue={(value) => (ml.value = value)}
      />
      <TextField
        label={words.reason}
        value={reason.value}
        onValue={(value) => (reason.value = value)}
        problem={tried.value && reason.value.trim() === '' ? words.reasonNeeded : null}
      />
      <PersonField tried={tried.value} />
    </Sheet>
  );
}

function OrderSheet({ state, onClose }: Properties) {
  const words = strings.refill.act;
  const texts = useSignal(orderTexts(state.order));
  const tried = useSignal(false);
  const requester = useRequest();
  return (
    <Sheet
      title={words.order}
      submit={words.save}
      requester={requester}
      onClose={onClose}
      onSubmit={async () => {
        tried.value = true;
        const order = orderOf(texts.value, state.pump.model.capacityMl);
        if (order === null || person.value.trim() === '') return false;
        return (await requester.send(() => act(state.station, { do: 'order', order }))) !== null;
      }}
    >
      <OrderEntry
        texts={texts.value}
        onTexts={(to) => (texts.value = to)}
        model={state.pump.model}
        tried={tried.value}
      />
      <PersonField tried={tried.value} />
    </Sheet>
  );
}

function ContextSheet({ state, onClose }: Properties) {
  const words = strings.refill.act;
  const texts = useSignal(contextTexts(state.context));
  const tried = useSignal(false);
  const requester = useRequest();
  return (
    <Sheet
      title={words.context}
      submit={words.save}
      requester={requester}
      onClose={onClose}
      onSubmit={async () => {
        tried.value = true;
        const context = contextOf(texts.value);
        if (context === null || person.value.trim() === '') return false;
        return (await requester.send(() => act(state.station, { do: 'context', context }))) !== null;
      }}
    >
      <ContextEntry texts={texts.value} onTexts={(to) => (texts.value = to)} tried={tried.value} />
      <PersonField tried={tried.value} />
    </Sheet>
  );
}
