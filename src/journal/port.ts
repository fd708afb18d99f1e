/** What the journal takes in and gives out. The durable log itself is `journal.ts`. */
import type { Reading } from '../../protocols/reading.ts';
import type { BatchId, TelemetryBatch } from '../mqtt/topics.ts';
import type { StationEvent } from '../station/model.ts';
import type { JournalState } from './state.ts';

export interface JournalCounters {
  readings: number;
  events: number;
  commits: number;
  /** Batches in the journal that no recorder has acknowledged. */
  waiting: number;
  retired: number;
  /** Acknowledged batches that somebody has made to wait again (`hai-bridge resend`). */
  again: number;
  /** Readings that could not be made durable (no room, or no disk): they went out live only. */
  lost: number;
  /** Batches that could not be read back as they were written: kept aside, never published. */
  damaged: number;
  /** Damaged files that were put aside. */
  asides: number;
}

export interface JournaledBatch extends BatchId {
  readonly station: string;
  /** Its place in the journal; ascending, valid within this run of the daemon. */
  readonly position: number;
  /** The JSON of a `TelemetryBatch`, made once. */
  readonly payload: string;
}

export interface Journal {
  append(reading: Reading): void;
  appendEvent(event: StationEvent): void;
  /** Called after the commit, in order, for each new batch. */
  onCommitted(listener: (batch: JournaledBatch) => void): void;
  /**
   * Oldest batches without acknowledgement, behind position `after`, that were committed at least `olderThanMs` ago:
   * a page of at most `limit` of them, or of about half a megabyte. Empty: there is none.
   */
  waiting(limit: number, olderThanMs: number, after?: number): Promise<readonly JournaledBatch[]>;
  /** A recorder says the store has it. Unknown batches are ignored. */
  retire(station: string, batch: BatchId): void;
  readonly counters: Readonly<JournalCounters>;
  state(): JournalState;
  /** Commits what is in memory, then closes; within a few seconds, whatever the disk does. */
  close(): Promise<void>;
}

export interface OpenJournal extends Journal {
  /** Resolves when everything said so far is committed and told, or the disk does not take it now. */
  flush(): Promise<void>;
}

export type { JournalState, TelemetryBatch };
