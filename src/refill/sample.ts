/** One reading with its place in time: how long after the one before it was taken, by the station's own clock. */
import { CHANNEL_INDEX, FLAG } from '../../protocols/reading.ts';
import type { Memory } from './memory.ts';
import type { RefillInput } from './model.ts';

export interface Sample {
  readonly atMs: number;
  /** Since the reading before. */
  readonly seconds: number;
  /** Readings are missing in between. */
  readonly gap: boolean;
  readonly flow: number | null;
  readonly kpa: number | null;
  readonly cel: number | null;
  readonly massG: number | null;
  readonly ambientKpa: number | null;
  readonly flags: number;
}

type ReadingInput = Extract<RefillInput, { kind: 'reading' }>;

const HALF_UINT32 = 0x8000_0000;
/** So many nominal periods without a reading are a gap, but never less than this. */
const GAP_PERIODS = 3.5;
const SHORTEST_GAP_S = 0.5;
const SLOWEST_PERIOD_S = 1.2;
/** The scale's end, g. */
const SCALE_END_G = 290;

/**
 * `null` for a reading that is not newer than the last one of the same boot. After a reboot the station's clock says nothing
 * about the time in between; then the host's does.
 */
export function sampleOf(m: Memory, input: ReadingInput): Sample | null {
  const { clock } = m;
  const { bootId, deviceTickMs, values, flags } = input.reading;
  const first = clock.bootId === null;
  let seconds = 0;
  if (!first) {
    const host = Math.max(0, m.atMs - clock.atMs) / 1000;
    if (clock.bootId === bootId) {
      const ticks = (deviceTickMs - clock.tick) >>> 0;
      if (ticks === 0 || ticks >= HALF_UINT32) return null;
      seconds = (flags & FLAG.tickJump) !== 0 ? host : ticks / 1000;
    } else seconds = host;
  }
  const rebooted = !first && clock.bootId !== bootId;
  const gap = rebooted || seconds > Math.max(SHORTEST_GAP_S, GAP_PERIODS * clock.periodS);
  if (!first && !gap && seconds <= SLOWEST_PERIOD_S) clock.periodS += 0.1 * (seconds - clock.periodS);
  else if (seconds > SLOWEST_PERIOD_S / 2 && seconds <= SLOWEST_PERIOD_S) clock.periodS = seconds;
  clock.bootId = bootId;
  clock.tick = deviceTickMs;
  clock.atMs = m.atMs;
  return {
    atMs: m.atMs,
    seconds,
    gap,
    flow: values[CHANNEL_INDEX.lineFlow] ?? null,
    kpa: values[CHANNEL_INDEX.linePressure] ?? null,
    cel: values[CHANNEL_INDEX.fluidTemperature] ?? null,
    massG: massOf(values[CHANNEL_INDEX.collectorMass] ?? null, flags),
    ambientKpa: values[CHANNEL_INDEX.ambientPressure] ?? null,
    flags,
  };
}

/** A scale at its end says nothing of what lies on it. */
function massOf(g: number | null, flags: number): number | null {
  return g !== null && (flags & FLAG.overload) !== 0 && Math.abs(g) > SCALE_END_G ? null : g;
}
