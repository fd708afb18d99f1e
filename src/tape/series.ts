/** The channels of a capture over time: what the station itself measured, by its own clock. */
import { CHANNELS } from '../../protocols/reading.ts';
import type { CaptureRecord } from './format.ts';
import { walk } from './walk.ts';

export interface Series {
  readonly station: string;
  /** s since the first reading, ascending: the station's tick; from one boot to the next the host's clock. */
  readonly times: readonly number[];
  /** Per channel in the order of `CHANNELS`, one value per time; `null` = missing. */
  readonly values: readonly (readonly (number | null)[])[];
}

const TICKS = 2 ** 32;
/** A tick that goes further than this between two lines has jumped. */
const LONGEST_STEP_S = 60;

/** Everything measured on one link. Lines that arrive twice or out of order count once, as for the bridge. */
export function seriesOf(records: readonly CaptureRecord[], l: number): Series {
  const times: number[] = [];
  const values: (number | null)[][] = CHANNELS.map(() => []);
  let station = '?';
  let boot = '';
  let lastTick = 0;
  let lastMs = 0;
  let now = 0;
  walk(records, (happening) => {
    if (happening.l !== l) return;
    if (happening.kind === 'link' && happening.record.k === 'identified') station = happening.record.id.serial;
    if (happening.kind !== 'line' || happening.direction !== 'in' || happening.line.kind !== 'message') return;
    const { header, message } = happening.line;
    if (message.type === 'ID') station = message.serial;
    if (message.type !== 'TEL' || happening.order === 'duplicate' || happening.order === 'behind') return;
    const byHost = Math.max(0, (happening.m - lastMs) / 1000);
    const byTick = ((header.tick - lastTick + TICKS) % TICKS) / 1000;
    if (times.length > 0) now += header.bootId === boot && byTick <= LONGEST_STEP_S ? byTick : byHost;
    boot = header.bootId;
    lastTick = header.tick;
    lastMs = happening.m;
    times.push(now);
    for (const [i, list] of values.entries()) list.push(message.values[i] ?? null);
  });
  return { station, times, values };
}

/** On a grid of `stepS`: the last value before each point, `null` where there is none within `holdS`. */
export function onGrid({ times, values }: Series, stepS: number, holdS: number): (number | null)[][] {
  const length = times.length === 0 ? 0 : Math.floor((times.at(-1) as number) / stepS) + 1;
  return values.map((channel) => {
    const grid: (number | null)[] = [];
    let at = 0;
    for (let i = 0; i < length; i++) {
      const t = i * stepS + 1e-9;
      while (at + 1 < times.length && (times[at + 1] as number) <= t) at++;
      grid.push(t - (times[at] as number) <= holdS ? (channel[at] ?? null) : null);
    }
    return grid;
  });
}
