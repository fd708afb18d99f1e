/** Whether JSON holds what is wanted of it, by dotted paths. */
import { isWithin, limits } from '../scenario/quantity.ts';

type Wanted = boolean | null | number | string;
const LIMIT = /^[<>]|±|\.\./;

/** `null` when all holds; else the first that does not, in words. */
export function mismatch(body: unknown, where: Readonly<Record<string, Wanted>> = {}): string | null {
  for (const [path, wanted] of Object.entries(where)) {
    const got = at(body, path);
    if (!fits(got, wanted)) return `${path} is ${short(got)}, wanted ${wanted}`;
  }
  return null;
}

export function at(body: unknown, path: string): unknown {
  let value = body;
  for (const part of path.split('.')) {
    if (Array.isArray(value) && part === 'length') return value.length;
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string, unknown>)[part];
  }
  return value;
}

function fits(got: unknown, wanted: Wanted): boolean {
  if (typeof wanted === 'string' && LIMIT.test(wanted)) {
    return typeof got === 'number' && isWithin(got, limits(wanted));
  }
  return got === wanted;
}

export function short(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'not there');
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}
