/** Which alarms belong to one bedside: those of its station and of the bridge, not those of the room next door. */
import type { AlarmBoard, AlarmEntry, AudioPause } from '../../../alarms/board.ts';
import type { AlarmPriority } from '../../../alarms/catalogue.ts';

const URGENCY: readonly AlarmPriority[] = ['high', 'medium', 'low'];

function concerns(source: string, station: string | null, stations: ReadonlyMap<string, unknown>): boolean {
  return station === null || source === station || !stations.has(source);
}

/** In the board's order, the most urgent first. `station`: `null` for all. `stations`: those that are known, by name. */
export function alarmsOf(
  entries: readonly AlarmEntry[],
  station: string | null,
  stations: ReadonlyMap<string, unknown>,
): AlarmEntry[] {
  return entries.filter((entry) => concerns(entry.source, station, stations));
}

export function prioritySounding(
  entries: readonly AlarmEntry[],
  station: string,
  stations: ReadonlyMap<string, unknown>,
): AlarmPriority | null {
  const on = alarmsOf(entries, station, stations).filter((entry) => entry.signal === 'on');
  return URGENCY.find((priority) => on.some((entry) => entry.priority === priority)) ?? null;
}

/** The pause that keeps this bedside silent for longest, and how much of it is left, ms. */
export function pauseOf(
  board: AlarmBoard,
  station: string | null,
  sinceMs: number,
): { pause: AudioPause; leftMs: number } | null {
  let longest: { pause: AudioPause; leftMs: number } | null = null;
  for (const pause of board.pauses) {
    const leftMs = pause.remainingMs - sinceMs;
    const here = pause.source === null || pause.source === station;
    if (here && leftMs > 0 && leftMs > (longest?.leftMs ?? 0)) longest = { pause, leftMs };
  }
  return longest;
}
