/** The board out of the machine's state at a moment. */
import type { AlarmBoard, AlarmEntry, AlarmPresence } from './board.ts';
import type { AlarmPriority } from './catalogue.ts';
import type { AlarmMachine, Moment } from './machine.ts';

const PRIORITY_RANK: Readonly<Record<AlarmPriority, number>> = { high: 3, medium: 2, low: 1 };
const PRESENCE_RANK: Readonly<Record<AlarmPresence, number>> = { present: 3, latched: 2, ended: 1 };

function highestOf(entries: readonly AlarmEntry[]): AlarmPriority | null {
  let highest: AlarmPriority | null = null;
  for (const { priority } of entries) {
    if (highest === null || PRIORITY_RANK[priority] > PRIORITY_RANK[highest]) highest = priority;
  }
  return highest;
}

/** What wants somebody comes first, whatever its priority; then by urgency, then the latest. */
function byUrgency(a: AlarmEntry, b: AlarmEntry): number {
  return (
    Number(a.presence === 'ended') - Number(b.presence === 'ended') ||
    PRIORITY_RANK[b.priority] - PRIORITY_RANK[a.priority] ||
    PRESENCE_RANK[b.presence] - PRESENCE_RANK[a.presence] ||
    b.sinceUtcMs - a.sinceUtcMs ||
    (`${a.source} ${a.condition}` < `${b.source} ${b.condition}` ? -1 : 1)
  );
}

export function boardOf(machine: AlarmMachine, now: Moment): AlarmBoard {
  return boardFrom(machine.entries(), machine.pauses(now), machine.changedUtcMs);
}

/** `list` comes back in order. */
export function boardFrom(list: readonly AlarmEntry[], pauses: AlarmBoard['pauses'], atUtcMs: number): AlarmBoard {
  const entries = [...list].sort(byUrgency);
  return {
    atUtcMs,
    entries,
    pauses,
    highest: highestOf(entries.filter((entry) => entry.presence !== 'ended')),
    sounding: highestOf(entries.filter((entry) => entry.signal === 'on')),
  };
}
