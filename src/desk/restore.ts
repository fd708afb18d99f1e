/** A refill that was open when the daemon ended. */
import type { AlarmLogEntry } from '../alarms/log.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../logger.ts';
import type { RefillSummary } from '../records/model.ts';
import type { Records } from '../records/port.ts';
import type { OpenRefillRow } from '../records/reader.ts';
import { Entry } from './entry.ts';
import { OpenRefill } from './open-refill.ts';

export interface RestoreDeps {
  readonly clock: Clock;
  readonly records: Records;
  readonly logger: Logger;
  readonly alarmLog: (source: string, fromMs: number) => Promise<readonly AlarmLogEntry[]>;
  readonly onLost: (station: string, error: unknown) => void;
}

/** `null` when its inputs make no refill for this version: it is closed as stopped then, its inputs stay on record. */
export async function restoreEntry(row: OpenRefillRow, deps: RestoreDeps): Promise<Entry | null> {
  const { clock, records, logger, alarmLog, onLost } = deps;
  const summary = JSON.parse(row.summary) as RefillSummary;
  const { firmware, hardware, station, beganMs } = summary;
  try {
    const open = OpenRefill.restore(row.inputs, { clock, records, onLost: (error) => onLost(station, error) });
    const now = clock.monotonicMs();
    const openForMs = Math.max(0, clock.utcMs() - beganMs);
    const entry = new Entry(open, { firmware, hardware }, now, now - openForMs);
    entry.alarms.push(...(await alarmLog(station, beganMs)));
    return entry;
  } catch (error) {
    logger.error({ error, refill: row.refill }, 'an open refill cannot be gone on with; it is closed as stopped');
    const stoppedReason = 'this version cannot go on with it after a restart';
    const stopped: RefillSummary = { ...summary, outcome: 'stopped', endedMs: clock.utcMs(), stoppedReason };
    await records.write({ do: 'refill-ended', summary: stopped, record: null });
    return null;
  }
}
