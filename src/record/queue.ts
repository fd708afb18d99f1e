/** What a recorder has taken from the broker and not yet brought to the store: by batch, within a limit, in groups. */
import type { StoredEvent, StoredRow } from '../store/port.ts';
import type { BatchOrigin } from './refusals.ts';

export interface Queued extends BatchOrigin {
  readonly rows: readonly StoredRow[];
  readonly events: readonly StoredEvent[];
}

/** Batches that are written together. */
export interface Group {
  readonly batches: readonly Queued[];
  /** Rows and events. */
  readonly count: number;
}

export interface RecordingQueueOptions {
  /** Most rows and events in memory; a single larger batch is taken all the same. */
  readonly limit: number;
  /** Rows and events that make a group full. */
  readonly groupRows: number;
}

export class RecordingQueue {
  readonly #options: RecordingQueueOptions;
  #batches: Queued[] = [];
  #waiting = 0;
  #inMemory = 0;

  constructor(options: RecordingQueueOptions) {
    this.#options = options;
  }

  get empty(): boolean {
    return this.#batches.length === 0;
  }

  /** A full group waits. */
  get full(): boolean {
    return this.#waiting >= this.#options.groupRows;
  }

  /** Rows and events, with those of groups that are not released yet. */
  get inMemory(): number {
    return this.#inMemory;
  }

  hasRoomFor(count: number): boolean {
    return this.#inMemory === 0 || this.#inMemory + count <= this.#options.limit;
  }

  add(batch: Queued): void {
    const count = batch.rows.length + batch.events.length;
    this.#batches.push(batch);
    this.#waiting += count;
    this.#inMemory += count;
  }

  /** The oldest batches: as many as make a full group, or all. */
  takeGroup(): Group {
    let count = 0;
    let taken = 0;
    while (taken < this.#batches.length && (taken === 0 || count < this.#options.groupRows)) {
      const next = this.#batches[taken++];
      count += (next?.rows.length ?? 0) + (next?.events.length ?? 0);
    }
    this.#waiting -= count;
    return { batches: this.#batches.splice(0, taken), count };
  }

  /** The group is done with, one way or the other. */
  release({ count }: Group): void {
    this.#inMemory -= count;
  }
}
