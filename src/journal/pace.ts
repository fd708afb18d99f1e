/**
 * How long to wait between two commits: at once when quiet, and the longer the more arrives, because every commit and
 * every message costs the same whether it carries one reading or a hundred.
 */
const SHORTEST_MS = 10;
const LOADED_MS = 90;
const LONGEST_MS = 100;
/** From half a row a ms (500/s) on, the pause is the longest that load alone asks for. */
const LOADED_ROWS_PER_MS = 0.5;
/** A pause is this many times as long as a commit: a slow disk is left time for others. */
const PAUSE_PER_COMMIT = 10;

export class CommitPace {
  #pauseMs = SHORTEST_MS;
  #endMs = Number.NEGATIVE_INFINITY;

  /** Until the next commit should begin. */
  pauseLeftMs(nowMs: number): number {
    return Math.max(0, this.#pauseMs - (nowMs - this.#endMs));
  }

  /** `rows` have been committed from `startMs` to `endMs`. */
  committed(rows: number, startMs: number, endMs: number): void {
    const load = Math.min(1, rows / (startMs - this.#endMs) / LOADED_ROWS_PER_MS);
    const wish = Math.max(SHORTEST_MS + load * (LOADED_MS - SHORTEST_MS), PAUSE_PER_COMMIT * (endMs - startMs));
    // Smoothed, so that one slow flush does not hold up the next second.
    this.#pauseMs += (Math.min(LONGEST_MS, wish) - this.#pauseMs) / 4;
    this.#endMs = endMs;
  }
}
