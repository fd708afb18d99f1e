import { useSignal } from '@preact/signals';
import type { Pump } from '../../../refill/model.ts';
import type { PumpModels, PutPump } from '../../api-types.ts';
import { ask } from '../api.ts';
import { person } from '../bedside/person.ts';
import { PersonField } from '../bedside/person-field.tsx';
import { Sheet } from '../bedside/sheet.tsx';
import { entryOf } from '../model/number-entry.ts';
import { NumberField, TextField } from '../parts/fields.tsx';
import { strings } from '../strings.ts';
import { useAnswer } from '../use-answer.ts';
import { useRequest } from '../use-request.ts';

const FLOW = { min: 0.01, max: 30 };

interface Properties {
  /** `null`: a new one. */
  readonly pump: Pump | null;
  readonly onSaved: () => void;
  readonly onClose: () => void;
}

export function PumpForm({ pump, onSaved, onClose }: Properties) {
  const words = strings.records.pump;
  const tried = useSignal(false);
  const requester = useRequest();
  const models = useAnswer<PumpModels>('pump-models').answer.value?.models ?? [];
  const texts = useSignal({
    id: pump?.pump ?? '',
    model: pump?.model.model ?? '',
    serial: pump?.serial ?? '',
    udi: pump?.udi ?? '',
    patientRef: pump?.patientRef ?? '',
    flow: pump ? String(pump.labelFlowMlPerDay).replace('.', strings.decimalMark) : '',
  });
  const now = texts.value;
  const model = now.model === '' ? (models[0]?.model ?? '') : now.model;
  const set = (key: keyof typeof now) => (value: string) => {
    texts.value = { ...texts.value, [key]: value };
  };
  const needed = (text: string) => (tried.value && text.trim() === '' ? strings.start.order.needed : null);
  const orNull = (text: string) => (text.trim() === '' ? null : text.trim());
  const save = async () => {
    tried.value = true;
    const flow = entryOf(now.flow, FLOW);
    if (!flow.ok || [now.id, now.serial, model, person.value].some((text) => text.trim() === '')) return false;
    const body: PutPump = {
      by: person.value,
      model,
      serial: now.serial.trim(),
      udi: orNull(now.udi),
      labelFlowMlPerDay: flow.value,
      patientRef: orNull(now.patientRef),
    };
    const saved = await requester.send(() => ask('PUT', `pumps/${encodeURIComponent(now.id.trim())}`, { body }));
    if (saved !== null) onSaved();
    return saved !== null;
  };
  return (
    <Sheet
      title={pump ? words.edit : words.add}
      submit={strings.refill.act.save}
      requester={requester}
      onClose={onClose}
      onSubmit={save}
    >
      <div class="entries">
        {pump === null && (
          <TextField first label={words.id} value={now.id} onValue={set('id')} problem={needed(now.id)} />
        )}
        <div class="entry">
          <label for="pump-model">{strings.records.columns.model}</label>
          <select id="pump-model" value={model} onChange={(event) => set('model')(event.currentTarget.value)}>
            {models.map((each) => (
              <option key={each.model} value={each.model}>
                {each.manufacturer} {each.model}
              </option>
            ))}
          </select>
        </div>
        <TextField label={words.serial} value={now.serial} onValue={set('serial')} problem={needed(now.serial)} />
        <NumberField
          label={words.labelFlow}
          bounds={FLOW}
          decimals={2}
          tried={tried.value}
          value={now.flow}
          onValue={set('flow')}
        />
        <TextField label={words.udi} value={now.udi} onValue={set('udi')} />
        <TextField label={words.patientRef} value={now.patientRef} onValue={set('patientRef')} />
      </div>
      <PersonField tried={tried.value} />
    </Sheet>
  );
}
