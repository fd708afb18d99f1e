/**
 * How far two runs of one scenario diverge, channel by channel: a simulator against a bench, or against itself with another
 * seed. Pure.
 *
 * Both are put on one grid of time and shifted against each other until they fit best (the two were not started in the same
 * instant); what remains after that is the difference.
 */
import { CHANNELS, type Channel, type Unit } from '../../protocols/reading.ts';
import { onGrid, type Series } from './series.ts';

export interface ChannelLimits {
  /** Root mean square of the difference, in the channel's unit. */
  readonly rms: number;
  /** Largest difference to whatever the other run shows within `SLACK_S`, in the channel's unit. */
  readonly max: number;
  /** By how much the channel alone is early or late, s. */
  readonly lag: number;
}

export interface ChannelFidelity {
  readonly channel: Channel;
  readonly unit: Unit;
  /** `null`: one of the two never measured it, or it never moved (lag). */
  readonly rms: number | null;
  readonly max: number | null;
  readonly lag: number | null;
  /** Share of the common time in which one run has a value and the other has none. */
  readonly missing: number;
  readonly limits: ChannelLimits;
  /** What is beyond its limit. */
  readonly beyond: readonly ('rms' | 'max' | 'lag' | 'missing')[];
}

export interface Fidelity {
  /** B was shifted by this against A, s; (+): B began later. */
  readonly shiftS: number;
  readonly commonS: number;
  readonly channels: readonly ChannelFidelity[];
  readonly good: boolean;
}

/**
 * What two runs of one refill by the textbook nurse may differ by. Ours, not a standard's: three to five times what 20 seeds of the
 * simulator differ by among themselves, but for the ambient pressure, which is the place's. A bench sets its own.
 */
export const FIDELITY_LIMITS: Readonly<Record<Channel, ChannelLimits>> = {
  reservoirVolume: { rms: 0.3, max: 1, lag: 1 },
  lineFlow: { rms: 1, max: 12, lag: 1 },
  linePressure: { rms: 1.5, max: 25, lag: 1 },
  fluidTemperature: { rms: 0.5, max: 2, lag: 3 },
  collectorMass: { rms: 0.3, max: 1, lag: 1 },
  ambientPressure: { rms: 5, max: 10, lag: 5 },
};

/** More time than this in which only one of them has a value is itself a difference. */
const MOST_MISSING = 0.05;
const STEP_S = 0.1;
const HOLD_S = 1;
const SLACK_S = 1;
/** Least share of the shorter run that must lie over the other. */
const LEAST_OVERLAP = 0.8;
/** How far a channel alone is looked for around the common shift, s. */
const LAG_SEARCH_S = 5;
/** What the shift is found by. */
const ANCHORS: readonly Channel[] = ['linePressure', 'lineFlow', 'collectorMass'];

type Grid = readonly (readonly (number | null)[])[];

/** Throws `RangeError` when a run is empty. `mostShiftS`: how much later one may have been started than the other. */
export function fidelity(
  a: Series,
  b: Series,
  limits: Readonly<Record<Channel, ChannelLimits>> = FIDELITY_LIMITS,
  mostShiftS = 120,
): Fidelity {
  const [gridA, gridB] = [onGrid(a, STEP_S, HOLD_S), onGrid(b, STEP_S, HOLD_S)];
  const [lengthA, lengthB] = [gridA[0]?.length ?? 0, gridB[0]?.length ?? 0];
  if (lengthA === 0 || lengthB === 0)
    throw new RangeError(`no reading in ${lengthA === 0 ? 'the first' : 'the second'}`);
  const most = Math.round(mostShiftS / STEP_S);
  const moving = CHANNELS.map(({ name }, i) => ({ i, name })).filter(
    ({ i, name }) => ANCHORS.includes(name) && [gridA, gridB].every((grid) => moves(grid[i] ?? [], limits[name].rms)),
  );
  const cost = (shift: number) =>
    moving.reduce((sum, { i, name }) => sum + (rmsOf(gridA, gridB, i, shift) ?? 0) / limits[name].rms, 0);
  const shift =
    moving.length === 0
      ? 0
      : bestShift(cost, most, Math.floor(LEAST_OVERLAP * Math.min(lengthA, lengthB)), lengthA, lengthB);
  const [from, to] = common(lengthA, lengthB, shift);
  const channels = CHANNELS.map(({ name, unit }, i): ChannelFidelity => {
    const found = difference(gridA, gridB, i, shift);
    const of = limits[name];
    const lag = lagOf(gridA, gridB, i, shift, of.rms);
    const beyond = [
      ...(found.rms !== null && found.rms > of.rms ? (['rms'] as const) : []),
      ...(found.max !== null && found.max > of.max ? (['max'] as const) : []),
      ...(lag !== null && Math.abs(lag) > of.lag ? (['lag'] as const) : []),
      ...(found.missing > MOST_MISSING ? (['missing'] as const) : []),
    ];
    return { channel: name, unit, ...found, lag, limits: of, beyond };
  });
  return {
    shiftS: shift * STEP_S,
    commonS: (to - from) * STEP_S,
    channels,
    good: channels.every(({ beyond }) => beyond.length === 0),
  };
}

