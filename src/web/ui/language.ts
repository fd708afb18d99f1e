/** Which language the page speaks: the browser's, until somebody chooses; then that one, remembered on this computer. */
import { computed } from '@preact/signals';
import { LANGUAGES, type Language, speak, strings } from './strings.ts';

const REMEMBERED_AS = 'hai-bridge.language';

const isLanguage = (text: string): text is Language => Object.hasOwn(LANGUAGES, text);

/** The first language of the list that this page speaks, or English. */
export function languageFor(wanted: readonly string[]): Language {
  const base = (tag: string) => tag.toLowerCase().split('-')[0] ?? '';
  return wanted.map(base).find(isLanguage) ?? 'en';
}

export const language = computed(() => strings.language as Language);

/** Storage may be forbidden; the page then starts in the browser's language every time. */
function remembered(): readonly string[] {
  try {
    const found = localStorage.getItem(REMEMBERED_AS);
    return found === null ? [] : [found];
  } catch {
    return [];
  }
}

async function change(to: Language): Promise<void> {
  await speak(to);
  document.documentElement.lang = strings.language;
}

/** English stays when another language cannot be loaded: a page in the wrong language is better than none. */
export async function startLanguage(): Promise<void> {
  await change(languageFor([...remembered(), ...navigator.languages])).catch(() => {});
}

export async function chooseLanguage(to: Language): Promise<void> {
  await change(to);
  try {
    localStorage.setItem(REMEMBERED_AS, to);
  } catch {
    // Not remembered, but spoken.
  }
}
