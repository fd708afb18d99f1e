/** Acknowledged batches that are still in the file: the oldest give way when there is no room or their time is over. */
import type Database from 'libsql';
import { bytesInFile } from './limits.ts';

export interface Eviction {
  /** Only what was written before, UTC seconds. */
  readonly beforeS: number;
  /** Until so much has gone ... */
  readonly bytes: number;
  /** ... or so many batches have. */
  readonly most: number;
}

export class KeptBatches {
  readonly #oldest;
  readonly #remove;
  /** Nothing is kept at or before this position. */
  #noneUpTo = 0;

  constructor(db: InstanceType<typeof Database>) {
    this.#oldest = db
      .prepare(
        `SELECT position, CAST(at AS INTEGER), octet_length(payload) FROM batch WHERE position > ?
         AND position NOT IN (SELECT position FROM waiting) ORDER BY position LIMIT ?`,
      )
      .raw(true);
    this.#remove = db.prepare('DELETE FROM batch WHERE position = ?');
  }

  /** The batch at `position` is acknowledged now. */
  acknowledged(position: number): void {
    if (position <= this.#noneUpTo) this.#noneUpTo = position - 1;
  }

  /** The oldest go first. Returns how many went. */
  evict({ beforeS, bytes, most }: Eviction): number {
    const oldest = this.#oldest.all([this.#noneUpTo, most]) as [number, number | null, number][];
    let gone = 0;
    let goneBytes = 0;
    for (const [position, at, length] of oldest) {
      this.#noneUpTo = position - 1;
      if ((at ?? 0) >= beforeS || goneBytes >= bytes) return gone;
      gone += this.#remove.run([position]).changes;
      goneBytes += bytesInFile(length);
      this.#noneUpTo = position;
    }
    if (oldest.length < most) this.#noneUpTo = Number.MAX_SAFE_INTEGER;
    return gone;
  }

  /** A transaction did not stand: what was evicted in it is there again. */
  rolledBack(): void {
    this.#noneUpTo = 0;
  }
}
