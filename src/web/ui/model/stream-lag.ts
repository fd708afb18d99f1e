/**
 * How late the stream delivers, from the server's own clock in every beat: a slow network or a frozen tab hands over
 * old events in one go, and without this their numbers would look new for one expiry.
 *
 * The least delay of the last minute is taken as "no delay", so clocks that drift apart do not add up.
 */
const WINDOW_MS = 60_000;

export class StreamLag {
  #seen: { readonly atMs: number; readonly offsetMs: number }[] = [];

  /** Returns the delay in ms against the best of the last minute. */
  note(arrivedMs: number, serverUtcMs: number): number {
    const offsetMs = arrivedMs - serverUtcMs;
    this.#seen = this.#seen.filter((s) => arrivedMs - s.atMs < WINDOW_MS);
    this.#seen.push({ atMs: arrivedMs, offsetMs });
    return offsetMs - this.#least();
  }

  /** The server's UTC now, as well as the page can know it. `null` before the first beat. */
  serverUtcMs(nowMs: number): number | null {
    return this.#seen.length === 0 ? null : nowMs - this.#least();
  }

  reset(): void {
    this.#seen = [];
  }

  #least(): number {
    let least = Number.POSITIVE_INFINITY;
    for (const s of this.#seen) least = Math.min(least, s.offsetMs);
    return least;
  }
}
