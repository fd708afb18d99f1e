/** Turns what the schema finds wrong into sentences: what is wrong, what was there, what to do. */
import type { z } from 'zod';
import { knownKeys, type Shape, shapeAt } from './config-shape.ts';
import { nearest } from './nearest.ts';

export interface Problem {
  readonly path: readonly PropertyKey[];
  /** Point at the key itself (it should not be there) or at its value. */
  readonly at: 'key' | 'value';
  readonly what: string;
  /** The value found, ready to print; absent where it says nothing or may be a secret. */
  readonly got?: string;
  readonly remedy: string;
}

export const SECRET_KEY = /^(pass(word|wd|phrase|code)?|pwd|secret|token|credentials?|(api|private|secret)[-_]?key)$/i;
const CREDENTIALS_IN_URL = /:\/\/[^/\s]*@/;
const PEM = /-----BEGIN [A-Z ]*-----/;

/** A value as it may be shown in an error: short, on one line, never a secret. */
export function shown(value: unknown): string {
  if (typeof value === 'string' && (CREDENTIALS_IN_URL.test(value) || PEM.test(value))) return '(hidden)';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'a section';
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

export function valueAt(path: readonly PropertyKey[], raw: unknown): unknown {
  let value = raw;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Object.hasOwn(value, key) ? (value as Record<PropertyKey, unknown>)[key] : undefined;
  }
  return value;
}

/** Every secret written into the file, with the place where it belongs. */
export function secretsIn(raw: unknown, path: readonly PropertyKey[] = []): Problem[] {
  if (typeof raw === 'string' && (CREDENTIALS_IN_URL.test(raw) || PEM.test(raw))) {
    const what = PEM.test(raw) ? 'holds a key or certificate' : 'holds a user or password in the URL';
    const hasLogin = shapeAt([...path.slice(0, -1), 'passwordFile'], {}) !== undefined || path[0] === 'store';
    const section = keyPath(path.slice(0, -1));
    const remedy = PEM.test(raw)
      ? 'keep it in a file of its own and give the path of that file'
      : `remove it from the URL${hasLogin ? `: ${section}.username and ${section}.passwordFile are for that` : ''}`;
    return [{ path, at: 'value', what, remedy }];
  }
  if (typeof raw !== 'object' || raw === null) return [];
  return Object.entries(raw).flatMap(([key, value]) => {
    const here = [...path, Array.isArray(raw) ? Number(key) : key];
    if (Array.isArray(raw) || !SECRET_KEY.test(key)) return secretsIn(value, here);
    const where =
      path.length === 0
        ? 'mqtt.passwordFile, store.passwordFile or http.passwordFile'
        : keyPath([...path, 'passwordFile']);
    const remedy = `write it to a file that only the daemon can read (chmod 600) and name that file in ${where}`;
    return [{ path: here, at: 'key' as const, what: 'a secret must not stand in this file', remedy }];
  });
}

export function keyPath(path: readonly PropertyKey[]): string {
  return (
    path
      .map((p) => (typeof p === 'number' ? `[${p}]` : `.${String(p)}`))
      .join('')
      .replace(/^\./, '') || '(file)'
  );
}

function allowed(shape: Shape | undefined): string | null {
  if (!shape) return null;
  const values = shape.enum ?? shape.anyOf?.map((s) => s.const);
  const numeric = shape.type === 'integer' || shape.type === 'number';
  const range = numeric && shape.minimum !== undefined && shape.maximum !== undefined;
  const standard =
    shape.default === undefined || typeof shape.default === 'object' ? '' : ` (default ${shape.default})`;
  if (values) return `use ${values.join(', ')}${standard}`;
  if (range)
    return `use ${shape.type === 'integer' ? 'a whole' : 'a'} number from ${shape.minimum} to ${shape.maximum}${standard}`;
  if (shape.type === 'string') return `use text${standard}`;
  return shape.type === 'object' || shape.properties ? 'write its keys below it, indented' : null;
}

const A = {
  object: 'a section with keys',
  array: 'a list (lines beginning with "- ")',
  string: 'text',
  number: 'a number',
  int: 'a whole number',
};

