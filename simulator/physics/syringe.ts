/** What hands do with the syringe, and what they can do at most. */

export type Hand =
  | { readonly does: 'rest' }
  /** Pushes that much into the line at this flow, or as fast as the force allows. */
  | { readonly does: 'push'; readonly ml: number; readonly mlPerMin: number }
  /** Lets fluid come back by itself, not faster than `mlPerMin` (the plunger is held), at most `ml`. */
  | { readonly does: 'return'; readonly ml: number; readonly mlPerMin: number }
  /** Draws with at most `suctionKpa`. */
  | { readonly does: 'aspirate'; readonly ml: number; readonly mlPerMin: number; readonly suctionKpa: number };

/** Bore of the 10 mL syringe that is used at catheters and pumps, mm. */
const BORE_MM = 15.5;
const PLUNGER_MM2 = (Math.PI / 4) * BORE_MM ** 2;
/** Friction of the plunger, N: unverified. */
const FRICTION_N = 2;
/** Nobody pushes faster. */
export const FASTEST_ML_PER_MIN = 60;

/** Pressure behind the plunger at a force of the thumb, kPa. */
export function plungerKpa(forceN: number): number {
  return (Math.max(0, forceN - FRICTION_N) / PLUNGER_MM2) * 1000;
}

/** Force of the thumb that a pressure takes, N. */
export function plungerN(kpa: number): number {
  return (kpa * PLUNGER_MM2) / 1000 + FRICTION_N;
}
