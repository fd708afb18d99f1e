/** The records as the rest of the daemon sees them. */
import type { AlarmLogEntry } from '../alarms/log.ts';
import type { AlarmLogQuery, RefillPage, RefillQuery } from './model.ts';
import type { RecordsWrite } from './writes.ts';

/** The records cannot be used now, or as they are; the message says what to do. */
export class RecordsUnavailable extends Error {
  override readonly name = 'RecordsUnavailable';
}

export interface Records {
  /**
   * Resolves when it is on the disk. What cannot be written now waits in memory and is tried again; rejects with
   * `RecordsUnavailable` when too much waits already, or when it can never be written.
   */
  write(write: RecordsWrite): Promise<void>;
  alarmLog(query: AlarmLogQuery): Promise<AlarmLogEntry[]>;
  refills(query: RefillQuery): Promise<RefillPage>;
  /** `RefillRecord` as JSON; `null` for one that is unknown or still open. */
  record(refill: string): Promise<string | null>;
  /** As JSON, in their order. */
  inputs(refill: string): Promise<string[]>;
}
