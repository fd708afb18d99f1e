/**
 * Base64 (RFC 4648 section 4) between bytes and bytes. Strict when reading: padding as it must be, spare bits 0, nothing
 * else in between. So every byte sequence has one text, and a damaged bit in a frame cannot hide in spare bits.
 */
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const PAD = 0x3d;

const CODES = Uint8Array.from(ALPHABET, (character) => character.charCodeAt(0));
const INVALID = 0xff;
const VALUES = new Uint8Array(256).fill(INVALID);
CODES.forEach((code, value) => {
  VALUES[code] = value;
});

/** The bytes of `text[from, to)`; `null` when that is not canonical base64. */
export function decodeBase64(text: Uint8Array, from: number, to: number): Uint8Array | null {
  const length = to - from;
  if (length % 4 !== 0) return null;
  let padding = 0;
  while (padding < 2 && padding < length && text[to - 1 - padding] === PAD) padding++;
  const bytes = new Uint8Array((length / 4) * 3 - padding);
  let at = 0;
  for (let i = from; i < to; i += 4) {
    const last = i + 4 === to ? padding : 0;
    const a = VALUES[text[i] as number] as number;
    const b = VALUES[text[i + 1] as number] as number;
    const c = last < 2 ? (VALUES[text[i + 2] as number] as number) : 0;
    const d = last < 1 ? (VALUES[text[i + 3] as number] as number) : 0;
    if ((a | b | c | d) > 63) return null;
    const group = (a << 18) | (b << 12) | (c << 6) | d;
    if ((last === 1 && (group & 0xff) !== 0) || (last === 2 && (group & 0xffff) !== 0)) return null;
    bytes[at++] = group >>> 16;
    if (last < 2) bytes[at++] = group >>> 8;
    if (last < 1) bytes[at++] = group;
  }
  return bytes;
}

/** Writes the text of `bytes[from, to)` to `into` at `at`; returns where it ends. */
export function encodeBase64(bytes: Uint8Array, from: number, to: number, into: Uint8Array, at: number): number {
  let out = at;
  for (let i = from; i < to; i += 3) {
    const left = to - i;
    const group =
      ((bytes[i] as number) << 16) |
      (left > 1 ? (bytes[i + 1] as number) << 8 : 0) |
      (left > 2 ? (bytes[i + 2] as number) : 0);
    into[out++] = CODES[group >>> 18] as number;
    into[out++] = CODES[(group >>> 12) & 63] as number;
    into[out++] = left > 1 ? (CODES[(group >>> 6) & 63] as number) : PAD;
    into[out++] = left > 2 ? (CODES[group & 63] as number) : PAD;
  }
  return out;
}
