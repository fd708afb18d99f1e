/**
 * Auditory alarm signals as data: when the pulses of a burst begin and what they are made of.
 *
 *   high    ▌▌▌  ▌▌   ▌▌▌  ▌▌   every 6.5 s    medium  ▌ ▌ ▌  every 4.5 s    low  ▌ ▌  every 20 s
 *
 * IEC 60601-1-8:2006+A1+A2, tables 3 and 4: 10, 3 and 1 or 2 pulses; spacing x = 50 to 125 ms (high), y = 125 to 250 ms;
 * between 3rd and 4th, 8th and 9th pulse 2x + td; between 5th and 6th 0.35 to 1.3 s; pulse 75 to 200 ms (high), 125 to
 * 250 ms; rise 10 to 20 % of it; fundamental 150 to 1000 Hz; at least 4 harmonics within 300 to 4000 Hz and 15 dB.
 * between bursts 2.5 to 15 s (high), 2.5 to 30 s (medium), over 15 s (low). Taken from abstracts and makers' notes that
 * quote the standard; a site that claims conformity checks them against its own copy, and measures its own loudspeaker.
 */
import type { AlarmPriority } from '../../../alarms/catalogue.ts';

export interface Pulse {
  /** From the beginning of the burst, s. */
  readonly atS: number;
  readonly durationS: number;
}

export interface Burst {
  readonly pulses: readonly Pulse[];
  /** From the beginning of a burst to that of the next, s. */
  readonly everyS: number;
  readonly hz: number;
  /** Amplitudes of the fundamental and its multiples, relative to the fundamental. */
  readonly harmonics: readonly number[];
  /** Of a pulse's duration. */
  readonly rise: number;
  readonly fall: number;
}

/** Each 15 dB below the fundamental at the most (0.18), so that a small speaker that lacks one still has three. */
const HARMONICS = [1, 0.8, 0.6, 0.45, 0.35] as const;
const SHAPE = { harmonics: HARMONICS, rise: 0.15, fall: 0.2 } as const;

/** Pulses of one length with these gaps between them, s. */
function pulsesOf(durationS: number, gaps: readonly number[]): Pulse[] {
  let atS = 0;
  return [0, ...gaps].map((gap, index) => {
    atS += index === 0 ? 0 : durationS + gap;
    return { atS, durationS };
  });
}

const HIGH_TD = 0.125;
const HIGH_X = 0.125;
const FIVE = [HIGH_X, HIGH_X, 2 * HIGH_X + HIGH_TD, HIGH_X];

export const BURSTS: Readonly<Record<AlarmPriority, Burst>> = {
  high: { ...SHAPE, pulses: pulsesOf(HIGH_TD, [...FIVE, 0.5, ...FIVE]), everyS: 6.5, hz: 660 },
  medium: { ...SHAPE, pulses: pulsesOf(0.16, [0.2, 0.2]), everyS: 4.5, hz: 550 },
  low: { ...SHAPE, pulses: pulsesOf(0.16, [0.2]), everyS: 20, hz: 440 },
};

export function lengthS({ pulses }: Burst): number {
  const last = pulses.at(-1);
  return last ? last.atS + last.durationS : 0;
}

/**
 * Points of the loudness (0 to 1) over a burst that begins at `fromS`, to be joined by straight lines: a pulse rises,
 * stays, falls.
 */
export function envelope(
  { pulses, rise, fall }: Burst,
  fromS: number,
): { readonly atS: number; readonly level: 0 | 1 }[] {
  return pulses.flatMap(({ atS, durationS }) => {
    const at = fromS + atS;
    return [
      { atS: at, level: 0 },
      { atS: at + rise * durationS, level: 1 },
      { atS: at + (1 - fall) * durationS, level: 1 },
      { atS: at + durationS, level: 0 },
    ] as const;
  });
}

/** When the next burst is due, and of which priority; decided on every tick of the page. */
export class BurstTimer {
  #priority: AlarmPriority | null = null;
  #nextMs = 0;

  /** The burst to begin now, `stop` when what sounds has to end now, or `null`. */
  next(priority: AlarmPriority | null, nowMs: number): AlarmPriority | 'stop' | null {
    const changed = priority !== this.#priority;
    this.#priority = priority;
    if (priority === null) return changed ? 'stop' : null;
    if (!changed && nowMs < this.#nextMs) return null;
    this.#nextMs = nowMs + BURSTS[priority].everyS * 1000;
    return priority;
  }
}