function wrongType(issue: z.core.$ZodIssue & { expected: string }, raw: unknown): Omit<Problem, 'path'> {
  const value = valueAt(issue.path, raw);
  const shape = shapeAt(issue.path, raw);
  const described = shape?.description ? ` (${shape.description})` : '';
  if (value === undefined) return { at: 'value', what: 'is missing', remedy: `add it${described}` };
  const expected = A[issue.expected as keyof typeof A] ?? issue.expected;
  const quoted = typeof value === 'string' && value !== '' && Number.isFinite(Number(value));
  const remedy = quoted ? 'remove the quotes' : (allowed(shape) ?? `write ${expected}`);
  return { at: 'value', what: `must be ${expected}`, got: shown(value), remedy };
}

function notOneOf(values: readonly unknown[], value: unknown, shape: Shape | undefined): Omit<Problem, 'path'> {
  const what = `must be one of ${values.join(', ')}`;
  if (value === undefined) return { at: 'value', what: 'is missing', remedy: `use one of ${values.join(', ')}` };
  const unquoted = values.find((v) => typeof v !== typeof value && String(v) === String(value));
  const meant = typeof value === 'string' ? nearest(value, values.map(String)) : null;
  const remedy =
    unquoted !== undefined
      ? typeof unquoted === 'string'
        ? `put it in quotes: '${unquoted}'`
        : 'remove the quotes'
      : meant
        ? `did you mean ${meant}?`
        : (allowed(shape) ?? `use one of ${values.join(', ')}`);
  return { at: 'value', what, got: shown(value), remedy };
}

function unknownKey(path: readonly PropertyKey[], key: string, raw: unknown): Problem {
  const known = knownKeys(path, raw);
  const meant = nearest(key, known);
  const parent = shapeAt(path.slice(0, -1), raw);
  const section = path.at(-1);
  const kinds = (typeof section === 'string' ? parent?.properties?.[section]?.oneOf : undefined) ?? [];
  const other = kinds.find((kind) => kind.properties && Object.hasOwn(kind.properties, key));
  const remedy = other
    ? `it belongs to kind: ${String(other.properties?.kind?.const)}; remove it, or change kind`
    : meant
      ? `did you mean ${meant}?`
      : `remove it; known here: ${known.join(', ')}`;
  return { path: [...path, key], at: 'key', what: 'unknown key', remedy };
}

/** One problem per thing that is wrong; `raw` is the configuration as it was read. */
export function explain(issue: z.core.$ZodIssue, raw: unknown): Problem[] {
  const { path } = issue;
  const value = valueAt(path, raw);
  const shape = shapeAt(path, raw);
  const got = value === undefined || typeof value === 'object' ? {} : { got: shown(value) };
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(path, key, raw));
    case 'invalid_type':
      return [{ path, ...wrongType(issue, raw) }];
    case 'invalid_value':
      return [{ path, ...notOneOf(issue.values, value, shape) }];
    case 'invalid_union': {
      const values =
        'options' in issue && Array.isArray(issue.options)
          ? issue.options
          : issue.errors.flat().flatMap((inner) => (inner.code === 'invalid_value' ? inner.values : []));
      return [{ path, ...notOneOf(values, value, shape) }];
    }
    case 'too_big':
    case 'too_small': {
      const [limit, side] = issue.code === 'too_big' ? [issue.maximum, 'at most'] : [issue.minimum, 'at least'];
      const of = issue.origin === 'string' ? ' characters' : issue.origin === 'array' ? ' entries' : '';
      return [
        { path, at: 'value', what: `must be ${side} ${limit}${of}`, ...got, remedy: allowed(shape) ?? 'change it' },
      ];
    }
    case 'invalid_format': {
      const standard = shape?.default === undefined ? '' : ` (default ${String(shape.default)})`;
      const form = issue.format === 'url' ? 'a URL such as http://host:port' : issue.message;
      return [{ path, at: 'value', what: 'has the wrong form', ...got, remedy: `use ${form}${standard}` }];
    }
    default:
      return [{ path, at: 'value', what: issue.message, ...got, remedy: 'correct it' }];
  }
}
