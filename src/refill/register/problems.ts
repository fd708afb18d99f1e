/** What is wrong with a file that is imported: where, what, and what to do. */
import type { z } from 'zod';

export interface ImportProblem {
  /** Line of the file, from 1; `null` where the format has none. */
  readonly line: number | null;
  /** Column of a table, or path in a JSON file; `null` = the line, or the file. */
  readonly where: string | null;
  readonly what: string;
  readonly remedy: string;
}

export type Imported<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: ImportProblem[] };

export const MOST_PROBLEMS = 50;
/** Of an imported file, characters: 20,000 pumps with a year of fills, and some. */
export const LONGEST_FILE = 64 * 1024 * 1024;

export const fail = (
  problems: readonly ImportProblem[],
): { readonly ok: false; readonly problems: ImportProblem[] } => ({
  ok: false,
  problems: problems.slice(0, MOST_PROBLEMS),
});

/** `pumps[3].fills[0].filledMl` */
export function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, key) => (typeof key === 'number' ? `${text}[${key}]` : text === '' ? String(key) : `${text}.${String(key)}`),
    '',
  );
}

const REMEDIES: Partial<Record<z.core.$ZodIssue['code'], string>> = {
  unrecognized_keys: 'remove it, or correct its name',
  invalid_type: 'give a value of that kind',
  too_small: 'correct the value, or its unit',
  too_big: 'correct the value, or its unit',
};

export function remedyOf(issue: z.core.$ZodIssue): string {
  return REMEDIES[issue.code] ?? 'correct the value';
}

export const asLine = ({ line, where, what, remedy }: ImportProblem): string =>
  `${[line === null ? null : `line ${line}`, where].filter((part) => part !== null).join(', ') || 'file'}: ${what}: ${remedy}`;
