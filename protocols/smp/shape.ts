/**
 * The kit for CBOR bodies: declare what a map holds once, get reading AND writing from that one declaration.
 *
 * Reading: unknown keys are passed over, so that newer devices are understood. Writing: keys in the order of the value's
 * own properties, so that a device's order can be kept.
 */
import type { CborMap } from './cbor.ts';

/** Thrown by shapes, caught where a body is read; never leaves this folder. */
export class Mismatch extends Error {
  override readonly name = 'Mismatch';
}

export interface Shape<T> {
  /** Throws Mismatch naming the field. */
  read(value: unknown, path: string): T;
  /** The value for CBOR. Throws RangeError naming field and value when it does not fit. */
  write(value: T, path: string): unknown;
}

function shown(value: unknown): string {
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (value instanceof Map) return 'a map';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 40)) : String(value);
}

/** A shape whose values look the same on both sides and only need a test. */
function tested<T>(expected: string, fits: (value: unknown) => value is T): Shape<T> {
  return {
    read(value, path) {
      if (fits(value)) return value;
      throw new Mismatch(`${path}: expected ${expected}, got ${shown(value)}`);
    },
    write(value, path) {
      if (fits(value)) return value;
      throw new RangeError(`${path}: ${shown(value)} does not fit, expected ${expected}`);
    },
  };
}

export function unsigned(max = 0xffff_ffff): Shape<number> {
  const fits = (v: unknown): v is number => typeof v === 'number' && Number.isInteger(v) && v >= 0 && v <= max;
  return tested(`a whole number 0..${max}`, fits);
}

export const integer: Shape<number> = tested('a whole number', (v): v is number => Number.isSafeInteger(v));

/** Written as true and false; 0 and 1 are read as well. */
export const flag: Shape<boolean> = {
  read(value, path) {
    if (typeof value === 'boolean') return value;
    if (value === 0 || value === 1) return value === 1;
    throw new Mismatch(`${path}: expected true or false, got ${shown(value)}`);
  },
  write: tested('true or false', (v): v is boolean => typeof v === 'boolean').write,
};

export function text(mostCharacters = 1024): Shape<string> {
  const fits = (v: unknown): v is string => typeof v === 'string' && v.length <= mostCharacters;
  return tested(`a text of at most ${mostCharacters} characters`, fits);
}

export function bytes(min: number, max: number): Shape<Uint8Array> {
  const fits = (v: unknown): v is Uint8Array => v instanceof Uint8Array && v.length >= min && v.length <= max;
  return tested(min === max ? `${min} bytes` : `${min}..${max} bytes`, fits);
}

export function list<T>(item: Shape<T>, mostItems: number): Shape<readonly T[]> {
  const expected = `an array of at most ${mostItems}`;
  const fits = (v: unknown): v is unknown[] => Array.isArray(v) && v.length <= mostItems;
  return {
    read(value, path) {
      if (!fits(value)) throw new Mismatch(`${path}: expected ${expected}, got ${shown(value)}`);
      return value.map((inner, i) => item.read(inner, `${path}[${i}]`));
    },
    write(value, path) {
      if (!fits(value)) throw new RangeError(`${path}: does not fit, expected ${expected}`);
      return value.map((inner, i) => item.write(inner, `${path}[${i}]`));
    },
  };
}

export interface Field<T> {
  /** The key on the wire. */
  readonly key: string;
  readonly shape: Shape<T>;
  readonly optional: boolean;
}

export const field = <T>(key: string, shape: Shape<T>): Field<T> => ({ key, shape, optional: false });
export const optional = <T>(key: string, shape: Shape<T>): Field<T> => ({ key, shape, optional: true });

/** Every property of `T` under its name in the program. */
export type MapFields<T> = { readonly [K in keyof T]-?: Field<Exclude<T[K], undefined>> };

export function map<T extends object>(fields: MapFields<T>): Shape<T> {
  const known = new Map<string, Field<unknown>>(Object.entries(fields));
  const names = new Map([...known].map(([name, { key }]) => [key, name]));
  return {
    read(value, path) {
      if (!(value instanceof Map)) throw new Mismatch(`${path}: expected a map, got ${shown(value)}`);
      const read: Record<string, unknown> = {};
      for (const [key, inner] of value as CborMap) {
        const name = names.get(key as string);
        if (name !== undefined) read[name] = known.get(name)?.shape.read(inner, `${path}.${key}`);
      }
      for (const [name, { key, optional }] of known) {
        if (!optional && !(name in read)) throw new Mismatch(`${path}.${key}: missing`);
      }
      return read as T;
    },
    write(value, path) {
      const written = new Map<string, unknown>();
      for (const [name, inner] of Object.entries(value)) {
        const declared = known.get(name);
        if (declared === undefined) throw new RangeError(`${path}: has no field ${name}`);
        if (inner !== undefined) written.set(declared.key, declared.shape.write(inner, `${path}.${declared.key}`));
      }
      for (const { key, optional } of known.values()) {
        if (!optional && !written.has(key)) throw new RangeError(`${path}.${key}: missing`);
      }
      return written;
    },
  };
}
