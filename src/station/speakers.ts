/** Two stations on one wire: each line is good, but nobody can tell which of them hears a command. */

/** A boot id that comes back so often within the window was never a restart: a restart does not go back. */
const RETURNS = 3;
const WINDOW_MS = 5000;
const REMEMBERED = 4;

export class Speakers {
  #current = '';
  /** Boot ids heard before the current one, the latest last. */
  #before: string[] = [];
  #returns = 0;
  #windowMs = Number.NEGATIVE_INFINITY;
  #conflictMs = Number.NEGATIVE_INFINITY;

  /** Who has spoken, in the order of the lines. */
  heard(bootId: string, nowMs: number): void {
    if (bootId === this.#current) return;
    if (this.#before.includes(bootId)) this.#returned(nowMs);
    this.#before = [...this.#before.filter((id) => id !== bootId), this.#current].slice(-REMEMBERED);
    this.#current = bootId;
  }

  /** True while several speak, and for a while after. */
  several(nowMs: number): boolean {
    return nowMs - this.#conflictMs < WINDOW_MS;
  }

  #returned(nowMs: number): void {
    if (nowMs - this.#windowMs > WINDOW_MS) {
      this.#windowMs = nowMs;
      this.#returns = 0;
    }
    if (++this.#returns >= RETURNS) this.#conflictMs = nowMs;
  }
}
