/** Field codecs for `wire.ts`: numbers, words and text, each strict about what it takes and what it writes. */
import type { Cursor, FieldCodec } from './wire.ts';

const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const POWERS_OF_TEN = [1, 10, 100, 1e3, 1e4, 1e5, 1e6] as const;
const MOST_DECIMALS = 6;
const MOST_DECIMAL_BYTES = 12;

function refuse(name: string, value: unknown, expected: string): never {
  const shown = typeof value === 'string' ? JSON.stringify(value.slice(0, 40)) : String(value);
  throw new RangeError(`${name}: ${shown} does not fit, expected ${expected}`);
}

/** Unsigned decimal without leading zeros, `min..max` (at most 2^53-1). */
export function unsigned(max: number, min = 0): FieldCodec<number> {
  const expected = `an unsigned number ${min}..${max}`;
  const mostDigits = String(max).length;
  return {
    read(cursor) {
      const value = readDigits(cursor, mostDigits);
      if (value < min || value > max || !cursor.fieldDone) cursor.fail(expected);
      return value;
    },
    write(value, name) {
      if (!Number.isInteger(value) || value < min || value > max) refuse(name, value, expected);
      return String(value);
    },
  };
}

/** Digits from the cursor on; -1 when there are none, too many, or a leading zero. */
export function readDigits(cursor: Cursor, most: number): number {
  const { bytes, end } = cursor;
  const start = cursor.at;
  let at = start;
  let value = 0;
  for (; at < end; at++) {
    const digit = (bytes[at] as number) - ZERO;
    if (digit < 0 || digit > 9) break;
    if (at - start === most) return -1;
    value = value * 10 + digit;
  }
  cursor.at = at;
  return at === start || (at > start + 1 && bytes[start] === ZERO) ? -1 : value;
}

/** Two upper-case hex digits. */
export const hexByte: FieldCodec<number> = {
  read(cursor) {
    const value = readHex(cursor.bytes, cursor.at, 2, cursor.end);
    cursor.at += 2;
    if (value < 0 || !cursor.fieldDone) cursor.fail('2 upper-case hex digits');
    return value;
  },
  write(value, name) {
    if (!Number.isInteger(value) || value < 0 || value > 0xff) refuse(name, value, 'a whole number 0..255');
    return value.toString(16).toUpperCase().padStart(2, '0');
  },
};

/** `digits` upper-case hex digits (at most 8) at `at`; -1 when they are not, or do not end before `end`. */
export function readHex(bytes: Uint8Array, at: number, digits: number, end: number): number {
  if (at + digits > end) return -1;
  let value = 0;
  for (let i = at; i < at + digits; i++) {
    const byte = bytes[i] as number;
    if (byte >= ZERO && byte <= 0x39) value = (value << 4) | (byte - ZERO);
    else if (byte >= 0x41 && byte <= 0x46) value = (value << 4) | (byte - 0x37);
    else return -1;
  }
  return value >>> 0;
}

export interface FixedPoint {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** Digits after the point that are written; 0..6 are read. */
  readonly decimals: number;
}

/**
 * Fixed-point decimal, `null` = empty field. A readable value outside `min..max` is blanked: `null`, and counted on the
 * cursor. Anything else (exponent, NaN, two points, more than 12 bytes) fails the line.
 * Digits are gathered as an integer and divided once, so the result is the double nearest to the decimal.
 */
export function fixedPoint(quantity: FixedPoint): FieldCodec<number | null> {
  const { min, max, decimals, name: quantityName } = quantity;
  return {
    read(cursor) {
      if (cursor.fieldDone) return null;
      const value = readDecimal(cursor);
      const done = cursor.fieldDone;
      if (done && value >= min && value <= max) return value;
      if (done && !Number.isNaN(value)) cursor.blanked++;
      else cursor.fail('a decimal number of at most 12 bytes', quantityName);
      return null;
    },
    write(value, name) {
      if (value === null) return '';
      // Written so that NaN is refused too.
      if (!(value >= min && value <= max)) refuse(name, value, `${min}..${max}`);
      const text = value.toFixed(decimals);
      return text.startsWith('-') && Number(text) === 0 ? text.slice(1) : text;
    },
  };
}

