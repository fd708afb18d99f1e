import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Pump } from '../../../../refill/model.ts';
import type { StationView } from '../../../api-types.ts';
import { Problem } from '../../parts/problem.tsx';
import { numberText } from '../../shown.ts';
import { soundTested } from '../../sound/alarm-sound.ts';
import { strings } from '../../strings.ts';
import { useRequest } from '../../use-request.ts';
import { person } from '../person.ts';
import { PersonField } from '../person-field.tsx';
import { begin } from '../refill-requests.ts';
import { ContextEntry, contextOf, NO_ANSWERS } from './context-entry.tsx';
import { OrderEntry, type OrderTexts, orderOf } from './order-entry.tsx';
import { PumpChoice, PumpLines } from './pump-choice.tsx';
import { SoundCheck } from './sound-check.tsx';

const STEPS = ['pump', 'order', 'context', 'sound'] as const;
type Step = (typeof STEPS)[number];

/** The usual saline and FUDR solutions at 22 Cel. */
const USUAL_DENSITY = 1.005;

function orderFor(pump: Pump): OrderTexts {
  return {
    fill: numberText(pump.model.capacityMl, Number.isInteger(pump.model.capacityMl) ? 0 : 1),
    drug: '',
    concentration: '',
    lot: '',
    density: numberText(USUAL_DENSITY, 3),
    needle: '22G',
    pumpUdi: pump.udi ?? '',
    drugCode: '',
  };
}

/** Before the refill: which pump, what goes in, what happened since, can alarms be heard. One question at a time. */
export function StartFlow({ station }: { station: StationView }) {
  const words = strings.start;
  const step = useSignal<Step>('pump');
  const pump = useSignal<Pump | null>(null);
  const order = useSignal<OrderTexts | null>(null);
  const context = useSignal(NO_ANSWERS);
  const tried = useSignal(false);
  const requester = useRequest();
  const title = useRef<HTMLHeadingElement>(null);
  const frame = useRef<HTMLElement>(null);
  const at = STEPS.indexOf(step.value);
  useEffect(() => {
    const field = frame.current?.querySelector<HTMLElement>('[data-first]');
    (field ?? title.current)?.focus();
  }, [step.value]);

  const goTo = (to: Step) => {
    tried.value = false;
    requester.problem.value = null;
    step.value = to;
  };
  const goOn = async () => {
    tried.value = true;
    const chosen = pump.value;
    const texts = order.value;
    if (chosen === null || texts === null || person.value.trim() === '') return;
    const ordered = orderOf(texts, chosen.model.capacityMl);
    const happened = contextOf(context.value);
    if (step.value === 'order') ordered && goTo('context');
    else if (step.value === 'context') happened && goTo('sound');
    else if (ordered && happened) {
      const what = { by: person.value, pump: chosen.pump, order: ordered, context: happened };
      await requester.send(() => begin(station.station ?? station.key, what));
    }
  };
  return (
    <section ref={frame} class="panel start" aria-labelledby="start-title">
      <p class="label">
        {words.title} · {words.stepOf(at + 1, STEPS.length)}
      </p>
      <h1 id="start-title" ref={title} tabIndex={-1}>
        {words[step.value].title}
      </h1>
      {pump.value && step.value !== 'pump' && (
        <p class="start-pump">
          <PumpLines pump={pump.value} />
        </p>
      )}
      {step.value === 'pump' ? (
        <>
          <PersonField tried={tried.value} label={words.who} />
          <PumpChoice
            onChoose={(chosen) => {
              tried.value = true;
              if (person.value.trim() === '') return;
              if (pump.value?.pump !== chosen.pump) order.value = orderFor(chosen);
              pump.value = chosen;
              goTo('order');
            }}
          />
        </>
      ) : (
        <form
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            goOn();
          }}
        >
          {step.value === 'order' && order.value && pump.value && (
            <>
              <p>{words.order.check}</p>
              <OrderEntry
                texts={order.value}
                onTexts={(texts) => (order.value = texts)}
                model={pump.value.model}
                tried={tried.value}
              />
            </>
          )}
          {step.value === 'context' && (
            <>
              <p>{words.context.why}</p>
              <ContextEntry texts={context.value} onTexts={(texts) => (context.value = texts)} tried={tried.value} />
            </>
          )}
          {step.value === 'sound' && <SoundCheck />}
          <Problem of={requester.problem} />
          <div class="buttons">
            <button
              type="submit"
              class={step.value === 'sound' && !soundTested.value ? 'without' : 'primary'}
              disabled={requester.busy.value}
            >
              {step.value !== 'sound' ? words.on : soundTested.value ? words.begin : words.sound.goWithout}
            </button>
            <button type="button" onClick={() => goTo(STEPS[at - 1] ?? 'pump')}>
              {words.back}
            </button>
          </div>
        </form>
      )}
    </section>
  );
}
