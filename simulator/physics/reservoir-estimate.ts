/**
 * The volume the station's firmware believes in. A pump has no telemetry: before the first drop the expected residual, then
 * what the scale says went out and in, and 0 as soon as the reservoir is seen to be empty.
 */

/** The firmware knows of no other fluid than saline, g/mL. */
export const INFUSATE_DENSITY = 1.005;
const EMPTY_SLOPE_G_PER_S = 0.02;
const EMPTY_FOR_S = 5;
const EMPTY_BELOW_KPA = 1.5;
/** Less than this drained proves nothing. */
const EMPTY_AFTER_ML = 0.5;

export class ReservoirEstimate {
  /** mL, or `null` while no pump is known. Never negative. */
  volumeMl: number | null = null;
  /** The estimate moves with the scale, and so with its noise. */
  live = false;
  private baseMl = 0;
  private baseMassG = 0;
  private highestMl = 0;
  private lastMassG = 0;
  private stillS = 0;

  /** A pump with this residual is expected; `null`: the patient left. */
  expect(residualMl: number | null): void {
    this.volumeMl = residualMl;
    this.live = false;
    this.anchor(residualMl ?? 0, 0);
  }

  /** The scale was tared: masses count from 0 again. */
  tared(): void {
    this.anchor(this.volumeMl ?? 0, 0);
  }

  needle(state: 'in' | 'out', massG: number): void {
    this.live = state === 'in' && this.volumeMl !== null;
    this.anchor(this.volumeMl ?? 0, massG);
  }

  step(massG: number, pressureKpa: number, seconds: number): void {
    const slope = Math.abs(massG - this.lastMassG) / seconds;
    this.lastMassG = massG;
    if (!this.live) return;
    const volume = Math.max(0, this.baseMl - (massG - this.baseMassG) / INFUSATE_DENSITY);
    this.volumeMl = volume;
    this.highestMl = Math.max(this.highestMl, volume);
    const still = slope < EMPTY_SLOPE_G_PER_S && Math.abs(pressureKpa) < EMPTY_BELOW_KPA;
    this.stillS = still && this.highestMl - volume > EMPTY_AFTER_ML ? this.stillS + seconds : 0;
    if (this.stillS >= EMPTY_FOR_S) {
      this.volumeMl = 0;
      this.anchor(0, massG);
    }
  }

  private anchor(volumeMl: number, massG: number): void {
    this.baseMl = volumeMl;
    this.baseMassG = massG;
    this.highestMl = volumeMl;
    this.lastMassG = massG;
    this.stillS = 0;
  }
}
