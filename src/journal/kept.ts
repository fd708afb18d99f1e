/** Acknowledged batches that are still in the file: the oldest give way when there is no room or their time is over. */
import type Database from 'libsql';

export interface Eviction {
  /** Only what was written before, UTC seconds. */
  readonly beforeS: number;
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
        `SELECT position, CAST(at AS INTEGER) FROM batch WHERE position > ?
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
  evict({ beforeS, most }: Eviction): number {
    const oldest = this.#oldest.all([this.#noneUpTo, most]) as [number, number | null][];
    let gone = 0;
    for (const [position, at] of oldest) {
      this.#noneUpTo = position - 1;
      if ((at ?? 0) >= beforeS) return gone;
      gone += this.#remove.run([position]).changes;
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
