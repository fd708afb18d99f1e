import { useSignal } from '@preact/signals';
import type { NurseAction } from '../../../refill/model.ts';
import { TextField } from '../parts/fields.tsx';
import { strings } from '../strings.ts';
import { useRequest } from '../use-request.ts';
import { person } from './person.ts';
import { PersonField } from './person-field.tsx';
import { act } from './refill-requests.ts';
import { Sheet } from './sheet.tsx';

interface Properties {
  readonly station: string;
  readonly title: string;
  readonly note?: string;
  readonly submit: string;
  readonly action: (reason: string) => NurseAction;
  readonly onClose: () => void;
}

/** What needs a reason and a name: overriding, stopping, resuming. */
export function ReasonSheet({ station, title, note, submit, action, onClose }: Properties) {
  const words = strings.refill.act;
  const reason = useSignal('');
  const tried = useSignal(false);
  const requester = useRequest();
  const given = reason.value.trim();
  return (
    <Sheet
      title={title}
      submit={submit}
      requester={requester}
      onClose={onClose}
      onSubmit={async () => {
        tried.value = true;
        if (given === '' || person.value.trim() === '') return false;
        return (await requester.send(() => act(station, action(given)))) !== null;
      }}
    >
      {note && <p>{note}</p>}
      <TextField
        first
        label={words.reason}
        value={reason.value}
        onValue={(value) => (reason.value = value)}
        problem={tried.value && given === '' ? words.reasonNeeded : null}
      />
      <ReasonsOfTheHouse onChoose={(text) => (reason.value = text)} />
      <PersonField tried={tried.value} />
    </Sheet>
  );
}

/** Typing with gloves is slow: what is said most often, at one press. */
function ReasonsOfTheHouse({ onChoose }: { onChoose: (text: string) => void }) {
  return (
    <div class="buttons">
      {Object.values(strings.refill.act.reasons).map((text) => (
        <button key={text} type="button" onClick={() => onChoose(text)}>
          {text}
        </button>
      ))}
    </div>
  );
}
