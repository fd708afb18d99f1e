/**
 * What was journaled, kept after the journal has let go of it: the measure a certificate holds the store against.
 *
 *   journal ──committed──▶ manifest (a second later, in its own thread) ──▶ manifest.db
 *   recorder ──"the store has it"──▶ manifest: in the file? ──▶ journal.retire
 *
 * The manifest lags behind the journal and may die at any moment. It needs no recovery of its own because of one rule:
 * the journal lets go of a batch only after the manifest has it on disk. So whatever the manifest has not got is still
 * in the journal, and `#catchUp` takes it from there: at the start, after an error, and when it fell behind.
 */
import type { Clock } from '../clock.ts';
import type { Journal, JournaledBatch } from '../journal/port.ts';
import type { Logger } from '../logger.ts';
import type { BatchId } from '../mqtt/topics.ts';
import { SeldomLog } from '../seldom-log.ts';
import { type Calls, startWorker } from '../worker/calls.ts';
import type { ManifestCalls, ManifestStart } from './manifest-worker.ts';
import { Waiting } from './waiting.ts';

export interface ManifestOptions {
  readonly path: string;
  readonly journal: Journal;
  readonly keepDays: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

const WRITE_EVERY_MS = 1000;
/** So much may wait in memory for the manifest's thread; beyond, it reads from the journal. */
const MOST_WAITING_CHARACTERS = 64_000_000;
const PAGE = 1000;
const PAGE_CHARACTERS = 8_000_000;
/** What goes from thread to thread is copied, and beyond 128 KiB into fresh pages of the system: ten times the time. */
const COPIED_CHARACTERS = 100_000;
const MOST_HELD = 100_000;
/** Of an older epoch the journal is asked. */
const MOST_EPOCHS = 20_000;
const REREAD_EVERY_MS = 60_000;
const DAY_MS = 86_400_000;

/** Consecutive parts of about `characters` each. */
function* parts(batches: readonly JournaledBatch[], characters: number): Generator<readonly JournaledBatch[]> {
  for (let from = 0; from < batches.length; ) {
    let to = from;
    for (let size = 0; to < batches.length && (to === from || size < characters); to++)
      size += batches[to]?.payload.length ?? 0;
    yield batches.slice(from, to);
    from = to;
  }
}

export class Manifest {
  /** Batches that no recorder has acknowledged. */
  readonly waiting = new Waiting();
  readonly #options: ManifestOptions;
  readonly #seldom: SeldomLog;
  #calls: Calls<ManifestCalls> | null = null;
  /** Committed and not yet given to the thread; only while `#live`. */
  #outbox: JournaledBatch[] = [];
  #outboxCharacters = 0;
  /** The outbox holds everything behind `#given`; else it is read from the journal. */
  #live = false;
  #newest = 0;
  #given = 0;
  #durable = 0;
  #again = 0;
  /** Highest number on disk, per station and epoch. */
  readonly #onDisk = new Map<string, number>();
  readonly #held = new Map<string, { station: string; batch: BatchId }>();
  #turn: Promise<void> | null = null;
  #cancel: (() => void) | null = null;
  #lastRereadMs = Number.NEGATIVE_INFINITY;
  #lastForgetMs = Number.NEGATIVE_INFINITY;
  #state: 'new' | 'running' | 'stopped' = 'new';

  constructor(options: ManifestOptions) {
    this.#options = options;
    this.#seldom = new SeldomLog(options.logger, options.clock);
  }

  /** Before the journal's first message. Throws SQLite's error when the file cannot be written. */
  async start(): Promise<void> {
    await this.#open();
    this.#state = 'running';
    this.#options.journal.onCommitted((batch) => this.#committed(batch));
    void this.#run();
  }

  /** The journal as the publisher shall see it: a batch is retired once the manifest has it on disk. */
  guard(): Journal {
    const retire: Journal['retire'] = (station, batch) => this.#recorded(station, batch);
    return new Proxy(this.#options.journal, {
      get: (journal, name) => {
        if (name === 'retire') return retire;
        const member: unknown = Reflect.get(journal, name, journal);
        return typeof member === 'function' ? member.bind(journal) : member;
      },
    });
  }

