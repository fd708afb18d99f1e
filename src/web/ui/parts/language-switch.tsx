import { chooseLanguage, language } from '../language.ts';
import { narrow } from '../page.ts';
import { LANGUAGES, type Language, strings } from '../strings.ts';

const TAGS = Object.keys(LANGUAGES) as Language[];

/** Narrow: their letters alone, beside which the whole header still fits on a phone. */
export function LanguageSwitch() {
  return (
    <select
      class="language"
      aria-label={strings.languageChoice}
      value={language.value}
      // The words of the language may not load; the list then goes on showing the one spoken.
      onChange={(event) => {
        const list = event.currentTarget;
        chooseLanguage(list.value as Language).catch(() => {
          list.value = language.peek();
        });
      }}
    >
      {TAGS.map((tag) => (
        <option key={tag} value={tag} lang={tag}>
          {narrow.value ? tag.toUpperCase() : LANGUAGES[tag]}
        </option>
      ))}
    </select>
  );
}
