/** How well a station is heard: rate and link quality out of its counters, sampled once a second. */
import { damagedLines } from './counters.ts';
import type { StationCounters } from './model.ts';

interface Sample {
  readonly atMs: number;
  readonly lines: number;
  readonly missed: number;
  readonly readings: number;
}

const WINDOW_MS = 60_000;

export interface Heard {
  /** Readings a second since the last sample. */
  readonly rateHz: number;
  /** Share of the last minute's lines that arrived whole, 0..1; `null` when nothing was expected. */
  readonly linkQuality: number | null;
}

export class HealthMeter {
  readonly #samples: Sample[] = [];

  /** What happened before (an unplugged cable, another run of the station) does not count against the link now. */
  restart(counters: StationCounters, nowMs: number): void {
    this.#samples.length = 0;
    this.#samples.push(take(counters, nowMs));
  }

  sample(counters: StationCounters, nowMs: number): Heard {
    const now = take(counters, nowMs);
    const before = this.#samples.at(-1) ?? now;
    this.#samples.push(now);
    while (this.#samples.length > 2 && (this.#samples[1] as Sample).atMs <= nowMs - WINDOW_MS) this.#samples.shift();
    const first = this.#samples[0] as Sample;
    const whole = now.lines - first.lines;
    const missed = now.missed - first.missed;
    const seconds = (now.atMs - before.atMs) / 1000;
    return {
      rateHz: seconds > 0 ? (now.readings - before.readings) / seconds : 0,
      linkQuality: whole + missed > 0 ? whole / (whole + missed) : null,
    };
  }
}

/** A damaged line usually also leaves a gap in the sequence numbers: the larger of the two counts it once. */
function take(counters: StationCounters, atMs: number): Sample {
  const { lines, readings, linesLost } = counters;
  return { atMs, lines, readings, missed: Math.max(linesLost, damagedLines(counters)) };
}