  /** Resolves when everything committed until now is on disk; `false` when that did not work within `withinMs`. */
  async flush(withinMs: number): Promise<boolean> {
    const upTo = this.#newest;
    const { clock } = this.#options;
    const endMs = clock.monotonicMs() + withinMs;
    while ((!this.#live || this.#durable < upTo) && clock.monotonicMs() < endMs && this.#state === 'running') {
      this.#cancel?.();
      await Promise.race([this.#run(), new Promise<void>((late) => clock.after(endMs - clock.monotonicMs(), late))]);
    }
    return this.#live && this.#durable >= upTo;
  }

  /** Writes what has been committed, then closes. After the publisher, before the journal. */
  async stop(): Promise<void> {
    if (this.#state !== 'running') return;
    await this.flush(3000);
    this.#state = 'stopped';
    this.#cancel?.();
    await this.#turn;
    await this.#calls?.call('close', []).catch(() => {});
    await this.#calls?.end();
  }

  async #open(): Promise<void> {
    const { path, clock, logger } = this.#options;
    const start: ManifestStart = { path, nowMs: clock.utcMs() };
    await this.#calls?.end();
    this.#calls = startWorker<ManifestCalls>(import.meta.url, 'manifest-worker', start);
    const kept = await this.#calls.call('open', []);
    if (kept === null) return;
    logger.error(
      { path, kept },
      'the manifest is damaged, or of an earlier version: it is kept under another name and a fresh one is started; certificates cannot say anything about the time before. If the name says damaged, check the disk',
    );
  }

  #committed(batch: JournaledBatch): void {
    this.#newest = batch.position;
    this.waiting.add(batch.station, batch);
    if (!this.#live) return;
    this.#outbox.push(batch);
    this.#outboxCharacters += batch.payload.length;
    if (this.#outboxCharacters > MOST_WAITING_CHARACTERS) this.#catchUp();
  }

  #catchUp(): void {
    this.#live = false;
    this.#given = this.#durable;
    this.#outbox = [];
    this.#outboxCharacters = 0;
  }

  #recorded(station: string, batch: BatchId): void {
    const onDisk = this.#onDisk.get(`${station}/${batch.epoch}`) ?? 0;
    if (batch.lastSeq <= onDisk) this.#retire(station, batch);
    // What does not fit is said again by the recorder when the batch is sent again.
    else if (this.#held.size < MOST_HELD)
      this.#held.set(`${station}/${batch.epoch}/${batch.firstSeq}`, { station, batch });
  }

  #retire(station: string, batch: BatchId): void {
    this.waiting.remove(station, batch);
    this.#options.journal.retire(station, batch);
  }

  /** One turn at a time; the next one follows in a second, or at once while catching up. */
  #run(): Promise<void> {
    this.#turn ??= this.#work().finally(() => {
      this.#turn = null;
      if (this.#state !== 'running') return;
      this.#cancel = this.#options.clock.after(WRITE_EVERY_MS, () => void this.#run());
    });
    return this.#turn;
  }

  async #work(): Promise<void> {
    try {
      if (this.#calls?.alive !== true) await this.#open();
      this.#lookForReturned();
      while (!this.#live && this.#state !== 'stopped') await this.#page();
      const batches = this.#outbox;
      this.#outbox = [];
      this.#outboxCharacters = 0;
      const heldBefore = [...this.#held.keys()];
      await this.#give(batches, 'new');
      this.#lookForUnknown(heldBefore);
      await this.#forget();
    } catch (error) {
      this.#catchUp();
      this.#warn(error);
    }
  }

  /**
   * Acknowledged before everything known to be in the journal was taken in, and still not known: an answer to nobody, or
   * a batch that could not be read at the time. Not retired on a guess: the journal is read once more, and if the batch is
   * there after all, it will be sent and acknowledged again.
   */
  #lookForUnknown(heldBefore: readonly string[]): void {
    const now = this.#options.clock.monotonicMs();
    const unknown = heldBefore.filter((key) => this.#held.delete(key));
    if (unknown.length === 0 || now - this.#lastRereadMs < REREAD_EVERY_MS) return;
    this.#lastRereadMs = now;
    this.#durable = 0;
    this.#catchUp();
  }

  /** What was retired long ago waits again: the file has it, but which batches these are must be known to retire them. */
  #lookForReturned(): void {
    const { again } = this.#options.journal.counters;
    if (again === this.#again) return;
    this.#again = again;
    this.#durable = 0;
    this.#catchUp();
  }

  /** The journal's oldest batches behind `#given`; live again when there is none. */
  async #page(): Promise<void> {
    const newest = this.#newest;
    const page = await this.#options.journal.waiting(PAGE, 0, this.#given);
    if (page.length === 0 && newest === this.#newest) {
      this.#live = true;
      return;
    }
    for (const batch of page) this.waiting.add(batch.station, batch);
    for (const part of parts(page, PAGE_CHARACTERS)) await this.#give(part, 'again');
  }

  async #give(batches: readonly JournaledBatch[], origin: 'new' | 'again'): Promise<void> {
    const last = batches.at(-1);
    if (last === undefined || this.#calls === null) return;
    this.#given = last.position;
    const calls = this.#calls;
    let unreadable: Awaited<ReturnType<ManifestCalls['add']>> = [];
    for (const part of parts(batches, COPIED_CHARACTERS)) {
      // Calls take effect in their order, so only the last need be waited for.
      if (part.at(-1) === last) unreadable = await calls.call('add', [part, origin]);
      else void calls.call('hold', [part]).catch(() => {});
    }
    this.#durable = Math.max(this.#durable, last.position);
    for (const { station, epoch, lastSeq } of batches) {
      const key = `${station}/${epoch}`;
      const known = this.#onDisk.get(key) ?? 0;
      // The latest stands last, so that the longest unused gives way.
      this.#onDisk.delete(key);
      this.#onDisk.set(key, Math.max(lastSeq, known));
    }
    for (const oldest of this.#onDisk.keys()) {
      if (this.#onDisk.size <= MOST_EPOCHS) break;
      this.#onDisk.delete(oldest);
    }
    for (const [key, { station, batch }] of this.#held) {
      if (batch.lastSeq > (this.#onDisk.get(`${station}/${batch.epoch}`) ?? 0)) continue;
      this.#held.delete(key);
      this.#retire(station, batch);
    }
    for (const { station, reason } of unreadable) {
      this.#options.logger.error({ station, reason }, 'a journal batch cannot be read: certificates will show the gap');
    }
  }

  async #forget(): Promise<void> {
    const { clock, keepDays } = this.#options;
    if (clock.monotonicMs() - this.#lastForgetMs < DAY_MS) return;
    this.#lastForgetMs = clock.monotonicMs();
    await this.#calls?.call('forgetBefore', [clock.utcMs() - keepDays * DAY_MS]);
  }

  #warn(error: unknown): void {
    this.#seldom.error(
      () => ({ path: this.#options.path, problem: String(error) }),
      'the manifest cannot be written: check free space and permissions of the data folder. Nothing is lost: the journal keeps everything until the manifest has it',
    );
  }
}
