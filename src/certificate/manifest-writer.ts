/** Journal batches -> blocks of the manifest. Whole batches in the order of the journal; a batch that is in already changes nothing. */
import type { JournaledBatch } from '../journal/port.ts';
import { decodeRows, envelope } from '../record/decode.ts';
import type { StoredEvent, StoredRow } from '../store/port.ts';
import { blockOf, OpenBlock } from './block.ts';
import type { Gap, GapReason, ManifestFile } from './manifest-file.ts';

export type Batch = Pick<JournaledBatch, 'station' | 'epoch' | 'firstSeq' | 'lastSeq' | 'payload'>;

/** `new`: just committed. `again`: found in the journal, from this run or an earlier one. */
export type Origin = 'new' | 'again';

export interface Unreadable {
  readonly station: string;
  readonly reason: string;
}

/** Readings and events in the order of their numbers; both lists are ascending by themselves. */
function inOrder(rows: readonly StoredRow[], events: readonly StoredEvent[]): readonly (StoredRow | StoredEvent)[] {
  if (events.length === 0) return rows;
  return [...rows, ...events].sort((a, b) => a.seq - b.seq);
}

export class ManifestWriter {
  readonly #file: ManifestFile;
  /** The block each station is in. */
  readonly #open = new Map<string, OpenBlock>();
  readonly #changed = new Map<string, OpenBlock>();
  #gaps: Gap[] = [];

  constructor(file: ManifestFile) {
    this.#file = file;
  }

  /**
   * Durable when it returns; batches that cannot be read are named. Throws SQLite's error: then nothing of this call
   * is in, and the same batches must be given again.
   */
  add(batches: readonly Batch[], origin: Origin): Unreadable[] {
    const unreadable: Unreadable[] = [];
    try {
      for (const batch of batches) this.#add(batch, origin, unreadable);
      const blocks = Array.from(this.#changed.values(), (open) => open.block);
      if (blocks.length > 0) this.#file.commit(blocks, this.#gaps);
    } catch (error) {
      this.#open.clear();
      throw error;
    } finally {
      this.#changed.clear();
      this.#gaps = [];
    }
    return unreadable;
  }

  #add(batch: Batch, origin: Origin, unreadable: Unreadable[]): void {
    const { station, epoch } = batch;
    const before = this.#blockBefore(station, epoch);
    const due = (before?.lastSeq ?? 0) + 1;
    if (batch.lastSeq < due) return;
    const records = recordsOf(batch);
    if (typeof records === 'string' || batch.firstSeq < due) {
      const reason = typeof records === 'string' ? records : `seq ${batch.firstSeq} after ${due - 1}`;
      unreadable.push({ station, reason });
      return;
    }
    if (batch.firstSeq > due) {
      const why: GapReason = origin === 'again' && this.#file.fresh ? 'unwitnessed' : 'given-up';
      this.#gaps.push({ station, epoch, firstSeq: due, lastSeq: batch.firstSeq - 1, why });
    }
    let block = before;
    for (const record of records) {
      const number = blockOf(record.seq);
      if (block === null || block.key.number !== number) {
        if (block !== null) this.#touch(block);
        block = OpenBlock.begin({ station, epoch, number });
      }
      block.add(record);
    }
    if (block === null) return;
    this.#touch(block);
    this.#open.set(station, block);
  }

  #touch(block: OpenBlock): void {
    const { station, epoch, number } = block.key;
    this.#changed.set(`${station}/${epoch}/${number}`, block);
  }

  #blockBefore(station: string, epoch: number): OpenBlock | null {
    const open = this.#open.get(station);
    if (open?.key.epoch === epoch) return open;
    const stored = this.#file.lastBlock(station, epoch);
    return stored === null ? null : OpenBlock.goOn(stored);
  }
}

function recordsOf(batch: Batch): readonly (StoredRow | StoredEvent)[] | string {
  try {
    const { rows, events } = decodeRows(envelope.parse(JSON.parse(batch.payload)));
    const records = inOrder(rows, events);
    const [first] = records;
    const fits = first?.seq === batch.firstSeq && first.epoch === batch.epoch && first.station === batch.station;
    return fits ? records : 'the payload is not of this batch';
  } catch (error) {
    return error instanceof Error ? error.message.slice(0, 300) : String(error);
  }
}
