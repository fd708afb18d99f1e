/** Numbers as people read them. */

const MINUS = '\u2212';

/** `null` and anything not finite give `null`: the caller then shows that there is no value. */
export function fixed(value: number | null | undefined, decimals: number, mark = '.'): string | null {
  if (value === null || value === undefined || !Number.isFinite(value)) return null;
  const text = value.toFixed(decimals).replace(/^-(?=0(\.0*)?$)/, '');
  return text.replace('-', MINUS).replace('.', mark);
}

/** Half of an interval as it is shown: never nothing, what is smaller than the last digit counts as that digit. */
export function shownUncertainty(u95: number, decimals: number): number {
  return Math.max(u95, 10 ** -decimals);
}

/** Splits after the first decimal: what is read from afar, and what is there for completeness. */
export function glanceAndRest(text: string): readonly [string, string] {
  const point = text.search(/[.,]/);
  return point < 0 ? [text, ''] : [text.slice(0, point + 2), text.slice(point + 2)];
}

export type Direction = 'in' | 'out' | 'none';
/** Below this a flow sensor's own noise decides the sign, mL/min. */
const STILL = 0.05;

/** Line flow, mL/min, is (+) into the pump. */
export function direction(flow: number): Direction {
  if (Math.abs(flow) < STILL) return 'none';
  return flow > 0 ? 'in' : 'out';
}

/** Top of the reservoir's scale in mL: the smallest that holds the level. It is a scale, not the pump's capacity. */
const SCALES = [40, 60, 80] as const;
export function scaleFor(highestMl: number): number {
  return SCALES.find((top) => highestMl <= top) ?? 80;
}

export interface AgeUnits {
  readonly seconds: string;
  readonly minutes: string;
  readonly hours: string;
  readonly days: string;
  /** Between whole seconds and tenths. */
  readonly mark: string;
}

/** `0.2 s`, `48 s`, `12 min`, `3 h`, `5 d`. */
export function duration(ms: number, units: AgeUnits): string {
  const seconds = ms / 1000;
  if (seconds < 60) return `${seconds.toFixed(1).replace('.', units.mark)}\u00a0${units.seconds}`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}\u00a0${units.minutes}`;
  if (seconds < 86_400 * 2) return `${Math.floor(seconds / 3600)}\u00a0${units.hours}`;
  return `${Math.floor(seconds / 86_400)}\u00a0${units.days}`;
}
