/** The station's own clock: as good as its crystal, and sometimes set forward by a firmware that lost count. */
export class TickClock {
  private sinceMs = 0;
  private tickMs = 0;
  private rate = 1;

  /** Tick at `runMs` after boot. Never goes back. */
  at(runMs: number): number {
    return this.tickMs + (runMs - this.sinceMs) * this.rate;
  }

  change(runMs: number, { ppm, jumpMs }: { ppm?: number | undefined; jumpMs?: number | undefined }): void {
    this.tickMs = this.at(runMs) + (jumpMs ?? 0);
    this.sinceMs = runMs;
    if (ppm !== undefined) this.rate = 1 + ppm / 1e6;
  }

  /** A crystal stays what it is; the count begins again. */
  restart(): void {
    this.sinceMs = 0;
    this.tickMs = 0;
  }
}
