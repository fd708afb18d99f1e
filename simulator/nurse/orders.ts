/** What a nurse can be told while she works: by whoever steers the simulator, as the bedside screen would ask of her. */
export const NURSE_ORDERS = [
  'pause',
  'continue',
  'hold',
  'abort',
  'harder',
  'gentler',
  'faster',
  'slower',
  'reposition',
] as const;
/**
 * - `pause`       hands off where she is; `continue` goes on
 *               (in the minute after measuring, at once)
 * - `hold`        after measuring she waits for `continue` instead of going on by herself
 * - `abort`       clamp shut, needle out, the refill is stopped
 * - `harder`, `gentler`   thumb force times 1.5, or over 1.5
 * - `faster`, `slower`    pushing speed times 1.5, or over 1.5
 * - `reposition`  the needle goes where it belongs: into the reservoir
 */
export type NurseOrder = (typeof NURSE_ORDERS)[number];
