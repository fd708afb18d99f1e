/** One body of air in the line: where it is, and when it passes the bubble detector. mL at ambient pressure. */
export class AirSlug {
  ml = 0;
  /** Fluid that must still pass before the detector sees it; negative while it passes. */
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
    this.distanceMl -= movedMl;
    if (this.distanceMl > 0) return 0;
    if (-this.distanceMl >= this.ml) {
      const gone = this.ml;
      this.ml = 0;
      return gone;
    }
    this.passing = movedMl !== 0;
    return 0;
  }
}
