/** Numbers with units as people write them in scenario files: `11.8 mL ± 0.3 mL`, `> 3 kPa`, `5 s`. Units are UCUM codes. */

/** To the unit in which the product says it, by kind of quantity. */
const UNITS: Readonly<Record<string, { readonly kind: string; readonly factor: number }>> = {
  mL: { kind: 'volume', factor: 1 },
  uL: { kind: 'volume', factor: 0.001 },
  'mL/min': { kind: 'flow', factor: 1 },
  'mL/h': { kind: 'flow', factor: 1 / 60 },
  'mL/d': { kind: 'slow flow', factor: 1 },
  kPa: { kind: 'pressure', factor: 1 },
  'mm[Hg]': { kind: 'pressure', factor: 0.133322 },
  Cel: { kind: 'temperature', factor: 1 },
  g: { kind: 'mass', factor: 1 },
  ms: { kind: 'time', factor: 0.001 },
  s: { kind: 'time', factor: 1 },
  min: { kind: 'time', factor: 60 },
  h: { kind: 'time', factor: 3600 },
  d: { kind: 'time', factor: 86_400 },
  Hz: { kind: 'rate', factor: 1 },
  '%': { kind: 'share', factor: 1 },
  m: { kind: 'length', factor: 1 },
  N: { kind: 'force', factor: 1 },
  ppm: { kind: 'parts', factor: 1 },
  '1': { kind: 'count', factor: 1 },
};
export const UNIT_CODES: readonly string[] = Object.keys(UNITS).filter((code) => code !== '1');
export type Kind = string;

export interface Quantity {
  readonly kind: Kind;
  /** In the product's unit of its kind: mL, mL/min, mL/d, kPa, Cel, g, s, Hz, %. */
  readonly value: number;
}

/** Both ends belong to it, unless open. */
export interface Limits {
  readonly kind: Kind;
  readonly low: number;
  readonly high: number;
  readonly open: 'neither' | 'low' | 'high';
  /** As it was written. */
  readonly text: string;
}

const NUMBER = String.raw`[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?`;
const UNIT = String.raw`[A-Za-z%][A-Za-z/[\]%]*`;
const AMOUNT = String.raw`(${NUMBER})\s*(${UNIT})?`;
const single = new RegExp(`^${AMOUNT}$`);
const around = new RegExp(`^${AMOUNT}\\s*(?:±|\\+-|\\+/-)\\s*${AMOUNT}$`);
const range = new RegExp(`^(${NUMBER})\\s*(${UNIT})?\\s*\\.\\.\\s*${AMOUNT}$`);
const beyond = new RegExp(`^(<=|>=|<|>)\\s*${AMOUNT}$`);

export const QUANTITY_PATTERN = `^${NUMBER}\\s*(?:${UNIT})?$`;

/** Throws RangeError with what may be written. */
export function quantity(text: string): Quantity {
  const [, value, unit] = single.exec(text.trim()) ?? [];
  if (value === undefined) throw new RangeError(`${JSON.stringify(text)} is no number with a unit, like "2.5 mL"`);
  return amount(value, unit);
}

/** `quantity` of one kind, or a RangeError. */
export function quantityOf(kind: Kind, text: string): number {
  const read = quantity(text);
  if (read.kind === kind) return read.value;
  throw new RangeError(`${JSON.stringify(text)} is a ${read.kind}; a ${kind} is wanted (${unitsOf(kind).join(', ')})`);
}

/** Throws RangeError with what may be written. */
export function limits(text: string): Limits {
  const given = text.trim();
  const near = around.exec(given);
  if (near !== null) {
    const middle = amount(near[1] ?? '', near[2]);
    const half = amount(near[3] ?? '', near[4] ?? near[2]);
    same(middle, half, text);
    return {
      kind: middle.kind,
      low: middle.value - half.value,
      high: middle.value + half.value,
      open: 'neither',
      text,
    };
  }
  const between = range.exec(given);
  if (between !== null) {
    const low = amount(between[1] ?? '', between[2] ?? between[4]);
    const high = amount(between[3] ?? '', between[4]);
    same(low, high, text);
    if (low.value > high.value) throw new RangeError(`${JSON.stringify(text)}: the lower one comes first`);
    return { kind: low.kind, low: low.value, high: high.value, open: 'neither', text };
  }
  const one = beyond.exec(given);
  if (one !== null) {
    const { kind, value } = amount(one[2] ?? '', one[3]);
    const up = one[1]?.startsWith('>') === true;
    return {
      kind,
      low: up ? value : Number.NEGATIVE_INFINITY,
      high: up ? Number.POSITIVE_INFINITY : value,
      open: one[1]?.endsWith('=') ? 'neither' : up ? 'low' : 'high',
      text,
    };
  }
  if (!single.test(given)) {
    throw new RangeError(
      `${JSON.stringify(text)} is no limit: write "11.8 mL ± 0.3 mL", "3 mL .. 5 mL", "> 3 mL" or a single value`,
    );
  }
  const { kind, value } = quantity(given);
  return { kind, low: value, high: value, open: 'neither', text };
}

export function isWithin(value: number, { low, high, open }: Limits): boolean {
  return (open === 'low' ? value > low : value >= low) && (open === 'high' ? value < high : value <= high);
}

export function unitsOf(kind: Kind): string[] {
  return Object.entries(UNITS).flatMap(([code, unit]) => (unit.kind === kind && code !== '1' ? [code] : []));
}

/** Kind of a channel's or field's unit as the product names it. */
export function kindOfUnit(code: string): Kind | null {
  return UNITS[code]?.kind ?? null;
}

function amount(number: string, code = '1'): Quantity {
  const unit = UNITS[code];
  if (unit === undefined) {
    throw new RangeError(`${JSON.stringify(code)} is no unit that is known here: ${UNIT_CODES.join(', ')}`);
  }
  return { kind: unit.kind, value: Number(number) * unit.factor };
}

function same(a: Quantity, b: Quantity, text: string): void {
  if (a.kind !== b.kind) throw new RangeError(`${JSON.stringify(text)}: a ${a.kind} and a ${b.kind}`);
}
