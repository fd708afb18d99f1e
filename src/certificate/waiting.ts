import type { BatchId } from '../mqtt/topics.ts';
import { type SeqRange, SeqRanges } from './seq-ranges.ts';

/** Numbers of messages that are in the journal and that no recorder has acknowledged, per station and epoch. */
export class Waiting {
  readonly #epochs = new Map<string, Map<number, SeqRanges>>();

  add(station: string, { epoch, firstSeq, lastSeq }: BatchId): void {
    const epochs = this.#epochs.get(station) ?? new Map<number, SeqRanges>();
    const ranges = epochs.get(epoch) ?? new SeqRanges();
    ranges.add(firstSeq, lastSeq);
    epochs.set(epoch, ranges);
    this.#epochs.set(station, epochs);
  }

  remove(station: string, { epoch, firstSeq, lastSeq }: BatchId): void {
    const epochs = this.#epochs.get(station);
    const ranges = epochs?.get(epoch);
    ranges?.remove(firstSeq, lastSeq);
    if (ranges?.empty) epochs?.delete(epoch);
  }

  of(station: string): WaitingRange[] {
    const epochs = [...(this.#epochs.get(station) ?? [])];
    return epochs.flatMap(([epoch, ranges]) => ranges.list.map((range) => ({ epoch, ...range })));
  }
}

export interface WaitingRange extends SeqRange {
  readonly epoch: number;
}
