/**
 * Bodies: CBOR maps (RFC 8949), read and written by cborg. Refused: anything that is not exactly one map, keys that occur
 * twice, tags, values beyond 2^53. Accepted: maps and arrays of indefinite length; Zephyr answers with them.
 */
import { decode, encode } from 'cborg';

export type CborMap = ReadonlyMap<unknown, unknown>;

/** `definite`: as clients write it. `indefinite`: every map and array as BF/9F ... FF, as Zephyr's servers do. */
export type BodyForm = 'definite' | 'indefinite';

const READING = { useMaps: true, rejectDuplicateMapKeys: true, allowBigInt: false } as const;
/** Fields stand in the order in which they are given: cborg would sort them. */
const WRITING = { mapSorter: () => 0 } as const;

/** The map, or why it is none. Never throws. */
export function decodeBody(body: Uint8Array): CborMap | string {
  const value = tryDecode(body);
  if (value instanceof Map) return value;
  if (typeof value === 'string') return shortErrorMap(body) ?? value;
  return 'the body is not a CBOR map';
}

/** Values: numbers, text, bytes, booleans, and arrays and maps of these. */
export function encodeBody(value: CborMap, form: BodyForm): Uint8Array {
  return form === 'definite' ? encode(value, WRITING) : Uint8Array.from(indefinite(value));
}

function tryDecode(body: Uint8Array): unknown {
  try {
    const value: unknown = decode(body, READING);
    return typeof value === 'string' ? 'the body is a text, not a CBOR map' : value;
  } catch (error) {
    return `the body is not CBOR: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/**
 * Some servers announce two pairs and send only `rc` when they refuse. Such a refusal is taken for what it is; a success
 * in such a form stays a fault.
 */
function shortErrorMap(body: Uint8Array): CborMap | null {
  const announcedPairs = (body[0] ?? 0) - 0xa0;
  if (announcedPairs < 2 || announcedPairs > 23) return null;
  const closed = new Uint8Array(body.length + 1);
  closed.set(body);
  closed[0] = 0xbf;
  closed[body.length] = 0xff;
  const value = tryDecode(closed);
  return value instanceof Map && value.size === 1 && typeof value.get('rc') === 'number' && value.get('rc') !== 0
    ? value
    : null;
}

function* indefinite(value: unknown): Generator<number> {
  if (value instanceof Map) {
    yield 0xbf;
    for (const [key, inner] of value) {
      yield* encode(key);
      yield* indefinite(inner);
    }
    yield 0xff;
  } else if (Array.isArray(value)) {
    yield 0x9f;
    for (const inner of value) yield* indefinite(inner);
    yield 0xff;
  } else {
    yield* encode(value);
  }
}
