/** One body of air in the line: how much is left of it, and when it passes the bubble detector. mL at ambient pressure. */
export class AirSlug {
  ml = 0;
  /** Fluid that must still pass before the detector sees it. */
  private distanceMl = 0;
  /** Is at the detector now, and moving. */
  passing = false;

  put(ml: number, distanceMl: number): void {
    this.ml = ml;
    this.distanceMl = distanceMl;
    this.passing = false;
  }

  /** `movedMl` (+) towards the needle. Returns how much air left the line at the needle's end. */
  step(movedMl: number): number {
    this.passing = false;
    if (this.ml === 0) return 0;
    const before = this.distanceMl;
    this.distanceMl = Math.max(0, before - movedMl);
    const out = Math.min(this.ml, movedMl - before);
    if (out <= 0) return 0;
    this.passing = true;
    this.ml = this.ml - out < 1e-9 ? 0 : this.ml - out;
    return out;
  }
}
