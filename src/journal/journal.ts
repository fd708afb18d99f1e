/**
 * The durable log: everything a station says is on disk before it is published, and stays there until a recorder says
 * that the store has it.
 *
 * One transaction carries the batches of all stations. The disk works in a thread of its own (`disk.ts`): at most one
 * commit is under way, and what arrives meanwhile goes into the next one. At once when quiet, coalesced under load.
 */
import type { Reading } from '../../protocols/reading.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../logger.ts';
import { type BatchId, NAME_PATTERN } from '../mqtt/topics.ts';
import { SeldomLog } from '../seldom-log.ts';
import type { StationEvent } from '../station/model.ts';
import { CommitAges } from './ages.ts';
import { diskInThread, type JournalDisk } from './disk.ts';
import type { CommitGroup, Retirement } from './file.ts';
import type { DiskReport, Opened } from './keeper.ts';
import type { JournalLimits } from './limits.ts';
import { CommitPace } from './pace.ts';
import type { JournalCounters, JournaledBatch, OpenJournal } from './port.ts';
import { type JournalState, JournalWatch } from './state.ts';
import { type PendingBatch, StationLog, type StationMark } from './station-log.ts';

export interface JournalOptions {
  readonly path: string;
  readonly bridge: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Who works on the file; a thread of its own unless given. */
  readonly disk?: JournalDisk;
  readonly limits?: JournalLimits;
  /** Most readings and events kept in memory while the disk takes none. */
  readonly memoryLimit?: number;
}

const RETIRE_MS = 250;
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 5000;
const SLOW_COMMIT_MS = 2000;
const LOOK_EVERY_MS = 5000;
const CLOSE_MS = 3000;
const MOST_RETIRED = 100_000;
/** Of what waits, read at once. */
const MOST_READ_CHARACTERS = 500_000;

const keyOf = (station: string, b: BatchId) => `${station}/${b.epoch}/${b.firstSeq}`;

/**
 * Opens (or creates) the journal; a damaged file is put aside and read out. Throws SQLite's error when the folder cannot
 * be written.
 */
export async function openJournal(options: JournalOptions): Promise<OpenJournal> {
  const disk = options.disk ?? diskInThread({ path: options.path, ...(options.limits && { limits: options.limits }) });
  try {
    return new SqliteJournal(options, disk, await disk.open());
  } catch (error) {
    await disk.close('lost');
    throw error;
  }
}

class SqliteJournal implements OpenJournal {
  readonly counters: JournalCounters = {
    readings: 0,
    events: 0,
    commits: 0,
    waiting: 0,
    retired: 0,
    again: 0,
    lost: 0,
    damaged: 0,
    asides: 0,
  };
  readonly #options: JournalOptions;
  readonly #clock: Clock;
  readonly #disk: JournalDisk;
  readonly #memoryLimit: number;
  readonly #pace = new CommitPace();
  readonly #logs = new Map<string, StationLog>();
  readonly #dirty = new Map<string, StationLog>();
  readonly #retired = new Map<string, Retirement>();
  readonly #listeners: ((batch: JournaledBatch) => void)[] = [];
  readonly #marks: ReadonlyMap<string, StationMark>;
  readonly #ages: CommitAges;
  readonly #seldom: SeldomLog;
  readonly #watch: JournalWatch;
  #sealed: PendingBatch[] = [];
  #inMemory = 0;
  #nextPosition: number;
  /** Position of the first batch in the file that waits; `null`: none does. */
  #firstWaiting: number | null = null;
  #dueMs = Number.POSITIVE_INFINITY;
  #cancel: (() => void) | null = null;
  #commit: Promise<void> | null = null;
  #salvaging = false;
  #damagedBefore = 0;
  #asidesBefore = 0;
  #againBefore = 0;
  #retryMs = 0;
  /** The last commit only let go of what is acknowledged. */
  #freedOnly = false;
  #cancelLook: () => void = () => {};
  #closed = false;

