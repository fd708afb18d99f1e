/**
 * The durable log: everything a station says is on disk before it is published, and stays there until a recorder says
 * that the store has it.
 *
 * One transaction carries the batches of all stations. A commit blocks the process for one disk flush, so the pause
 * between commits follows their measured cost: at once when quiet, coalesced under load.
 */
import type { Reading } from '../../protocols/reading.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../logger.ts';
import { type BatchId, NAME_PATTERN } from '../mqtt/topics.ts';
import type { StationEvent } from '../station/model.ts';
import { CommitAges } from './ages.ts';
import { isDamage, type JournalFile, openJournalFile, putAside, type Retirement } from './file.ts';
import type { Journal, JournalCounters, JournaledBatch } from './port.ts';
import { type PendingBatch, StationLog, type StationMark } from './station-log.ts';

export interface JournalOptions {
  readonly path: string;
  readonly bridge: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Shortest pause between two commits under load, ms. */
  readonly flushMs?: number;
  /** Most readings and events kept in memory while the disk takes none. */
  readonly memoryLimit?: number;
}

const LONGEST_PAUSE_MS = 100;
/** A pause is this many times as long as a commit: at most a tenth of the time goes into waiting for the disk. */
const PAUSE_PER_COMMIT = 10;
/** From 4 rows a ms on, fewer and larger commits and messages cost less than they delay. */
const ROWS_PER_MS = 4;
const LOADED_PAUSE_MS = 50;
const RETIRE_MS = 250;
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 5000;
const WARN_EVERY_MS = 10_000;
const MOST_RETIRED = 100_000;

const keyOf = (station: string, b: BatchId) => `${station}/${b.epoch}/${b.firstSeq}`;

/** Opens (or creates) the journal. Throws SQLite's error when the folder cannot be written. */
export function openJournal(options: JournalOptions): Journal {
  return new SqliteJournal(options, openJournalFile(options.path, options.clock, options.logger));
}

class SqliteJournal implements Journal {
  readonly counters: JournalCounters = { readings: 0, events: 0, commits: 0, waiting: 0, retired: 0, lost: 0 };
  readonly #options: JournalOptions;
  readonly #clock: Clock;
  readonly #flushMs: number;
  readonly #memoryLimit: number;
  readonly #logs = new Map<string, StationLog>();
  readonly #dirty = new Map<string, StationLog>();
  readonly #retired = new Map<string, Retirement>();
  readonly #listeners: ((batch: JournaledBatch) => void)[] = [];
  #file: JournalFile;
  #marks: Map<string, StationMark>;
  #ages: CommitAges;
  #sealed: PendingBatch[] = [];
  #inMemory = 0;
  #nextPosition: number;
  #pauseMs: number;
  #lastCommitMs = Number.NEGATIVE_INFINITY;
  #dueMs = Number.POSITIVE_INFINITY;
  #cancel: (() => void) | null = null;
  #retryMs = 0;
  #lastWarnMs = Number.NEGATIVE_INFINITY;
  #closed = false;

  constructor(options: JournalOptions, file: JournalFile) {
    this.#options = options;
    this.#clock = options.clock;
    this.#flushMs = options.flushMs ?? 10;
    this.#memoryLimit = options.memoryLimit ?? 200_000;
    this.#pauseMs = this.#flushMs;
    this.#file = file;
    this.#marks = file.marks();
    const { count, lastPosition } = file.extent();
    this.counters.waiting = count;
    this.#ages = new CommitAges(lastPosition);
    this.#nextPosition = lastPosition + 1;
  }

  append(reading: Reading): void {
    const log = this.#accept(reading.station, reading.bootId, reading.received.utcMs);
    if (log === null) return;
    log.reading(reading);
    this.counters.readings++;
  }

  appendEvent(event: StationEvent): void {
    const log = this.#accept(event.station, event.bootId, event.received.utcMs);
    if (log === null) return;
    log.event(event);
    this.counters.events++;
  }

  onCommitted(listener: (batch: JournaledBatch) => void): void {
    this.#listeners.push(listener);
  }

