/** Which positions were committed how long ago, on the monotonic clock: UTC may step, and rows need no time column. */
const STEP_MS = 250;
const MOST = 4096;

export class CommitAges {
  #marks: { atMs: number; position: number }[];

  /** Everything up to `position` is from an earlier run: older than anything. */
  constructor(position: number) {
    this.#marks = [{ atMs: Number.NEGATIVE_INFINITY, position }];
  }

  committed(position: number, nowMs: number): void {
    const marks = this.#marks;
    const before = marks[marks.length - 2];
    const last = marks[marks.length - 1];
    // Within one step the newest mark moves on: that makes a batch look at most one step younger than it is.
    if (before && last && nowMs - before.atMs < STEP_MS) {
      last.atMs = nowMs;
      last.position = position;
      return;
    }
    marks.push({ atMs: nowMs, position });
    if (marks.length > MOST) marks.splice(1, marks.length - MOST);
  }

  /** The last position committed at least `ageMs` before `nowMs`. */
  olderThan(ageMs: number, nowMs: number): number {
    for (let i = this.#marks.length - 1; i > 0; i--) {
      const mark = this.#marks[i];
      if (mark && nowMs - mark.atMs >= ageMs) return mark.position;
    }
    return this.#marks[0]?.position ?? 0;
  }
}
