import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { strings } from '../strings.ts';
import { person, setPerson } from './person.ts';
import { PersonField } from './person-field.tsx';

/** Under whose name presses on this screen count; `fallback` is who began the refill. */
export function PersonNow({ fallback }: { fallback: string }) {
  const changing = useSignal(false);
  useEffect(() => {
    if (person.peek() === '') setPerson(fallback);
  }, [fallback]);
  const words = strings.refill.act;
  const name = person.value === '' ? strings.blank : person.value;
  if (changing.value) {
    return (
      <form
        class="person-change"
        onSubmit={(event) => {
          event.preventDefault();
          changing.value = false;
        }}
      >
        <PersonField tried={false} />
        <button type="submit">{words.save}</button>
      </form>
    );
  }
  return (
    <button type="button" class="person" onClick={() => (changing.value = true)}>
      <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
        <path d="M12 3a5 5 0 1 1 0 10 5 5 0 0 1 0-10zM3 22a9 7 0 0 1 18 0z" fill="currentColor" />
      </svg>
      <span aria-hidden="true">{name}</span>
      <span class="visually-hidden">{words.personNow(name)}</span>
    </button>
  );
}
