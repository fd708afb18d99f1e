export const KPA_PER_MMHG = 0.133322;
export const SEA_LEVEL_KPA = 101.325;
export const SECONDS_PER_DAY = 86_400;

/** Ambient pressure at `metres` above the sea, kPa (ICAO standard atmosphere, troposphere). */
export function ambientKpaAt(metres: number): number {
  return SEA_LEVEL_KPA * (1 - 2.25577e-5 * metres) ** 5.25588;
}
