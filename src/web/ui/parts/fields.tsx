import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import { type Bounds, type Entry, entryOf } from '../model/number-entry.ts';
import { numberText } from '../shown.ts';
import { strings } from '../strings.ts';

interface FieldProperties {
  readonly label: string;
  readonly value: string;
  readonly onValue: (value: string) => void;
  readonly hint?: string | undefined;
  /** What is wrong with the value; `null` while nothing is, or while nobody has tried to go on. */
  readonly problem?: string | null;
  readonly inputMode?: 'decimal' | 'numeric' | 'text';
  readonly list?: readonly string[];
  readonly first?: boolean;
}

/** A line of text with its label above, and what is wrong with it below. */
export function TextField({ label, value, onValue, hint, problem, inputMode, list, first }: FieldProperties) {
  const id = useId();
  const wrong = problem != null;
  return (
    <div class={wrong ? 'entry entry-wrong' : 'entry'}>
      <label for={id}>{label}</label>
      <input
        id={id}
        value={value}
        autocomplete="off"
        spellcheck={false}
        inputMode={inputMode ?? 'text'}
        aria-invalid={wrong}
        aria-describedby={`${id}-hint`}
        data-first={first}
        list={list ? `${id}-list` : undefined}
        onInput={(event) => onValue(event.currentTarget.value)}
      />
      {list && (
        <datalist id={`${id}-list`}>
          {list.map((each) => (
            <option key={each} value={each} />
          ))}
        </datalist>
      )}
      <span id={`${id}-hint`} class={wrong ? 'entry-problem' : 'note'}>
        {problem ?? hint}
      </span>
    </div>
  );
}

/** Why an entry cannot be used, in words. */
export function entryProblem(entry: Entry, { min, max }: Bounds, decimals: number): string | null {
  if (entry.ok) return null;
  const words = strings.refill.act;
  return entry.why === 'no-number'
    ? words.numberNeeded
    : words.outOfRange(numberText(min, decimals), numberText(max, decimals));
}

interface NumberFieldProperties extends Omit<FieldProperties, 'problem' | 'inputMode'> {
  readonly bounds: Bounds;
  readonly decimals?: number;
  /** Nobody has tried to go on yet: an empty field is not wrong. */
  readonly tried: boolean;
}

export function NumberField({ bounds, decimals = 0, tried, ...field }: NumberFieldProperties) {
  const entry = entryOf(field.value, bounds);
  const blank = field.value.trim() === '';
  return (
    <TextField
      {...field}
      inputMode="decimal"
      problem={blank && !tried ? null : entryProblem(entry, bounds, decimals)}
    />
  );
}

interface ChoiceProperties<T extends string> {
  readonly legend: string;
  readonly choices: readonly (readonly [T, ComponentChildren])[];
  readonly chosen: T | null;
  readonly onChoose: (choice: T) => void;
}

/** A few exclusive answers as big buttons. */
export function Choice<T extends string>({ legend, choices, chosen, onChoose }: ChoiceProperties<T>) {
  return (
    <fieldset class="choice">
      <legend>{legend}</legend>
      {choices.map(([key, text]) => (
        <button key={key} type="button" aria-pressed={chosen === key} onClick={() => onChoose(key)}>
          {text}
        </button>
      ))}
    </fieldset>
  );
}