  constructor(options: JournalOptions, disk: JournalDisk, opened: Opened) {
    this.#options = options;
    this.#clock = options.clock;
    this.#memoryLimit = options.memoryLimit ?? 200_000;
    this.#disk = disk;
    this.#seldom = new SeldomLog(options.logger, options.clock);
    this.#marks = opened.marks;
    this.#ages = new CommitAges(opened.lastPosition);
    this.#nextPosition = opened.lastPosition + 1;
    this.#watch = new JournalWatch(options.path, opened.room);
    this.#take(opened);
    this.#look();
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

  async waiting(limit: number, olderThanMs: number, after = 0): Promise<readonly JournaledBatch[]> {
    if (this.#closed) return [];
    const upTo = this.#ages.olderThan(olderThanMs, this.#clock.monotonicMs());
    // Mostly nothing that old waits, and the disk need not be asked.
    if (this.#disk.isOpen && (this.#firstWaiting === null || this.#firstWaiting > upTo)) return [];
    const found: JournaledBatch[] = [];
    let characters = 0;
    try {
      await this.#reopen();
      for (
        let from: number | null = after;
        from !== null && found.length < limit && characters < MOST_READ_CHARACTERS;
      ) {
        const page = await this.#disk.page(from, upTo, limit);
        this.#take(page);
        for (const b of page.batches) {
          if (found.length >= limit || this.#retired.has(keyOf(b.station, b))) continue;
          found.push(b);
          characters += b.payload.length;
        }
        from = page.readTo;
      }
    } catch (error) {
      if (!this.#closed)
        this.#seldom.error(() => ({ problem: String(error) }), 'the journal cannot be read: check the disk');
    }
    return found;
  }

  state(): JournalState {
    return this.#watch.state(this.#clock.monotonicMs(), { inMemory: this.#inMemory, lost: this.counters.lost });
  }

  retire(station: string, batch: BatchId): void {
    if (this.#closed || this.#retired.size >= MOST_RETIRED) return;
    const { epoch, firstSeq, lastSeq } = batch;
    this.#retired.set(keyOf(station, batch), { station, epoch, firstSeq, lastSeq });
    this.#schedule(Math.max(RETIRE_MS, this.#retryMs));
  }

  async flush(): Promise<void> {
    if (this.#commit !== null) await this.#commit;
    if (this.#retryMs === 0 && !this.#closed) await this.#commitAll();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    let cancel = () => {};
    const late = new Promise<'lost'>((resolve) => {
      cancel = this.#clock.after(CLOSE_MS, () => resolve('lost'));
    });
    const how = await Promise.race([this.#commitAll(), late]);
    this.#closed = true;
    this.#cancel?.();
    this.#cancelLook();
    this.counters.lost += this.#inMemory;
    const ended = await Promise.race([this.#disk.close(how).then(() => how), late]);
    cancel();
    if (ended === 'lost' && how === 'in order') void this.#disk.close('lost');
  }

  async #commitAll(): Promise<'in order'> {
    if (this.#commit !== null) await this.#commit;
    this.#begin('everything');
    if (this.#commit !== null) await this.#commit;
    return 'in order';
  }

  /** The station's log, or `null` when the message has to be given up (and is counted). */
  #accept(station: string, bootId: string, utcMs: number): StationLog | null {
    const log = this.#logs.get(station) ?? this.#openLog(station);
    if (log === null || this.#closed) {
      this.#lose(() => 'its name cannot be a topic, or the journal is closed');
      return null;
    }
    const { full } = this.#watch;
    if (full || this.#inMemory >= this.#memoryLimit) {
      log.skip(bootId, utcMs);
      this.#lose(() =>
        full
          ? (this.state().reason ?? 'the journal is full')
          : 'the disk takes nothing and the memory set aside for that is full',
      );
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
    this.#schedule(this.#retryMs > 0 ? this.#retryMs : this.#pace.pauseLeftMs(this.#clock.monotonicMs()));
  }

  #schedule(afterMs: number): void {
    const dueMs = this.#clock.monotonicMs() + afterMs;
    if (dueMs >= this.#dueMs || this.#commit !== null) return;
    this.#cancel?.();
    this.#dueMs = dueMs;
    this.#cancel = this.#clock.after(afterMs, () => this.#begin());
  }

  /**
   * Sends everything that is in memory to the disk, unless a commit is under way. After a failure what is acknowledged
   * goes first and alone, every other time: that makes room, and may fit where the rest does not.
   */
  #begin(what: 'everything' | 'what helps' = 'what helps'): void {
    this.#cancel?.();
    this.#cancel = null;
    this.#dueMs = Number.POSITIVE_INFINITY;
    if (this.#commit !== null || this.#closed || (this.#inMemory === 0 && this.#retired.size === 0)) return;
    const retired = [...this.#retired.values()];
    const firstPosition = this.#nextPosition;
    this.#watch.commitBegan(this.#clock.monotonicMs());
    this.#freedOnly = what === 'what helps' && this.#retryMs > 0 && retired.length > 0 && !this.#freedOnly;
    if (this.#freedOnly) {
      this.#commit = this.#write({ batches: [], firstPosition, marks: new Map(), retired }, 0);
      return;
    }
    const marks = new Map<string, StationMark>();
    for (const [station, log] of this.#dirty) {
      log.finish();
      marks.set(station, log.mark);
    }
    const batches = this.#sealed;
    this.#nextPosition += batches.length;
    this.#sealed = [];
    this.#dirty.clear();
    this.#commit = this.#write({ batches, firstPosition, marks, retired }, this.#inMemory);
  }

  /** Never rejects. */
  async #write(group: CommitGroup, rows: number): Promise<void> {
    const startMs = this.#clock.monotonicMs();
    try {
      await this.#reopen();
      const done = await this.#disk.commit(group);
      this.#take(done);
      this.counters.retired += done.retired;
      this.#written(group, rows, startMs);
    } catch (error) {
      this.#failed(group, error);
    } finally {
      this.#commit = null;
    }
    if (this.#inMemory > 0) this.#scheduleCommit();
    else if (this.#retired.size > 0) this.#schedule(Math.max(RETIRE_MS, this.#retryMs));
  }

  #written({ batches, firstPosition, retired }: CommitGroup, rows: number, startMs: number): void {
    const endMs = this.#clock.monotonicMs();
    for (const r of retired) this.#retired.delete(keyOf(r.station, r));
    this.#inMemory -= rows;
    this.#retryMs = 0;
    if (this.#freedOnly) this.#watch.freed();
    else this.#watch.commitEnded(null, endMs);
    this.#pace.committed(rows, startMs, endMs);
    this.counters.commits++;
    if (endMs - startMs > SLOW_COMMIT_MS) {
      this.#seldom.error(
        () => ({ ms: Math.round(endMs - startMs), inMemory: this.#inMemory }),
        'the disk is slow: readings go out late, and are kept in memory meanwhile. Use a local SSD, and find what else writes to it',
      );
    }
    if (batches.length === 0) return;
    this.#ages.committed(firstPosition + batches.length - 1, endMs);
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
  #failed({ batches, marks }: CommitGroup, error: unknown): void {
    this.#sealed = [...batches, ...this.#sealed];
    for (const station of marks.keys()) {
      const log = this.#logs.get(station);
      if (log) this.#dirty.set(station, log);
    }
    this.#watch.commitEnded(error instanceof Error ? error.message : String(error), this.#clock.monotonicMs());
    this.#retryMs = Math.min(LONGEST_RETRY_MS, Math.max(FIRST_RETRY_MS, this.#retryMs * 2));
    this.#seldom.error(
      () => ({ problem: String(error), inMemory: this.#inMemory }),
      'the journal cannot be written: check free space and permissions of the data folder. Readings go out live; they are kept in memory and written as soon as the disk takes them',
    );
  }

  /** The thread has ended, or the file could not be opened the last time. */
  async #reopen(): Promise<void> {
    if (this.#disk.isOpen) return;
    this.#damagedBefore = this.counters.damaged;
    this.#asidesBefore = this.counters.asides;
    this.#againBefore = this.counters.again;
    this.#take(await this.#disk.open());
  }

  /** Looks now and then how things stand while nothing is written: the disk is not ours alone. */
  #look(): void {
    this.#cancelLook = this.#clock.after(LOOK_EVERY_MS, async () => {
      try {
        if (this.#commit === null && this.#retryMs === 0 && this.#disk.isOpen) this.#take(await this.#disk.look());
      } catch (error) {
        if (!this.#closed)
          this.#seldom.error(() => ({ problem: String(error) }), 'the journal cannot be looked at: check the disk');
      }
      if (!this.#closed) this.#look();
    });
  }

  #take({ waiting, firstWaiting, damaged, asides, again, salvaging, room, notes }: DiskReport): void {
    this.counters.waiting = waiting;
    this.#firstWaiting = firstWaiting;
    this.counters.damaged = this.#damagedBefore + damaged;
    this.counters.asides = this.#asidesBefore + asides;
    this.counters.again = this.#againBefore + again;
    this.#watch.saw(room, this.#clock.monotonicMs());
    for (const { fields, message } of notes) this.#options.logger.error(fields, message);
    if (salvaging && !this.#salvaging) void this.#salvage();
  }

  /** Reads out a damaged file, a little at a time, with commits and pages in between. */
  async #salvage(): Promise<void> {
    this.#salvaging = true;
    try {
      for (let more = true; more && !this.#closed; ) {
        const report = await this.#disk.salvage();
        this.#take(report);
        more = report.salvaging;
      }
    } catch (error) {
      if (!this.#closed)
        this.#seldom.error(() => ({ problem: String(error) }), 'the damaged journal cannot be read out any further');
    }
    this.#salvaging = false;
  }

  #lose(why: () => string): void {
    const lost = ++this.counters.lost;
    this.#seldom.error(() => ({ lost, why: why() }), 'readings are not journaled: they go out live only');
  }
}
