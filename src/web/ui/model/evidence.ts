/** Numbers an advisory was drawn from, as words: `expected 57 kPa · seen 4.2 kPa`. */
import { fixed } from './number-text.ts';

/** By the end of the number's name, which is its unit; the longest that fits counts. */
const UNITS: readonly (readonly [ending: string, unit: string, decimals: number])[] = [
  ['seconds', 's', 0],
  ['KpaPerS', 'kPa/s', 1],
  ['MlPerMin', 'mL/min', 1],
  ['MlPerDay', 'mL/d', 2],
  ['Percent', '%', 1],
  ['Kpa', 'kPa', 1],
  ['Cel', 'Cel', 1],
  ['Ml', 'mL', 1],
];

/** Names without words of this language are left out: a number nobody can name informs nobody. */
export function evidenceText(
  evidence: Readonly<Record<string, number>>,
  words: Readonly<Record<string, string>>,
  mark: string,
  unitText: (ucum: string) => string,
): string {
  return Object.entries(evidence)
    .flatMap(([name, value]) => {
      const word = words[name];
      if (word === undefined) return [];
      const [, unit, decimals] = UNITS.find(([end]) => name.endsWith(end)) ?? ['', '', 1];
      const text = fixed(value, decimals, mark);
      return text === null ? [] : [`${word} ${text}${unit === '' ? '' : ` ${unitText(unit)}`}`];
    })
    .join(' · ');
}
