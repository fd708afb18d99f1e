import { chooseLanguage, language } from '../language.ts';
import { compact } from '../page.ts';
import { LANGUAGES, type Language, strings } from '../strings.ts';

const TAGS = Object.keys(LANGUAGES) as Language[];

/** `letters`, and where there is little room: their letters alone, beside which a whole header still fits. */
export function LanguageSwitch({ as = 'words' }: { as?: 'words' | 'letters' }) {
  const letters = as === 'letters' || compact.value;
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
          {letters ? tag.toUpperCase() : LANGUAGES[tag]}
        </option>
      ))}
    </select>
  );
}
