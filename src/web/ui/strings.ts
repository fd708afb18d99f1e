/** Every word the user sees, in the language chosen. Read inside a component, it is drawn again when that changes. */
import { signal } from '@preact/signals';
import { english } from './strings/en.ts';

export type Strings = typeof english;

/** Each in its own words, as someone who reads no other would look for it. */
export const LANGUAGES = { en: 'English', nl: 'Nederlands', de: 'Deutsch' } as const;
export type Language = keyof typeof LANGUAGES;

const spoken = signal<Strings>(english);

/** Stays the same object for ever; what is read from it follows the language. */
function following<T extends object>(shape: T, now: () => T): T {
  const result = {} as T;
  for (const key of Object.keys(shape) as (keyof T)[]) {
    const entry = shape[key];
    const nested = typeof entry === 'object' && entry !== null;
    const live = nested ? following(entry, () => now()[key] as typeof entry) : null;
    Object.defineProperty(
      result,
      key,
      nested ? { value: live, enumerable: true } : { get: () => now()[key], enumerable: true },
    );
  }
  return result;
}

export const strings: Strings = following(english, () => spoken.value);

const LOADERS: Readonly<Record<Language, () => Promise<Strings>>> = {
  en: async () => english,
  nl: async () => (await import('./strings/nl.ts')).dutch,
  de: async () => (await import('./strings/de.ts')).german,
};

/** Rejects, and leaves the language as it is, when its words cannot be loaded. */
export async function speak(language: Language): Promise<void> {
  spoken.value = await LOADERS[language]();
}

/** For times and lists: the user's own variant of the language spoken (`en-GB`), if the browser names one. */
export function locale(): string {
  const wanted = spoken.value.language;
  const own = globalThis.navigator?.languages ?? [];
  return own.find((tag) => tag === wanted || tag.startsWith(`${wanted}-`)) ?? wanted;
}
