/** All updates: those that run, those that wait for their station after a restart of the daemon, and those that ended. */
import type { Bus } from '../bus.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../logger.ts';
import type { AuditLog } from './audit.ts';
import type { ImageShelf } from './image-shelf.ts';
import type { JobFiles, JobRecord } from './job-files.ts';
import type { RefillPort } from './refill-port.ts';
import type { StationBook, WiresPort } from './stations-port.ts';
import { interrupted, refusedMeanwhile } from './update/outcomes.ts';
import type { Outcome, UpdateMemory, UpdateView } from './update/words.ts';
import { UpdateTask } from './update-task.ts';
import type { ImageTrouble } from './verify/problems.ts';

export interface JobsDeps {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly random: () => number;
  readonly wires: WiresPort;
  readonly book: StationBook;
  readonly refill: RefillPort;
  readonly files: JobFiles;
  readonly shelf: ImageShelf;
  readonly audit: AuditLog;
  /** The wire is asked for: whoever asks questions there gives way. */
  readonly giveWay: (name: string) => Promise<void>;
  /** What stands against the image now, from before its first byte on. */
  readonly problems: (job: JobRecord, image: Buffer) => Promise<readonly ImageTrouble[]>;
  readonly changed: () => void;
  readonly ended: (job: JobRecord, outcome: Outcome) => void;
}

export interface Job {
  readonly record: JobRecord;
  readonly view: UpdateView;
}

interface Entry {
  record: JobRecord;
  task: UpdateTask | null;
  /** Being started, or waiting for its station. */
  starting: boolean;
  waitsSinceMs: number;
}

const LOOK_MS = 1000;
/** A station that does not say who it is after so long may be one of which only the bootloader answers. */
const NOBODY_MS = 30_000;
const LONGEST_WAIT_MS = 15 * 60_000;

export class Jobs {
  readonly #deps: JobsDeps;
  readonly #entries = new Map<string, Entry>();
  #cancel: () => void = () => {};
  #stopped = false;

  constructor(deps: JobsDeps) {
    this.#deps = deps;
  }

