/** How long acknowledged batches stay in the file, and how much may wait in it: by age, by bytes, by what the disk has left. */
import { statfsSync } from 'node:fs';
import type { Clock } from '../clock.ts';
import type { Eviction } from './kept.ts';
import { DEFAULT_JOURNAL_LIMITS, type JournalLimits, type JournalRoom } from './limits.ts';

export interface RetentionOptions {
  readonly folder: string;
  readonly limits?: JournalLimits | undefined;
  /** Bytes free for this user in a folder; `null` when the system does not say. */
  readonly diskFree?: ((folder: string) => number | null) | undefined;
}

/** What the file holds. */
export interface Content {
  /** What it takes on the disk, without its write-ahead log. */
  readonly fileBytes: number;
  /** Without pages that are free. */
  readonly usedBytes: number;
  readonly waitingBytes: number;
}

const LOOK_EVERY_MS = 1000;
const DAY_S = 86_400;
const WORKING_BYTES = 16_000_000;
const ALWAYS = Number.MAX_SAFE_INTEGER;
/** Evicted with one commit: it is not held up by much, and more can go than comes. */
const AT_ONCE = 64;
/** Evicted when a commit had no room. */
export const MORE_ROOM: Eviction = { beforeS: ALWAYS, bytes: 2_000_000, most: 1024 };

function freeIn(folder: string): number | null {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    return null;
  }
}

export class Retention {
  readonly #options: RetentionOptions;
  readonly #limits: JournalLimits;
  readonly #clock: Clock;
  #diskFreeBytes: number | null = null;
  #lastLookMs = Number.NEGATIVE_INFINITY;

  constructor(options: RetentionOptions, clock: Clock) {
    this.#options = options;
    this.#limits = options.limits ?? DEFAULT_JOURNAL_LIMITS;
    this.#clock = clock;
  }

  get keeps(): boolean {
    return this.#limits.keepDays > 0;
  }

  /** What is kept beyond the room there is, or, looked at once a second, beyond its time; `null`: nothing now. */
  due(content: Content): Eviction | null {
    const now = this.#clock.monotonicMs();
    const look = now - this.#lastLookMs >= LOOK_EVERY_MS;
    if (look) this.#lookAtDisk();
    const { usedBytes, limitBytes } = this.room(content);
    if (usedBytes > limitBytes) return { beforeS: ALWAYS, bytes: usedBytes - limitBytes, most: AT_ONCE };
    if (!look) return null;
    return {
      bytes: ALWAYS,
      most: AT_ONCE,
      beforeS: Math.floor(this.#clock.utcMs() / 1000) - this.#limits.keepDays * DAY_S,
    };
  }

  room({ fileBytes, usedBytes, waitingBytes }: Content): JournalRoom {
    if (this.#lastLookMs === Number.NEGATIVE_INFINITY) this.#lookAtDisk();
    const { maxBytes, minFreeBytes } = this.#limits;
    const free = this.#diskFreeBytes;
    const spare = free === null ? Number.POSITIVE_INFINITY : free - minFreeBytes;
    // On a short disk what is in the file already is used again, without growing: some of it is no batches.
    const mostOfFile = Math.max(fileBytes * 0.9, Math.min(WORKING_BYTES, minFreeBytes / 4));
    const limitBytes = Math.min(maxBytes, spare < 0 ? mostOfFile : fileBytes + spare);
    return { waitingBytes, usedBytes, limitBytes, diskFreeBytes: free, diskShort: spare < 0 };
  }

  #lookAtDisk(): void {
    const { folder, diskFree = freeIn } = this.#options;
    this.#lastLookMs = this.#clock.monotonicMs();
    this.#diskFreeBytes = diskFree(folder);
  }
}
