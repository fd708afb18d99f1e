/** Where the needle is: beside the reservoir from the start, or not in it any more. */
import type { Memory } from '../memory.ts';
import { surelyElsewhere } from '../place.ts';
import { expectedReservoirKpa, leastReservoirKpa } from '../pressure.ts';
import type { Evidence } from './evidence.ts';

/** No propellant pressure, nothing comes back, and yet time passes or fluid goes in. */
export function needleNotInReservoir(m: Memory): Evidence {
  const { place, thresholds: t, moved, pressure } = m;
  if (m.accessMs === null || place.inReservoir) return null;
  const noSign = !place.unseen && (place.signlessS >= t.stepWithinS || place.doubtfulMl >= t.blindInflowMl);
  if (!noSign && !surelyElsewhere(m)) return null;
  return {
    leastKpa: leastReservoirKpa(m),
    seenKpa: pressure.kpa ?? Number.NaN,
    returnedMl: moved.outMl,
    injectedMl: moved.inMl,
    seconds: place.signlessS,
  };
}

export function needleDislodged(m: Memory): Evidence {
  const { place, pressure } = m;
  // Over once the clamp is closed and the needle looked after.
  const slippedOut = place.slippedOut && m.clamp !== 'closed';
  if (!(place.lost && m.accessMs !== null) && !slippedOut) return null;
  return {
    expectedKpa: expectedReservoirKpa(m),
    seenKpa: pressure.beyondKpa ?? pressure.kpa ?? Number.NaN,
    injectedMl: m.moved.inMl,
    slippedOut: slippedOut ? 1 : 0,
  };
}
