/** The configuration's JSON Schema, and the way to the part of it that a key belongs to. */
import { z } from 'zod';
import { configSchema } from './config.ts';

/** The part of JSON Schema that `configSchema` comes out as. */
export interface Shape {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  readonly items?: Shape;
  readonly additionalProperties?: boolean | Shape;
  readonly propertyNames?: Shape;
  readonly oneOf?: readonly Shape[];
  readonly anyOf?: readonly Shape[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly pattern?: string;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
}

let made: Shape | undefined;

/** JSON Schema (draft 2020-12) of what may stand in a configuration file. */
export function configJsonSchema(): Shape {
  made ??= z.toJSONSchema(configSchema, { io: 'input' }) as Shape;
  return made;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Of several kinds, the one that `value` says it is: its constant property (`kind: influx`) matches. */
function kindOf(shape: Shape, value: unknown): Shape {
  const said = isRecord(value) ? value : {};
  const fits = shape.oneOf?.find((kind) =>
    Object.entries(kind.properties ?? {}).some(([key, p]) => p.const !== undefined && p.const === said[key]),
  );
  return fits ?? shape;
}

/** The shape at `path` of a raw configuration; `undefined` where the schema knows nothing. */
export function shapeAt(path: readonly PropertyKey[], raw: unknown): Shape | undefined {
  let shape: Shape | undefined = configJsonSchema();
  let value = raw;
  for (const key of path) {
    if (!shape) return undefined;
    shape = kindOf(shape, value);
    if (typeof key === 'number') shape = shape.items;
    else {
      const other: boolean | Shape | undefined = shape.additionalProperties;
      shape = shape.properties?.[String(key)] ?? (typeof other === 'object' ? other : undefined);
    }
    value = Array.isArray(value) ? value[Number(key)] : isRecord(value) ? value[String(key)] : undefined;
  }
  return shape && kindOf(shape, value);
}

/** Names that may stand at `path`. */
export function knownKeys(path: readonly PropertyKey[], raw: unknown): string[] {
  const shape = shapeAt(path, raw);
  const names = shape?.propertyNames?.enum ?? Object.keys(shape?.properties ?? {});
  const ofAnyKind = (shape?.oneOf ?? []).flatMap((kind) => Object.keys(kind.properties ?? {}));
  return [...new Set([...names.map(String), ...ofAnyKind])];
}
