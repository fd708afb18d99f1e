import { afterEach, describe, expect, it } from 'vitest';
import { languageFor } from '../../../src/web/ui/language.ts';
import { duration, fixed, glanceAndRest } from '../../../src/web/ui/model/number-text.ts';
import { german } from '../../../src/web/ui/strings/de.ts';
import { english } from '../../../src/web/ui/strings/en.ts';
import { dutch } from '../../../src/web/ui/strings/nl.ts';
import { LANGUAGES, type Language, speak, strings } from '../../../src/web/ui/strings.ts';

type Entry = readonly [path: string, value: unknown];

function entries(catalogue: object, path = ''): Entry[] {
  return Object.entries(catalogue).flatMap(([key, value]): Entry[] =>
    typeof value === 'object' ? entries(value, `${path}${key}.`) : [[path + key, value]],
  );
}

describe('the catalogue', () => {
  afterEach(() => speak('en'));

  it.each([
    ['Dutch', dutch],
    ['German', german],
  ])('has nothing in %s that is left over or left out', (_, catalogue) => {
    const paths = (of: object) => entries(of).map(([path]) => path);
    expect(paths(catalogue)).toEqual(paths(english));
  });

  it.each([
    ['Dutch', dutch],
    ['German', german],
  ])('takes as many words into a sentence in %s as in English', (_, catalogue) => {
    const counts = (of: object) =>
      entries(of).flatMap(([path, value]) => (typeof value === 'function' ? [`${path} ${value.length}`] : []));
    expect(counts(catalogue)).toEqual(counts(english));
  });

  it.each([
    ['Dutch', dutch],
    ['German', german],
  ])('is %s throughout: long texts differ from the English ones', (_, catalogue) => {
    const inEnglish = new Map(entries(english));
    const same = entries(catalogue).filter(
      ([path, value]) => typeof value === 'string' && value.length > 12 && inEnglish.get(path) === value,
    );
    expect(same).toEqual([]);
  });

  it('follows a change of language where it is read, also through a kept part', async () => {
    const kept = strings.fleet;
    expect([strings.state.quiet, kept.find]).toEqual(['Quiet', 'Find']);
    await speak('nl');
    expect([strings.state.quiet, kept.find]).toEqual(['Stil', 'Zoek']);
    await speak('de');
    expect(kept.shown(2, 5)).toBe('2 von 5 Stationen');
  });
});

describe('choice of language', () => {
  it('takes the first that is spoken, by its base', () => {
    expect(languageFor(['fr-FR', 'de-AT', 'nl'])).toBe('de');
    expect(languageFor(['NL-be'])).toBe('nl');
  });

  it('is English when none is spoken, also for names that every object has', () => {
    for (const wanted of [[], ['fr'], ['constructor'], ['']]) expect(languageFor(wanted)).toBe('en');
  });

  it('names every language in itself', async () => {
    for (const tag of Object.keys(LANGUAGES) as Language[]) {
      await speak(tag);
      expect(strings.language).toBe(tag);
    }
    await speak('en');
  });
});

describe('numbers in a language', () => {
  it('has the decimal mark of the language, in ages too', () => {
    expect(fixed(-11.84, 1, ',')).toBe('\u221211,8');
    expect(glanceAndRest('11,84')).toEqual(['11,8', '4']);
    expect(duration(210, dutch.durations)).toBe('0,2\u00a0s');
  });
});
