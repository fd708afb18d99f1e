/**
 * How much the journal may hold, and how full it is. What no recorder has acknowledged is never evicted: when there is
 * no room for more of it, new readings are given up instead, counted. What is acknowledged is kept as long as there is
 * room and time, so that a store that is lost can be filled again, and gives way first.
 */

export interface JournalLimits {
  /** Days that acknowledged batches are kept; 0: deleted at once. */
  readonly keepDays: number;
  /** Most content of the file, bytes. */
  readonly maxBytes: number;
  /**
   * What the journal leaves free on the disk, bytes: room for the store, and for its own way out of a full disk. A small
   * part of it is used all the same when the file is new: a quarter, at most 16 MB.
   */
  readonly minFreeBytes: number;
}

export const DEFAULT_JOURNAL_LIMITS: JournalLimits = {
  keepDays: 7,
  maxBytes: 4_000_000_000,
  minFreeBytes: 200_000_000,
};

export interface JournalRoom {
  /** Of batches that no recorder has acknowledged. */
  readonly waitingBytes: number;
  /** All content, acknowledged batches that are kept included. */
  readonly usedBytes: number;
  /** What may wait: the configured limit, or less where the disk has less. */
  readonly limitBytes: number;
  /** Free on the disk for this user; `null` when the system does not say. */
  readonly diskFreeBytes: number | null;
  /** The disk has less left than the journal would leave free. */
  readonly diskShort: boolean;
}

/** `full`: nothing more can be taken in until something is acknowledged, or the disk has room again. */
export type Fill = 'ok' | 'filling' | 'nearly-full' | 'full';

const FILLING = 0.8;
const NEARLY_FULL = 0.95;
/** A level is left only so far below where it begins, so that it is not said again and again. */
const HYSTERESIS = 0.03;

/** How full it is; `before` is the answer of the last time. */
export function fillOf({ waitingBytes, limitBytes, diskShort }: JournalRoom, before: Fill): Fill {
  const share = limitBytes > 0 ? waitingBytes / limitBytes : 1;
  const from = (at: number, ...levels: Fill[]) => at - (levels.includes(before) ? HYSTERESIS : 0);
  if (share >= from(1, 'full')) return 'full';
  if (diskShort || share >= from(NEARLY_FULL, 'full', 'nearly-full')) return 'nearly-full';
  return share >= from(FILLING, 'full', 'nearly-full', 'filling') ? 'filling' : 'ok';
}

const PAGE_BYTES = 4096;
/** SQLite's file format, §1.6: a row of up to this many bytes stands in its leaf page. */
const MOST_IN_LEAF = PAGE_BYTES - 35;
const LEAST_IN_LEAF = Math.floor(((PAGE_BYTES - 12) * 32) / 255) - 23;
const OVERFLOW_BYTES = PAGE_BYTES - 4;
/** Entries in the index and in the list of what waits. */
const BESIDES_BYTES = 50;

/** What a batch of that payload takes in the file, within a seventh (measured). */
export function bytesInFile(payloadBytes: number): number {
  const row = payloadBytes + 25;
  if (row <= MOST_IN_LEAF) {
    // As many rows as fit; the rest of the page stays empty.
    const perPage = Math.max(1, Math.floor((PAGE_BYTES - 8) / (row + 4)));
    return Math.round(PAGE_BYTES / perPage) + BESIDES_BYTES;
  }
  const over = LEAST_IN_LEAF + ((row - LEAST_IN_LEAF) % OVERFLOW_BYTES);
  const inLeaf = over <= MOST_IN_LEAF ? over : LEAST_IN_LEAF;
  return inLeaf + Math.ceil((row - inLeaf) / OVERFLOW_BYTES) * PAGE_BYTES + BESIDES_BYTES;
}
