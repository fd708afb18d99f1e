/**
 * Which messages of a block differ, out of 64 bytes kept per block.
 *
 * A hash says that something differs, not what; a hash per message would be as large as a small store. So each block
 * keeps 16 weighted sums S_j = Σ h(message) · x^j modulo a prime, x = place in the block + 1: the syndromes of a
 * Reed-Solomon code. The difference of the sums before and after has one term per changed message, and as long as
 * 2 · (changed) + (missing, whose places are known) <= 16 the places can be solved for. They only name: the verdict rests on
 * SHA-256.
 */

/** The largest prime below 2^26: products stay exact in a double, so that no BigInt is needed. */
const P = 67_108_859;
const INVERSE = 1 / P;
export const SUMS = 16;

function times(a: number, b: number): number {
  const product = a * b;
  const rest = product - Math.floor(product * INVERSE) * P;
  return rest < 0 ? rest + P : rest >= P ? rest - P : rest;
}

function power(base: number, exponent: number): number {
  let result = 1;
  for (let b = base, e = exponent; e > 0; e = Math.floor(e / 2), b = times(b, b))
    if (e % 2 === 1) result = times(result, b);
  return result;
}

const inverse = (a: number): number => power(a, P - 2);
const minus = (a: number, b: number): number => (a >= b ? a - b : a - b + P);

/**
 * MurmurHash3 (32 bits, A. Appleby, public domain) over the canonical bytes, brought below the prime, never 0. It only
 * has to tell messages apart that nobody has forged, and is read four bytes at a time because it is on the way of every reading.
 */
export function shortHash(bytes: Buffer): number {
  const whole = bytes.length & ~3;
  let h = 0;
  for (let i = 0; i < whole; i += 4) {
    const word =
      (bytes[i] as number) |
      ((bytes[i + 1] as number) << 8) |
      ((bytes[i + 2] as number) << 16) |
      ((bytes[i + 3] as number) << 24);
    h = mix(h ^ scramble(word));
  }
  let rest = 0;
  for (let i = bytes.length - 1; i >= whole; i--) rest = (rest << 8) | (bytes[i] as number);
  h ^= scramble(rest) ^ bytes.length;
  h = Math.imul(h ^ (h >>> 16), 0x85eb_ca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2_ae35);
  return (((h ^ (h >>> 16)) >>> 0) % (P - 1)) + 1;
}

function scramble(word: number): number {
  const k = Math.imul(word, 0xcc9e_2d51);
  return Math.imul((k << 15) | (k >>> 17), 0x1b87_3593);
}

function mix(h: number): number {
  return (Math.imul((h << 13) | (h >>> 19), 5) + 0xe654_6b64) | 0;
}

export type Sums = Uint32Array;

/** `place` counts from 0 within the block. */
export function addTo(sums: Sums, place: number, bytes: Buffer): void {
  const x = place + 1;
  let term = shortHash(bytes);
  for (let j = 0; j < SUMS; j++) {
    const sum = (sums[j] as number) + term;
    sums[j] = sum >= P ? sum - P : sum;
    term = times(term, x);
  }
}

/**
 * Places of the messages that differ beside those known to be missing, ascending; `null` when they are too many to be
 * told apart. `size`: places in the block.
 */
export function differingPlaces(
  expected: Sums,
  found: Sums,
  missing: readonly number[],
  size: number,
): number[] | null {
  if (missing.length >= SUMS) return null;
  let syndromes = Array.from({ length: SUMS }, (_, j) => minus(found[j] as number, expected[j] as number));
  // S'_j = S_(j+1) - x·S_j takes the term of place x out, and costs one sum.
  for (const place of missing) {
    const x = place + 1;
    syndromes = syndromes.slice(1).map((next, j) => minus(next, times(x, syndromes[j] as number)));
  }
  if (syndromes.every((s) => s === 0)) return [];
  const polynomial = shortestRecurrence(syndromes);
  const degree = polynomial.length - 1;
  if (degree * 2 > syndromes.length) return null;
  const places: number[] = [];
  for (let place = 0; place < size && places.length <= degree; place++) {
    const x = inverse(place + 1);
    let value = 0;
    for (let i = degree; i >= 0; i--) value = (times(value, x) + (polynomial[i] as number)) % P;
    if (value === 0) places.push(place);
  }
  const known = places.some((place) => missing.includes(place));
  return places.length === degree && !known ? places : null;
}

/** Berlekamp-Massey: C with C[0] = 1 and Σ C[i]·s[n-i] = 0, as short as possible; its roots are the 1/x. */
function shortestRecurrence(s: readonly number[]): number[] {
  let current = [1];
  let before = [1];
  let length = 0;
  let shift = 1;
  let lastDiscrepancy = 1;
  for (let n = 0; n < s.length; n++) {
    let d = s[n] as number;
    for (let i = 1; i <= length; i++) d = (d + times(current[i] ?? 0, s[n - i] as number)) % P;
    if (d === 0) {
      shift++;
      continue;
    }
    const factor = times(d, inverse(lastDiscrepancy));
    const next = [...current];
    for (let i = 0; i < before.length; i++)
      next[i + shift] = minus(next[i + shift] ?? 0, times(factor, before[i] as number));
    if (2 * length <= n) {
      length = n + 1 - length;
      before = current;
      lastDiscrepancy = d;
      shift = 1;
    } else shift++;
    current = Array.from(next, (c) => c ?? 0);
  }
  return current.slice(0, length + 1).concat(Array<number>(Math.max(0, length + 1 - current.length)).fill(0));
}
