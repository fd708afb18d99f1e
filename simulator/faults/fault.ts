/** Faults of the cable and the chips on it: they act on the bytes of finished lines, below the codec. */
import type { Random } from '../random.ts';

/** One finished line on its way out; faults change it in place. */
export interface WireLine {
  /** What will be written; ends in CR LF unless a fault changed that. */
  bytes: Uint8Array;
  /** Bytes of the line, or glued to it, are not as the station sent them. */
  damaged: boolean;
  /** The line's end was destroyed, so the next line runs into this one. */
  endless: boolean;
  /** Never reaches the wire (`bytes` may still hold garbage that does). */
  lost: boolean;
  /** Held back whole: it comes with a later line. */
  late: boolean;
  /** How often the line is written. */
  times: number;
  /** Bytes from here on leave one timer tick later, in a write of their own. */
  splitAt: number | null;
  /** The station reboots right after these bytes. */
  reboots: boolean;
}

export interface ByteFault {
  /** `nowMs` is the station's own running time, for faults that last. */
  act(line: WireLine, nowMs: number): void;
}

export interface FaultKind {
  readonly name: string;
  readonly summary: string;
  /** Chance per line that it strikes (or begins), when the command line gives none. */
  readonly usualRate: number;
  make(rate: number, random: Random): ByteFault;
}

export interface FaultSpec {
  readonly name: string;
  /** Chance per line, 0..1; the fault's usual one when absent. */
  readonly rate?: number | undefined;
}

const LF = 0x0a;

/** To be called by every fault that changed bytes. */
export function markDamage(line: WireLine): void {
  line.damaged = true;
  line.endless = line.bytes.at(-1) !== LF;
}

/**
 * A fault that, once begun, lasts between `shortestMs` and `longestMs`: `strike` acts on each line of that time.
 */
export function lasting(
  rate: number,
  random: Random,
  shortestMs: number,
  longestMs: number,
  strike: (line: WireLine) => void,
): ByteFault {
  let untilMs = Number.NEGATIVE_INFINITY;
  return {
    act(line, nowMs) {
      if (nowMs >= untilMs && random.next() < rate) untilMs = nowMs + random.between(shortestMs, longestMs);
      if (nowMs < untilMs) strike(line);
    },
  };
}
