/**
 * The one that works on the journal's file: opens it, writes, reads, and replaces it when it turns out to be damaged.
 * All of it blocks, so in the daemon it runs in a thread of its own (`journal-worker.ts`).
 */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Clock } from '../clock.ts';
import { verifiedBatch } from './checksum.ts';
import { isDamage, keepCopy, putAside } from './damage.ts';
import { type CommitGroup, type CommitResult, JournalFile } from './file.ts';
import type { JournalRoom } from './limits.ts';
import type { JournaledBatch } from './port.ts';
import { MORE_ROOM, Retention, type RetentionOptions } from './retention.ts';
import { Salvage } from './salvage.ts';
import type { StationMark } from './station-log.ts';
import { walDamage } from './wal-check.ts';

/** Something to be logged; the thread has no log of its own. */
export interface DiskNote {
  readonly fields: object;
  readonly message: string;
}

/** Comes with every answer. */
export interface DiskReport {
  /** Batches in the file. */
  readonly waiting: number;
  /** Position of the first of them; `null`: there is none. */
  readonly firstWaiting: number | null;
  /** Batches that were found damaged since the file was opened: kept aside, never given out. */
  readonly damaged: number;
  /** Damaged files that were put aside since it was opened. */
  readonly asides: number;
  /** Acknowledged batches that another program has made to wait again since it was opened. */
  readonly again: number;
  /** A damaged file is still being read out: `salvage` goes on with it. */
  readonly salvaging: boolean;
  readonly room: JournalRoom;
  readonly notes: readonly DiskNote[];
}

export interface Opened extends DiskReport {
  readonly marks: ReadonlyMap<string, StationMark>;
  readonly lastPosition: number;
}

export interface Committed extends DiskReport {
  /** Batches deleted, of those that were to be retired. */
  readonly retired: number;
}

export interface PageRead extends DiskReport {
  readonly batches: readonly JournaledBatch[];
  /** Everything up to here has been looked at; `null` when there is nothing more. */
  readonly readTo: number | null;
}

/** Opening waits this long for a salvage; the rest of it goes on beside the work. */
const SALVAGE_AT_OPEN_MS = 2000;
const SALVAGE_STEP_MS = 50;

export interface KeeperOptions extends Omit<RetentionOptions, 'folder'> {
  readonly path: string;
}

const isFull = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && /SQLITE_FULL/.test(String(error.code));

export class JournalKeeper {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #retention: Retention;
  #opened: JournalFile | null = null;
  #salvage: Salvage | null = null;
  #salvaged = 0;
  #marks = new Map<string, StationMark>();
  #waiting = 0;
  #waitingBytes = 0;
  #damaged = 0;
  #asides = 0;
  #again = 0;
  #dataVersion = 0;
  #notes: DiskNote[] = [];

  constructor({ path, ...retention }: KeeperOptions, clock: Clock) {
    this.#path = path;
    this.#clock = clock;
    this.#retention = new Retention({ folder: dirname(path), ...retention }, clock);
  }