/** Enough for a place in time to be recognised: where nothing moves, a shift would only hide what differs at the ends. */
function moves(values: readonly (number | null)[], rms: number): boolean {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (value !== null && value < least) least = value;
    if (value !== null && value > most) most = value;
  }
  return most - least > 6 * rms;
}

/** Indices of A for which B, shifted, has a point. */
function common(lengthA: number, lengthB: number, shift: number): [from: number, to: number] {
  return [Math.max(0, -shift), Math.min(lengthA, lengthB - shift)];
}

function rmsOf(a: Grid, b: Grid, channel: number, shift: number): number | null {
  const [xs, ys] = [a[channel] ?? [], b[channel] ?? []];
  const [from, to] = common(xs.length, ys.length, shift);
  let sum = 0;
  let count = 0;
  for (let i = from; i < to; i++) {
    const x = xs[i] ?? null;
    const y = ys[i + shift] ?? null;
    if (x === null || y === null) continue;
    sum += (x - y) ** 2;
    count++;
  }
  return count === 0 ? null : Math.sqrt(sum / count);
}

function difference(
  a: Grid,
  b: Grid,
  channel: number,
  shift: number,
): Pick<ChannelFidelity, 'rms' | 'max' | 'missing'> {
  const [xs, ys] = [a[channel] ?? [], b[channel] ?? []];
  const [from, to] = common(xs.length, ys.length, shift);
  let both = false;
  let missing = 0;
  let max = 0;
  for (let i = from; i < to; i++) {
    const x = xs[i] ?? null;
    const y = ys[i + shift] ?? null;
    if (x === null || y === null) {
      if (x !== y) missing++;
      continue;
    }
    both = true;
    // A step that comes a moment earlier is a lag, not a difference: nearest value within the slack.
    if (Math.abs(x - y) > max) max = Math.max(max, Math.min(nearest(x, ys, i + shift), nearest(y, xs, i)));
  }
  const all = Math.max(1, to - from);
  return { rms: rmsOf(a, b, channel, shift), max: both ? max : null, missing: missing / all };
}

function nearest(value: number, among: readonly (number | null)[], around: number): number {
  const slack = Math.round(SLACK_S / STEP_S);
  let least = Number.POSITIVE_INFINITY;
  for (let i = Math.max(0, around - slack); i <= Math.min(among.length - 1, around + slack); i++) {
    const other = among[i] ?? null;
    if (other !== null) least = Math.min(least, Math.abs(value - other));
  }
  return least;
}

/** Coarse, then fine. */
function bestShift(
  cost: (shift: number) => number,
  most: number,
  leastOverlap: number,
  lengthA: number,
  lengthB: number,
): number {
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  const look = (from: number, to: number, step: number) => {
    for (let shift = from; shift <= to; shift += step) {
      const [begin, end] = common(lengthA, lengthB, shift);
      if (end - begin < Math.max(1, leastOverlap)) continue;
      const here = cost(shift);
      if (here < least) [least, best] = [here, shift];
    }
  };
  look(-most, most, 10);
  look(best - 10, best + 10, 1);
  return best;
}

/**
 * By how much the channel alone would have to be shifted beyond the common shift; `null` when it moves too little for a shift to
 * make a difference that counts.
 */
function lagOf(a: Grid, b: Grid, channel: number, shift: number, counts: number): number | null {
  const search = Math.round(LAG_SEARCH_S / STEP_S);
  const costs: number[] = [];
  for (let lag = -search; lag <= search; lag++) costs.push(rmsOf(a, b, channel, shift + lag) ?? Number.NaN);
  const known = costs.filter((cost) => !Number.isNaN(cost));
  const [least, greatest] = [Math.min(...known), Math.max(...known)];
  if (known.length === 0 || greatest - least < counts) return null;
  return (costs.indexOf(least) - search) * STEP_S;
}
