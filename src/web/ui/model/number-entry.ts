/** Numbers as people type them: with a point or a comma, never with both. */
const FORM = /^[-\u2212+]?\d{1,6}(?:[.,]\d{0,6})?$/;

/** `null` for anything that is not exactly one number; an empty text too. */
export function parseNumber(text: string): number | null {
  const trimmed = text.trim();
  if (!FORM.test(trimmed)) return null;
  const value = Number(trimmed.replace(',', '.').replace('\u2212', '-'));
  return Number.isFinite(value) ? value : null;
}

export interface Bounds {
  readonly min: number;
  readonly max: number;
}

export type Entry =
  | { readonly ok: true; readonly value: number }
  | { readonly ok: false; readonly why: 'no-number' | 'out-of-range' };

export function entryOf(text: string, { min, max }: Bounds): Entry {
  const value = parseNumber(text);
  if (value === null) return { ok: false, why: 'no-number' };
  return value < min || value > max ? { ok: false, why: 'out-of-range' } : { ok: true, value };
}