  /** Throws SQLite's error when the folder cannot be written; damage is no reason to throw. */
  open(): Opened {
    mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 });
    this.#keepDamagedWal();
    let lastPosition = 0;
    try {
      lastPosition = this.#openFile();
    } catch (error) {
      if (!isDamage(error)) throw error;
      this.#startAgain(error);
      this.#salvageFor(SALVAGE_AT_OPEN_MS);
      lastPosition = this.#file.lastPosition;
    }
    return { ...this.#report(), marks: this.#marks, lastPosition };
  }

  /** All or nothing; throws SQLite's error. */
  commit(group: CommitGroup): Committed {
    const done = this.#mend(() => this.#commitOrMakeRoom(group));
    for (const [name, mark] of group.marks) this.#marks.set(name, mark);
    this.#waiting += done.added.count - done.gone.count;
    this.#waitingBytes += done.added.bytes - done.gone.bytes;
    return { ...this.#report(), retired: done.gone.count };
  }

  /** How things stand, when there was nothing to do for a while. */
  look(): DiskReport {
    this.#mend(() => {
      this.#noticeOthers();
      const due = this.#retention.due(this.#content);
      if (due !== null) this.#file.evict(due);
    });
    return this.#report();
  }

  page(after: number, upTo: number, limit: number): PageRead {
    const rows = this.#mend(() => {
      const found = this.#file.page(after, upTo, limit);
      const bad = found.filter((row) => verifiedBatch(row) === null).map((row) => Number(row[0]));
      if (bad.length > 0) this.#setAside(bad);
      return found;
    });
    const batches = rows.map(verifiedBatch).filter((b) => b !== null);
    const last = rows.at(-1)?.[0];
    return { ...this.#report(), batches, readTo: last === undefined ? null : Number(last) };
  }

  /** Goes on reading out the damaged file for a moment. */
  salvage(): DiskReport {
    this.#mend(() => this.#salvageFor(SALVAGE_STEP_MS));
    return this.#report();
  }

  close(): void {
    this.#salvage?.close();
    this.#opened?.close();
    this.#opened = null;
  }

  get #file(): JournalFile {
    if (this.#opened === null) throw new Error('the journal is not open');
    return this.#opened;
  }

  get #nowS(): number {
    return Math.floor(this.#clock.utcMs() / 1000);
  }

  #openFile(): number {
    const file = new JournalFile(this.#path, this.#nowS);
    try {
      if (file.mendWaiting()) {
        this.#note(
          { path: this.#path },
          'the list of what waits in the journal is not as it was written: everything in the journal is sent again. Check the disk',
        );
      }
      const { lastPosition } = file;
      const { count, bytes } = file.backlog();
      this.#marks = new Map([...file.marks(), ...this.#marks]);
      this.#waiting = count;
      this.#waitingBytes = bytes;
      this.#dataVersion = file.dataVersion;
      this.#opened = file;
      return lastPosition;
    } catch (error) {
      file.close();
      throw error;
    }
  }

  /** What is acknowledged and only kept gives way before anything new is refused. */
  #commitOrMakeRoom(group: CommitGroup): CommitResult {
    this.#noticeOthers();
    const retention = this.#retention;
    const how = { atS: this.#nowS, keep: retention.keeps, evict: retention.due(this.#content) };
    try {
      return this.#file.commit(group, how);
    } catch (error) {
      if (!isFull(error) || this.#file.evict(MORE_ROOM) === 0) throw error;
      return this.#file.commit(group, how);
    }
  }

  get #content() {
    return { ...this.#file.size, waitingBytes: this.#waitingBytes };
  }

  /** Another program may have made acknowledged batches wait again. */
  #noticeOthers(): void {
    const { dataVersion } = this.#file;
    if (dataVersion === this.#dataVersion) return;
    this.#dataVersion = dataVersion;
    const { count, bytes } = this.#file.backlog();
    this.#again += Math.max(0, count - this.#waiting);
    this.#waiting = count;
    this.#waitingBytes = bytes;
  }

  /** Damage that is met while working: a fresh file takes over at once, and the same is done again there. */
  #mend<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (!isDamage(error)) throw error;
      this.#startAgain(error);
      return work();
    }
  }

  #startAgain(error: unknown): void {
    this.#opened?.close();
    this.#opened = null;
    this.#salvage?.close();
    const kept = putAside(this.#path, this.#clock);
    this.#asides++;
    this.#note(
      { path: this.#path, kept, problem: String(error) },
      'the journal file is damaged: it is kept under another name, a fresh one is started, and what can still be read is taken over. Keep the file, and check the disk',
    );
    this.#salvage = new Salvage(kept);
    this.#salvaged = 0;
    this.#marks = new Map([...this.#salvage.marks(), ...this.#marks]);
    this.#openFile();
    this.#file.commit(
      { batches: [], firstPosition: 0, marks: this.#marks, retired: [] },
      { atS: this.#nowS, keep: true, evict: null },
    );
  }

  #salvageFor(ms: number): void {
    const until = this.#clock.monotonicMs() + ms;
    while (this.#salvage !== null && !this.#salvage.done) {
      const { batches, damaged } = this.#salvage.step();
      if (batches.length + damaged.length > 0) {
        const added = this.#file.restore(batches, damaged, this.#nowS);
        this.#salvaged += added.count;
        this.#waiting += added.count;
        this.#waitingBytes += added.bytes;
      }
      this.#damaged += damaged.length;
      if (this.#clock.monotonicMs() >= until) break;
    }
    if (!this.#salvage?.done) return;
    this.#salvage.close();
    this.#salvage = null;
    this.#note(
      { salvaged: this.#salvaged, damaged: this.#damaged },
      'what could be read of the damaged journal is taken over; batches that no recorder had and that are not among it are not sent again',
    );
  }

  #setAside(positions: readonly number[]): void {
    this.#file.setAside(positions);
    this.#damaged += positions.length;
    const { count, bytes } = this.#file.backlog();
    this.#waiting = count;
    this.#waitingBytes = bytes;
    this.#note(
      { path: this.#path, positions: positions.slice(0, 20), count: positions.length },
      'batches in the journal are not as they were written: they are kept in its table damaged_batch and not sent. Check the disk',
    );
  }

  #keepDamagedWal(): void {
    const damage = walDamage(this.#path);
    if (damage === null) return;
    const kept = keepCopy(`${this.#path}-wal`, this.#clock);
    this.#asides++;
    this.#note(
      { path: `${this.#path}-wal`, kept, damage },
      'the write-ahead log of the journal is damaged: it is used up to there, and all of it is kept under another name; batches behind that place that no recorder had are not sent again. Check the disk',
    );
  }

  #note(fields: object, message: string): void {
    this.#notes.push({ fields, message });
  }

  #report(): DiskReport {
    // First, as the file may be found damaged by it.
    const firstWaiting = this.#mend(() => this.#file.firstWaiting);
    const notes = this.#notes;
    this.#notes = [];
    return {
      waiting: this.#waiting,
      firstWaiting,
      damaged: this.#damaged,
      asides: this.#asides,
      again: this.#again,
      salvaging: this.#salvage !== null,
      room: this.#retention.room(this.#content),
      notes,
    };
  }
}
