/** What is due at which time, in order; at the same time, in the order in which it was said. */
export class Schedule {
  #due: { readonly atMs: number; readonly act: (atMs: number) => void }[] = [];

  /** `Infinity` when nothing is due. */
  get nextMs(): number {
    return this.#due[0]?.atMs ?? Number.POSITIVE_INFINITY;
  }

  at(atMs: number, act: (atMs: number) => void): void {
    const place = this.#due.findIndex((due) => due.atMs > atMs);
    this.#due.splice(place < 0 ? this.#due.length : place, 0, { atMs, act });
  }

  /** The first one that is due up to `untilMs`, taken out; `null` when there is none. */
  take(untilMs: number): (() => void) | null {
    const [next] = this.#due;
    if (next === undefined || next.atMs > untilMs) return null;
    this.#due.shift();
    return () => next.act(next.atMs);
  }

  clear(): void {
    this.#due = [];
  }
}