  waiting(limit: number, olderThanMs: number, after = 0): readonly JournaledBatch[] {
    if (this.#closed) return [];
    const upTo = this.#ages.olderThan(olderThanMs, this.#clock.monotonicMs());
    const found: JournaledBatch[] = [];
    let from = after;
    while (found.length < limit) {
      const page = this.#page(from, upTo, limit);
      for (const b of page) {
        if (found.length < limit && !this.#retired.has(keyOf(b.station, b))) found.push(b);
        from = b.position;
      }
      if (page.length < limit) break;
    }
    return found;
  }

  retire(station: string, batch: BatchId): void {
    if (this.#closed || this.#retired.size >= MOST_RETIRED) return;
    const { epoch, firstSeq, lastSeq } = batch;
    this.#retired.set(keyOf(station, batch), { station, epoch, firstSeq, lastSeq });
    this.#schedule(Math.max(RETIRE_MS, this.#retryMs));
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#cancel?.();
    this.#commit();
    this.#closed = true;
    this.counters.lost += this.#inMemory;
    this.#cancel?.();
    this.#file.close();
  }

  /** The station's log, or `null` when the message has to be given up (and is counted). */
  #accept(station: string, bootId: string, utcMs: number): StationLog | null {
    const log = this.#logs.get(station) ?? this.#openLog(station);
    if (log === null || this.#closed) {
      this.#lose(1, 'its name cannot be a topic, or the journal is closed');
      return null;
    }
    if (this.#inMemory >= this.#memoryLimit) {
      log.skip(bootId, utcMs);
      this.#lose(1, 'the disk takes nothing and the memory set aside for that is full');
      return null;
    }
    if (this.#inMemory++ === 0) this.#scheduleCommit();
    this.#dirty.set(station, log);
    return log;
  }

  #openLog(station: string): StationLog | null {
    if (!NAME_PATTERN.test(station)) return null;
    const mark = this.#marks.get(station) ?? { epoch: 0, timeMs: 0, timeNs: 0 };
    const log = new StationLog(station, this.#options.bridge, mark, (batch) => this.#sealed.push(batch));
    this.#logs.set(station, log);
    return log;
  }

  #scheduleCommit(): void {
    const idleMs = this.#clock.monotonicMs() - this.#lastCommitMs;
    this.#schedule(this.#retryMs > 0 ? this.#retryMs : Math.max(0, this.#pauseMs - idleMs));
  }

  #schedule(afterMs: number): void {
    const dueMs = this.#clock.monotonicMs() + afterMs;
    if (dueMs >= this.#dueMs) return;
    this.#cancel?.();
    this.#dueMs = dueMs;
    this.#cancel = this.#clock.after(afterMs, () => this.#commit());
  }

  #commit(): void {
    this.#cancel?.();
    this.#cancel = null;
    this.#dueMs = Number.POSITIVE_INFINITY;
    if (this.#inMemory === 0 && this.#retired.size === 0) return;
    const marks = new Map<string, StationMark>();
    for (const [station, log] of this.#dirty) {
      log.finish();
      marks.set(station, log.mark);
    }
    const batches = this.#sealed;
    const firstPosition = this.#nextPosition;
    this.#nextPosition += batches.length;
    const startMs = this.#clock.monotonicMs();
    try {
      const gone = this.#file.commit(batches, firstPosition, marks, [...this.#retired.values()]);
      this.counters.retired += gone;
      this.counters.waiting += batches.length - gone;
    } catch (error) {
      this.#failed(error);
      return;
    }
    const endMs = this.#clock.monotonicMs();
    const rows = this.#inMemory;
    this.#sealed = [];
    this.#dirty.clear();
    this.#retired.clear();
    this.#inMemory = 0;
    this.#retryMs = 0;
    this.#lastCommitMs = endMs;
    const wish = Math.max(PAUSE_PER_COMMIT * (endMs - startMs), Math.min(LOADED_PAUSE_MS, rows / ROWS_PER_MS));
    // Smoothed, so that one slow flush does not hold up the next second.
    this.#pauseMs += (Math.min(LONGEST_PAUSE_MS, Math.max(this.#flushMs, wish)) - this.#pauseMs) / 4;
    this.counters.commits++;
    if (batches.length === 0) return;
    this.#ages.committed(this.#nextPosition - 1, endMs);
    this.#tell(batches, firstPosition);
  }

  #tell(batches: readonly PendingBatch[], firstPosition: number): void {
    for (let i = 0; i < batches.length; i++) {
      const batch: JournaledBatch = { ...(batches[i] as PendingBatch), position: firstPosition + i };
      for (const listener of this.#listeners) {
        try {
          listener(batch);
        } catch (error) {
          this.#options.logger.error({ problem: String(error) }, 'a listener of the journal failed');
        }
      }
    }
  }

  /** Nothing is given up yet: the batches stay in memory, within its limit, and the commit is tried again. */
  #failed(error: unknown): void {
    this.#retryMs = Math.min(LONGEST_RETRY_MS, Math.max(FIRST_RETRY_MS, this.#retryMs * 2));
    this.#warn(
      { problem: String(error), inMemory: this.#inMemory },
      'the journal cannot be written: check free space and permissions of the data folder. Readings go out live; they are kept in memory and written as soon as the disk takes them',
    );
    if (isDamage(error)) this.#startAgain(error);
    this.#schedule(this.#retryMs);
  }

  #startAgain(error: unknown): void {
    const { path, clock, logger } = this.#options;
    try {
      this.#file.close();
      putAside(path, clock, logger, error);
      this.#file = openJournalFile(path, clock, logger);
      this.counters.waiting = 0;
      this.#retired.clear();
    } catch (problem) {
      this.#warn({ problem: String(problem) }, 'the damaged journal could not be replaced by a fresh one');
    }
  }

  #page(after: number, upTo: number, limit: number): JournaledBatch[] {
    try {
      return this.#file.page(after, upTo, limit);
    } catch (error) {
      this.#warn({ problem: String(error) }, 'the journal cannot be read: check the disk');
      return [];
    }
  }

  #lose(count: number, why: string): void {
    this.counters.lost += count;
    this.#warn({ lost: this.counters.lost, why }, 'readings are not journaled: they go out live only');
  }

  #warn(fields: object, message: string): void {
    const now = this.#clock.monotonicMs();
    if (now - this.#lastWarnMs < WARN_EVERY_MS) return;
    this.#lastWarnMs = now;
    this.#options.logger.error(fields, message);
  }
}