  async start(): Promise<void> {
    const { files, logger, clock } = this.#deps;
    const { jobs, unreadable } = await files.start();
    for (const name of unreadable)
      logger.warn({ name }, 'the file of a firmware update cannot be read; it is left alone');
    const waitsSinceMs = clock.monotonicMs();
    for (const record of await files.makeRoom(jobs)) {
      this.#entries.set(record.order.job, { record, task: null, starting: false, waitsSinceMs });
    }
    this.#look();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel();
    await Promise.all([...this.#entries.values()].map(({ task }) => task?.stop()));
  }

  /** The newest first. */
  all(): Job[] {
    return [...this.#entries.values()].reverse().map(jobOf);
  }

  get(job: string): Job | null {
    const entry = this.#entries.get(job);
    return entry === undefined ? null : jobOf(entry);
  }

  /** The update that has the station, or waits for it. */
  at(station: string): Job | null {
    for (const entry of this.#entries.values()) {
      const { record } = entry;
      const here = record.order.station === station || record.link === station;
      if (here && record.outcome === null) return jobOf(entry);
    }
    return null;
  }

  /** Throws `LeaseRefused`; then there is no such job. */
  async add(record: JobRecord, image: Buffer): Promise<void> {
    const { files, clock } = this.#deps;
    const entry: Entry = { record, task: null, starting: true, waitsSinceMs: clock.monotonicMs() };
    this.#entries.set(record.order.job, entry);
    try {
      await files.save(record);
      await this.#begin(entry, image, record.order.station);
    } catch (error) {
      this.#entries.delete(record.order.job);
      await files.remove(record);
      throw error;
    }
  }

  /** `false` when it has ended or may no longer be called off. */
  abort(job: string, by: string): boolean {
    const entry = this.#entries.get(job);
    if (entry === undefined || entry.record.outcome !== null) return false;
    if (entry.task === null) return false;
    entry.task.abort(by);
    return true;
  }

  async #begin(entry: Entry, image: Buffer, wire: string): Promise<void> {
    const { giveWay, wires, book, bus, clock, logger, random, refill, changed } = this.#deps;
    const { order } = entry.record;
    await giveWay(wire);
    const task = new UpdateTask({
      order,
      memory: entry.record.memory,
      image: { bytes: image, sha256: Buffer.from(order.image.file, 'hex') },
      bus,
      clock,
      logger,
      random,
      refill,
      lease: (handlers) => wires.lease(wire, handlers),
      identified: (link) => {
        const info = book.onLink(link);
        const now = wires.statuses().find((status) => status.link === link);
        return info !== null && now?.station === info.station && now.state !== 'identifying' ? info : null;
      },
      save: (memory, view) => this.#save(entry, memory, view),
      note: (act, detail) => this.#note(entry, act, detail),
      changed,
      ended: () => this.#ended(entry),
    });
    task.start();
    entry.task = task;
    entry.starting = false;
    changed();
  }

  async #save(entry: Entry, memory: UpdateMemory, view: UpdateView): Promise<void> {
    const { clock, files } = this.#deps;
    const { outcome } = view;
    entry.record = { ...entry.record, memory, outcome, endedUtcMs: outcome === null ? null : clock.utcMs() };
    await files.save(entry.record);
  }

  #note({ record }: Entry, act: string, detail: string): Promise<void> {
    const { order, by } = record;
    const { version, hash, file } = order.image;
    return this.#deps.audit.append({
      who: by,
      act,
      station: order.station,
      job: order.job,
      image: { version, hash, file },
      detail,
    });
  }

  #ended(entry: Entry): void {
    const outcome = entry.task?.view.outcome ?? entry.record.outcome;
    if (outcome === null || outcome === undefined) return;
    const { logger, ended, changed } = this.#deps;
    const { order } = entry.record;
    logger.info(
      { job: order.job, wire: entry.task?.wire, ...outcome },
      `firmware of ${order.station}: ${outcome.kind}`,
    );
    this.#note(entry, outcome.kind, `${outcome.code}: ${outcome.detail}`).catch((error: unknown) =>
      logger.error({ error, job: order.job }, 'the end of a firmware update was not logged'),
    );
    ended(entry.record, outcome);
    changed();
  }

  /** Updates that a stop of the daemon has left behind go on when their station is there. */
  #look(): void {
    const { clock } = this.#deps;
    for (const entry of this.#entries.values()) {
      if (entry.record.outcome !== null || entry.task !== null || entry.starting) continue;
      const wire = this.#wireOf(entry, clock.monotonicMs());
      if (wire === null) continue;
      entry.starting = true;
      void this.#resume(entry, wire);
    }
    this.#cancel = clock.after(LOOK_MS, () => {
      if (!this.#stopped) this.#look();
    });
  }

  /** Where to find the station; `''` when it was waited for in vain. */
  #wireOf({ record, waitsSinceMs }: Entry, nowMs: number): string | null {
    const { order, link } = record;
    const statuses = this.#deps.wires.statuses();
    const there = statuses.find(
      ({ station, state }) => station === order.station && (state === 'live' || state === 'quiet'),
    );
    if (there !== undefined) return order.station;
    const waitedMs = nowMs - waitsSinceMs;
    const nobody = statuses.find((status) => status.link === link && status.state === 'identifying');
    if (nobody !== undefined && waitedMs > NOBODY_MS) return link;
    return waitedMs > LONGEST_WAIT_MS ? '' : null;
  }

  async #resume(entry: Entry, wire: string): Promise<void> {
    const { shelf, problems, logger } = this.#deps;
    const { order, memory } = entry.record;
    try {
      if (wire === '') return await this.#endNow(entry, interrupted(order, 'link'));
      const image = await shelf.read(order.image.file);
      if (image === null) return await this.#endNow(entry, interrupted(order, 'image-lost'));
      const [first] = await problems(entry.record, image);
      if (first !== undefined && memory.undo === null) {
        const touched = memory.marked || memory.ran || memory.overwriting;
        if (!touched) return await this.#endNow(entry, refusedMeanwhile(first.code, first.message));
        entry.record = { ...entry.record, memory: { ...memory, undo: { code: first.code, why: first.message } } };
      }
      logger.info({ job: order.job, station: order.station }, 'going on with a firmware update');
      await this.#begin(entry, image, wire);
    } catch (error) {
      // Its wire is in use, or gone again: the next look tries anew.
      logger.debug({ error, job: order.job }, 'a firmware update could not go on yet');
      entry.starting = false;
    }
  }

  async #endNow(entry: Entry, outcome: Outcome): Promise<void> {
    entry.record = { ...entry.record, outcome, endedUtcMs: this.#deps.clock.utcMs() };
    await this.#deps.files.save(entry.record);
    this.#ended(entry);
  }
}

function jobOf({ record, task }: Entry): Job {
  const ended: UpdateView = { phase: 'ended', sent: 0, waitsFor: null, outcome: record.outcome };
  const waiting: UpdateView = { phase: 'waiting', sent: 0, waitsFor: 'the station', outcome: null };
  return { record, view: task?.view ?? (record.outcome === null ? waiting : ended) };
}
