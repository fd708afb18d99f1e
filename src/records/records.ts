/**
 * Refills, pumps and the alarm log in one SQLite file, worked on by a thread of its own.
 *
 *   write ──▶ waiting ──all that waits, one transaction──▶ thread ──▶ records.db
 *                ▲                                            │
 *                └── disk full, thread gone: again in a second ┘
 */
import type { Clock } from '../clock.ts';
import type { Logger } from '../logger.ts';
import { type Calls, startWorker, WorkerGone } from '../worker/calls.ts';
import type { RecordsCalls, RecordsOpened, RecordsStart } from './keeper.ts';
import type { AlarmLogQuery, RefillQuery } from './model.ts';
import { type Records, RecordsUnavailable } from './port.ts';
import type { RecordsWrite } from './writes.ts';

export interface RecordsOptions {
  readonly path: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Writing has stopped, and why, or goes on again (`null`). */
  readonly onTrouble: (reason: string | null) => void;
  readonly alarmLog: { readonly keepDays: number; readonly keepEntries: number };
  readonly start?: (start: RecordsStart) => Calls<RecordsCalls>;
}

interface Waiting {
  readonly write: RecordsWrite;
  readonly done: () => void;
  readonly fail: (error: Error) => void;
}

const RETRY_MS = 1000;
const MOST_AT_ONCE = 1000;
/** About 100 MB: three hours of ten refills at 10 Hz. */
const MOST_WAITING = 500_000;
const FORGET_EVERY_MS = 6 * 3_600_000;
const DAY_MS = 86_400_000;

const startThread = (start: RecordsStart) => startWorker<RecordsCalls>(import.meta.url, 'records-worker', start);

export class RecordsFile implements Records {
  readonly #options: RecordsOptions;
  #thread: Calls<RecordsCalls> | null = null;
  #opening: Promise<RecordsOpened> | null = null;
  #waiting: Waiting[] = [];
  #writing = false;
  #trouble: string | null = null;
  #stopped = false;
  #cancelRetry: (() => void) | null = null;
  #cancelForget = () => {};
  #idle: (() => void)[] = [];

  constructor(options: RecordsOptions) {
    this.#options = options;
  }

  /** What was kept. Throws `RecordsUnavailable`; a damaged file is put aside and a new one begun, which is said. */
  async open(): Promise<RecordsOpened> {
    try {
      const kept = await this.#open();
      this.#forget();
      return kept;
    } catch (error) {
      throw named(error);
    }
  }

  write(write: RecordsWrite): Promise<void> {
    if (this.#stopped) return Promise.reject(new RecordsUnavailable('the records are closed'));
    if (this.#waiting.length >= MOST_WAITING) {
      return Promise.reject(new RecordsUnavailable(`too much waits to be written: ${this.#trouble ?? 'slow disk'}`));
    }
    return new Promise((done, fail) => {
      this.#waiting.push({ write, done, fail });
      // Else every reading of a refill would ask a full disk again.
      if (this.#cancelRetry === null) void this.#go();
    });
  }

  alarmLog(query: AlarmLogQuery) {
    return this.#ask((thread) => thread.call('alarmLog', [query]));
  }
  refills(query: RefillQuery) {
    return this.#ask((thread) => thread.call('refills', [query]));
  }
  record(refill: string) {
    return this.#ask((thread) => thread.call('record', [refill]));
  }
  inputs(refill: string) {
    return this.#ask((thread) => thread.call('inputs', [refill]));
  }

  /** Writes what waits, for at most `withinMs`, and closes. */
  async close(withinMs: number): Promise<void> {
    this.#cancelForget();
    if (this.#waiting.length > 0 || this.#writing) {
      await new Promise<void>((resolve) => {
        const cancel = this.#options.clock.after(withinMs, resolve);
        this.#idle.push(() => {
          cancel();
          resolve();
        });
      });
    }
    this.#stopped = true;
    this.#cancelRetry?.();
    for (const { fail } of this.#waiting.splice(0)) fail(new RecordsUnavailable('the daemon stops'));
    const thread = this.#thread;
    this.#thread = null;
    if (thread?.alive && !this.#writing) await thread.call('close', []).catch(() => {});
    await thread?.end();
  }

  async #open(): Promise<RecordsOpened> {
    const { path, clock, logger, start = startThread } = this.#options;
    const thread = start({ path, nowMs: clock.utcMs() });
    this.#thread = thread;
    this.#opening = thread.call('open', []);
    const opened = await this.#opening.catch(async (error: unknown) => {
      if (this.#thread === thread) this.#thread = null;
      await thread.end();
      throw error;
    });
    if (opened.putAside !== null) {
      logger.error(
        { path, putAside: opened.putAside },
        'the records file is damaged; it is put aside, a new one begun',
      );
    }
    return opened;
  }

  /** The thread with the file open in it; one that has ended is replaced. */
  async #need(): Promise<Calls<RecordsCalls>> {
    if (this.#stopped) throw new RecordsUnavailable('the records are closed');
    if (this.#thread === null || !this.#thread.alive) await this.#open();
    else await this.#opening;
    return this.#thread as Calls<RecordsCalls>;
  }

  async #ask<T>(run: (thread: Calls<RecordsCalls>) => Promise<T>): Promise<T> {
    try {
      return await run(await this.#need());
    } catch (error) {
      throw named(error);
    }
  }

  async #go(): Promise<void> {
    if (this.#writing || this.#stopped) return;
    this.#writing = true;
    const writes = this.#waiting.slice(0, MOST_AT_ONCE);
    try {
      const thread = await this.#need();
      const { rejected, why } = await thread.call('write', [writes.map(({ write }) => write)]);
      this.#waiting.splice(0, rejected ?? writes.length);
      for (const { done } of writes.slice(0, rejected ?? writes.length)) done();
      if (rejected !== null) this.#reject(why);
      this.#say(null);
      this.#writing = false;
      if (this.#waiting.length > 0) void this.#go();
      else for (const idle of this.#idle.splice(0)) idle();
    } catch (error) {
      this.#writing = false;
      this.#say(named(error).message);
      if (!this.#stopped) this.#cancelRetry = this.#options.clock.after(RETRY_MS, () => this.#again());
    }
  }

  #again(): void {
    this.#cancelRetry = null;
    void this.#go();
  }

  #reject(why: string): void {
    const bad = this.#waiting.shift();
    this.#options.logger.error({ write: bad?.write.do, why }, 'the records refuse a write for good');
    bad?.fail(new RecordsUnavailable(why));
  }

  #say(trouble: string | null): void {
    if (trouble === this.#trouble) return;
    this.#trouble = trouble;
    const { logger, onTrouble } = this.#options;
    if (trouble === null) logger.info({}, 'the records are written again');
    else logger.error({ waiting: this.#waiting.length }, trouble);
    onTrouble(trouble);
  }

  #forget(): void {
    const { clock, logger, alarmLog } = this.#options;
    const before = clock.utcMs() - alarmLog.keepDays * DAY_MS;
    this.#ask((thread) => thread.call('forgetAlarms', [before, alarmLog.keepEntries])).catch((error: unknown) =>
      logger.warn({ error }, 'old alarm log entries were not deleted'),
    );
    this.#cancelForget = clock.after(FORGET_EVERY_MS, () => this.#forget());
  }
}

/** The classes of errors do not survive the way between threads, their names do. */
function named(error: unknown): RecordsUnavailable {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof WorkerGone) return new RecordsUnavailable(`${message}; it is started again`, { cause: error });
  return new RecordsUnavailable(message, { cause: error });
}