/** `["-"] int ["." 1*6digit]`; NaN when it is not, with the cursor wherever reading stopped. Never -0. */
function readDecimal(cursor: Cursor): number {
  const { bytes, end } = cursor;
  const limit = Math.min(end, cursor.at + MOST_DECIMAL_BYTES);
  let at = cursor.at;
  const negative = bytes[at] === MINUS;
  if (negative) at++;
  const first = at;
  let mantissa = 0;
  let digit = 0;
  for (; at < limit; at++) {
    digit = (bytes[at] as number) - ZERO;
    if (digit < 0 || digit > 9) break;
    mantissa = mantissa * 10 + digit;
  }
  cursor.at = at;
  if (at === first || (at > first + 1 && bytes[first] === ZERO)) return Number.NaN;
  if (at < limit && bytes[at] === POINT) {
    const point = at++;
    for (; at < limit; at++) {
      digit = (bytes[at] as number) - ZERO;
      if (digit < 0 || digit > 9) break;
      mantissa = mantissa * 10 + digit;
    }
    cursor.at = at;
    const decimals = at - point - 1;
    if (decimals === 0 || decimals > MOST_DECIMALS) return Number.NaN;
    mantissa /= POWERS_OF_TEN[decimals] as number;
  }
  return negative && mantissa !== 0 ? -mantissa : mantissa;
}

/** One of a fixed set of words; `words` maps the value to its word on the wire. */
export function word<T extends string>(words: Readonly<Record<T, string>>): FieldCodec<T> {
  const byWord = new Map(Object.entries<string>(words).map(([value, wire]) => [wire, value as T]));
  const expected = `one of ${[...byWord.keys()].join(' ')}`;
  const [first] = byWord.values();
  return {
    read(cursor) {
      const value = byWord.get(cursor.takeText());
      if (value !== undefined) return value;
      cursor.fail(expected);
      return first as T;
    },
    write(value, name) {
      return Object.hasOwn(words, value) ? words[value] : refuse(name, value, `one of ${Object.keys(words).join(' ')}`);
    },
  };
}

/**
 * One of a set of words that later minor versions add to: another word of `A-Z 0-9 -` makes the line one that this version
 * does not know, not a damaged one.
 */
export function growingWord<T extends string>(words: Readonly<Record<T, string>>): FieldCodec<T> {
  const byWord = new Map(Object.entries<string>(words).map(([value, wire]) => [wire, value as T]));
  const [first] = byWord.values();
  const known = word(words);
  return {
    read(cursor) {
      const wire = cursor.takeText();
      const value = byWord.get(wire);
      if (value !== undefined) return value;
      if (/^[A-Z0-9-]{1,16}$/.test(wire)) cursor.unfamiliar = true;
      else cursor.fail(`one of ${[...byWord.keys()].join(' ')}`);
      return first as T;
    },
    write: known.write,
  };
}

/** A word from an open set: `A-Z 0-9 -` on the wire, lower-case in the message. */
export function openWord(longest: number): FieldCodec<string> {
  const wire = new RegExp(`^[A-Z0-9-]{1,${longest}}$`);
  const value = new RegExp(`^[a-z0-9-]{1,${longest}}$`);
  return {
    read(cursor) {
      const text = cursor.takeText();
      if (!wire.test(text)) cursor.fail(`1..${longest} of A-Z 0-9 -`);
      return text.toLowerCase();
    },
    write(text, name) {
      return value.test(text) ? text.toUpperCase() : refuse(name, text, `1..${longest} of a-z 0-9 -`);
    },
  };
}

/** Any text, percent-encoded (RFC 3986, UTF-8); at least `shortest` and at most `longest` bytes on the wire. */
export function text(longest: number, shortest = 0): FieldCodec<string> {
  const expected = `percent-encoded text of ${shortest}..${longest} bytes`;
  return {
    read(cursor) {
      const raw = cursor.takeText();
      const decoded = raw.length < shortest || raw.length > longest ? null : percentDecode(raw);
      if (decoded === null) cursor.fail(expected);
      return decoded ?? '';
    },
    write(value, name) {
      const encoded = percentEncode(value) ?? refuse(name, value, 'text without half surrogates');
      if (encoded.length < shortest || encoded.length > longest) refuse(name, value, expected);
      return encoded;
    },
  };
}

/** `null` when an escape is incomplete or its bytes are not UTF-8. */
export function percentDecode(raw: string): string | null {
  if (!raw.includes('%')) return raw;
  try {
    return decodeURIComponent(raw);
  } catch {
    return null;
  }
}

/** Escapes `$ % * ,`, control and non-ASCII characters, and those in `reserved`; `null` for half surrogates. */
export function percentEncode(value: string, reserved = ''): string | null {
  let encoded = '';
  for (const character of value) {
    const code = character.codePointAt(0) as number;
    if (code >= 0xd800 && code <= 0xdfff) return null;
    if (code > 0x7e) encoded += code === 0x7f ? '%7F' : encodeURIComponent(character);
    else if (code < 0x20 || '$%*,'.includes(character) || reserved.includes(character)) {
      encoded += `%${code.toString(16).toUpperCase().padStart(2, '0')}`;
    } else encoded += character;
  }
  return encoded;
}
