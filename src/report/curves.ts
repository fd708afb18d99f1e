/** A refill's curves, on one regular grid of time: by playing its inputs to the engine again. */
import { CHANNEL_INDEX } from '../../protocols/reading.ts';
import type { RefillInput } from '../refill/model.ts';
import { Refill } from '../refill/refill.ts';

export interface RefillCurves {
  readonly fromMs: number;
  readonly stepMs: number;
  /** What was known at `fromMs + i * stepMs`; `null` = nothing fresh. */
  readonly levelMl: readonly (number | null)[];
  readonly levelU95Ml: readonly (number | null)[];
  readonly lineFlowMlPerMin: readonly (number | null)[];
  readonly linePressureKpa: readonly (number | null)[];
  readonly fluidTemperatureCel: readonly (number | null)[];
}

const MOST_POINTS = 900;
const FINEST_MS = 500;
/** A value is not drawn on over a time without readings. */
const FRESH_MS = 2000;
/** Curves begin and end a little before and after what the station said. */
const LONGEST_MS = 24 * 3_600_000;

const rounded = (value: number | null, digits: number) =>
  value === null ? null : Math.round(value * 10 ** digits) / 10 ** digits;

/** `inputs` as they were recorded, the first of them `begin`. Throws RangeError for anything else. */
export function curvesOf(inputs: readonly RefillInput[]): RefillCurves {
  const [begin] = inputs;
  if (begin?.kind !== 'begin') throw new RangeError('the inputs of a refill begin with its begin');
  const fromMs = begin.atMs;
  const lastMs = Math.min(inputs.at(-1)?.atMs ?? fromMs, fromMs + LONGEST_MS);
  const stepMs = Math.max(FINEST_MS, Math.ceil((lastMs - fromMs) / MOST_POINTS / FINEST_MS) * FINEST_MS);
  const count = Math.floor((lastMs - fromMs) / stepMs) + 1;
  const column = () => new Array<number | null>(count).fill(null);
  const level = column();
  const levelU95 = column();
  const channels = { lineFlow: column(), linePressure: column(), fluidTemperature: column() };
  const names = Object.keys(channels) as (keyof typeof channels)[];

  const refill = Refill.begin(begin);
  let latest: { atMs: number; values: readonly (number | null)[] } | null = null;
  let point = 0;
  const drawUpTo = (atMs: number) => {
    for (; point < count && fromMs + point * stepMs < atMs; point++) {
      const { level: now } = refill.state;
      level[point] = rounded(now?.value ?? null, 2);
      levelU95[point] = rounded(now?.u95 ?? null, 2);
      const fresh = latest !== null && fromMs + point * stepMs - latest.atMs <= FRESH_MS;
      for (const name of names) {
        channels[name][point] = fresh ? rounded(latest?.values[CHANNEL_INDEX[name]] ?? null, 2) : null;
      }
    }
  };
  for (const input of inputs.slice(1)) {
    drawUpTo(input.atMs);
    refill.apply(input);
    if (input.kind === 'reading') latest = { atMs: input.atMs, values: input.reading.values };
  }
  drawUpTo(Number.POSITIVE_INFINITY);
  return {
    fromMs,
    stepMs,
    levelMl: level,
    levelU95Ml: levelU95,
    lineFlowMlPerMin: channels.lineFlow,
    linePressureKpa: channels.linePressure,
    fluidTemperatureCel: channels.fluidTemperature,
  };
}
