import { TextField } from '../parts/fields.tsx';
import { strings } from '../strings.ts';
import { person, setPerson } from './person.ts';

/** Every write names the person; asked for where one is about to be made. */
export function PersonField({ tried, label }: { tried: boolean; label?: string }) {
  const words = strings.refill.act;
  return (
    <TextField
      label={label ?? words.person}
      value={person.value}
      onValue={setPerson}
      problem={tried && person.value.trim() === '' ? words.personNeeded : null}
    />
  );
}
