/** The site's own limits per channel. A value beyond is kept and flagged, never blanked. */
import { CHANNELS } from '../../protocols/reading.ts';
import type { Config } from '../config.ts';

export type Limits = Config['limits'];

/** `null` when the site has set none, so that the hot path skips them. A limit itself is not beyond. */
export function compileLimits(limits: Limits): ((values: readonly (number | null)[]) => boolean) | null {
  const low = CHANNELS.map((c) => limits[c.name]?.low ?? Number.NEGATIVE_INFINITY);
  const high = CHANNELS.map((c) => limits[c.name]?.high ?? Number.POSITIVE_INFINITY);
  if (![...low, ...high].some(Number.isFinite)) return null;
  return (values) => {
    for (let i = 0; i < low.length; i++) {
      const value = values[i];
      if (value == null) continue;
      if (value < (low[i] as number) || value > (high[i] as number)) return true;
    }
    return false;
  };
}
