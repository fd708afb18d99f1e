/** The one that works on the file of the records. All of it blocks, so it runs in a thread of its own (`records-worker.ts`). */
import { existsSync, renameSync } from 'node:fs';
import { explained, isDamaged, isRejected, openRecordsFile, type RecordsDb } from './file.ts';
import type { AlarmLogQuery, RefillQuery } from './model.ts';
import { RecordsUnavailable } from './port.ts';
import { alarmLog, inputsOf, type Kept, readKept, recordOf, refills } from './reader.ts';
import { RecordsWriter } from './writer.ts';
import type { RecordsWrite } from './writes.ts';

export interface RecordsStart {
  readonly path: string;
  readonly nowMs: number;
}

export interface RecordsOpened extends Kept {
  /** Name under which a damaged file was put aside; `null` when there was none. */
  readonly putAside: string | null;
}

export class RecordsKeeper {
  readonly #path: string;
  readonly #nowMs: number;
  #open: { readonly db: RecordsDb; readonly writer: RecordsWriter } | null = null;

  constructor({ path, nowMs }: RecordsStart) {
    this.#path = path;
    this.#nowMs = nowMs;
  }

  open = (): RecordsOpened => {
    try {
      return { ...this.#tryOpen(), putAside: null };
    } catch (error) {
      if (!isDamaged(error)) throw explained(error, this.#path);
      const putAside = this.#putAside();
      try {
        return { ...this.#tryOpen(), putAside };
      } catch (again) {
        throw explained(again, this.#path);
      }
    }
  };

  /** All of them, or none. The index of one that can never be written is `rejected`, and nothing is written then. */
  write = (writes: readonly RecordsWrite[]): { readonly rejected: number | null; readonly why: string } => {
    const { writer } = this.#need();
    try {
      writer.write(writes);
      return { rejected: null, why: '' };
    } catch (error) {
      if (!isRejected(error)) throw explained(error, this.#path);
      return { rejected: this.#culprit(writes), why: error instanceof Error ? error.message : String(error) };
    }
  };

  forgetAlarms = (ms: number, keepEntries: number): number =>
    this.#asked(() => this.#need().writer.forgetAlarms(ms, keepEntries));
  alarmLog = (query: AlarmLogQuery) => this.#asked(() => alarmLog(this.#need().db, query));
  refills = (query: RefillQuery) => this.#asked(() => refills(this.#need().db, query));
  record = (refill: string) => this.#asked(() => recordOf(this.#need().db, refill));
  inputs = (refill: string) => this.#asked(() => inputsOf(this.#need().db, refill));

  close = (): void => {
    const db = this.#open?.db;
    this.#open = null;
    if (db === undefined) return;
    try {
      db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    } finally {
      db.close();
    }
  };

  #tryOpen(): Kept {
    this.close();
    const db = openRecordsFile(this.#path);
    try {
      const kept = readKept(db);
      this.#open = { db, writer: new RecordsWriter(db) };
      return kept;
    } catch (error) {
      db.close();
      throw error;
    }
  }

  #putAside(): string {
    const kept = `${this.#path}.damaged-${new Date(this.#nowMs).toISOString().replaceAll(':', '')}`;
    for (const part of ['', '-wal', '-shm']) {
      if (existsSync(`${this.#path}${part}`)) renameSync(`${this.#path}${part}`, `${kept}${part}`);
    }
    return kept;
  }

  /** The first of the writes that fails alone. Those before it are written; written again they change nothing. */
  #culprit(writes: readonly RecordsWrite[]): number | null {
    const { writer } = this.#need();
    for (const [i, write] of writes.entries()) {
      try {
        writer.write([write]);
      } catch {
        return i;
      }
    }
    return null;
  }

  #need() {
    if (this.#open === null) throw new RecordsUnavailable(`records file ${this.#path}: not open`);
    return this.#open;
  }

  #asked<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw explained(error, this.#path);
    }
  }
}

export type RecordsCalls = Pick<
  RecordsKeeper,
  'open' | 'write' | 'forgetAlarms' | 'alarmLog' | 'refills' | 'record' | 'inputs' | 'close'
>;
