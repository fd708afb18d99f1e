const SAMPLE_EVERY_MS = 5000;
/** A minute. */
const SAMPLES = 13;

/** How fast what waits has grown lately. */
export class BacklogGrowth {
  #samples: { readonly atMs: number; readonly bytes: number }[] = [];

  sample(bytes: number, nowMs: number): void {
    const last = this.#samples.at(-1);
    if (last !== undefined && nowMs - last.atMs < SAMPLE_EVERY_MS) return;
    this.#samples.push({ atMs: nowMs, bytes });
    if (this.#samples.length > SAMPLES) this.#samples.shift();
  }

  /** Bytes a second, at least 0. */
  get rate(): number {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    const before = this.#samples.at(-2);
    // What has begun to shrink does not fill, whatever the last minute was like.
    if (!first || !before || !last || last.bytes <= before.bytes) return 0;
    return Math.max(0, ((last.bytes - first.bytes) / (last.atMs - first.atMs)) * 1000);
  }
}
