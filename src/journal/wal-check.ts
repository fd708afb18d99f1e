/**
 * SQLite stops reading its write-ahead log at the first frame whose checksum is wrong, and says nothing: a torn end and
 * damage in the middle look the same to it. This tells them apart (file format: https://sqlite.org/fileformat2.html#walformat).
 */
import { existsSync, readFileSync, statSync } from 'node:fs';

const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
const MAGIC = 0x377f0682;
/** The journal's log is emptied long before; a larger one would take seconds to look through. */
const MOST_BYTES = 256_000_000;

interface Sums {
  readonly first: number;
  readonly second: number;
}

/** SQLite's checksum over whole pairs of 32-bit words, going on from `sums`. */
function checksum(view: DataView, from: number, to: number, littleEndian: boolean, sums: Sums): Sums {
  let { first, second } = sums;
  for (let at = from; at < to; at += 8) {
    first = (first + view.getUint32(at, littleEndian) + second) | 0;
    second = (second + view.getUint32(at + 4, littleEndian) + first) | 0;
  }
  return { first: first >>> 0, second: second >>> 0 };
}

const same = (a: Sums, b: Sums) => a.first === b.first && a.second === b.second;
const storedSums = (view: DataView, at: number): Sums => ({
  first: view.getUint32(at),
  second: view.getUint32(at + 4),
});

/** What is damaged in the log of the database `path`, in a few words; `null` if nothing, or only its torn end. */
export function walDamage(path: string): string | null {
  const wal = `${path}-wal`;
  if (!existsSync(wal)) return null;
  const { size } = statSync(wal);
  if (size <= HEADER_BYTES || size > MOST_BYTES) return null;
  if (existsSync(path) && statSync(path).size === 0) return 'its database is empty';
  const bytes = readFileSync(wal);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = view.getUint32(0);
  const pageBytes = view.getUint32(8);
  const littleEndian = magic === MAGIC;
  const header = checksum(view, 0, 24, littleEndian, { first: 0, second: 0 });
  if ((magic & 0xfffffffe) >>> 0 !== MAGIC || !same(header, storedSums(view, 24))) return 'its header';
  return firstDamagedFrame(view, pageBytes, littleEndian);
}

/**
 * A frame that does not fit is damage when sound frames of the same generation (equal salts) follow it up to the end of
 * a transaction, or when it is complete, ends a transaction and is the file's last. Otherwise a write was cut short or
 * taken back there: nothing behind it was ever promised. Frames of an earlier generation have other salts, and sums that
 * do not go on from here; where these do go on, the salts are what is damaged.
 */
function firstDamagedFrame(view: DataView, pageBytes: number, littleEndian: boolean): string | null {
  const frameBytes = FRAME_HEADER_BYTES + pageBytes;
  let sums = storedSums(view, 24);
  let computedBefore = sums;
  let firstBad = 0;
  for (let at = HEADER_BYTES, frame = 1; at + frameBytes <= view.byteLength; at += frameBytes, frame++) {
    const commits = view.getUint32(at + 4) !== 0;
    const ownSalts = view.getUint32(at + 8) === view.getUint32(16) && view.getUint32(at + 12) === view.getUint32(20);
    const sumsAfter = (before: Sums) => {
      const ofHeader = checksum(view, at, at + 8, littleEndian, before);
      return checksum(view, at + FRAME_HEADER_BYTES, at + frameBytes, littleEndian, ofHeader);
    };
    const stored = storedSums(view, at + 16);
    const computed = sumsAfter(sums);
    const fits = ownSalts && (same(computed, stored) || same(sumsAfter(computedBefore), stored));
    if (fits && firstBad > 0 && commits) return `frame ${firstBad}`;
    if (!fits && firstBad === 0) {
      const last = at + 2 * frameBytes > view.byteLength;
      if (last && commits && (ownSalts || same(computed, stored))) return `frame ${frame}, its last`;
      firstBad = frame;
    }
    sums = stored;
    // What is wrong may be the stored checksum itself: then the next frame fits the computed one.
    computedBefore = computed;
  }
  return null;
}
