import { FAULT_KINDS, type FaultKind } from '../../protocols/framing.ts';
import type { StationCounters } from './model.ts';

export function newCounters(): StationCounters {
  return {
    bytes: 0,
    lines: 0,
    readings: 0,
    events: 0,
    linesLost: 0,
    duplicates: 0,
    outOfOrder: 0,
    beforeIdentified: 0,
    unknownMessages: 0,
    extraFields: 0,
    foreign: 0,
    outOfRange: 0,
    beyondLimit: 0,
    tickJumps: 0,
    reboots: 0,
    opens: 0,
    openFailures: 0,
    disconnects: 0,
    quiets: 0,
    commandTimeouts: 0,
    faults: Object.fromEntries(FAULT_KINDS.map((kind) => [kind, 0])) as Record<FaultKind, number>,
  };
}

/** What was counted until now, for somebody who keeps it. */
export function copyCounters(counters: StationCounters): StationCounters {
  return { ...counters, faults: { ...counters.faults } };
}

/** Lines that arrived and could not be used. Half lines at an open or a close are nobody's damage. */
export function damagedLines({ faults }: StationCounters): number {
  return faults.noise + faults['too-long'] + faults['bad-checksum'] + faults['bad-header'] + faults['bad-field'];
}
