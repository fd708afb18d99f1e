/**
 * Batches that are sent again, put together to messages: the batches of a station in one list, as many as fit. A message
 * costs bridge, broker and recorder the same whether it carries one batch or a hundred.
 */
import type { JournaledBatch } from '../journal/port.ts';
import { MOST_BATCHES_TOGETHER } from './topics.ts';

/** Brokers take it, a recorder reads it without holding up its event loop, and as a string it is below V8's large objects (128 KiB). */
const MOST_CHARACTERS = 100_000;

export class Bundle {
  readonly station: string;
  readonly batches: JournaledBatch[] = [];
  characters = 0;

  constructor(station: string) {
    this.station = station;
  }

  hasRoomFor(batch: JournaledBatch): boolean {
    return (
      this.batches.length === 0 ||
      (this.batches.length < MOST_BATCHES_TOGETHER && this.characters + batch.payload.length <= MOST_CHARACTERS)
    );
  }

  add(batch: JournaledBatch): void {
    this.batches.push(batch);
    this.characters += batch.payload.length;
  }

  /** The JSON of a `telemetryMessage`, marked as history. */
  get payload(): string {
    // The first occurrence is the header's: names before it cannot hold a quotation mark.
    const texts = this.batches.map((batch) => batch.payload.replace('"history":false', '"history":true'));
    return texts.length === 1 ? (texts[0] as string) : `[${texts.join(',')}]`;
  }
}

/** The beginning of `page` that fits into at most `most` messages. */
export function bundles(page: readonly JournaledBatch[], most: number): readonly Bundle[] {
  const all: Bundle[] = [];
  const open = new Map<string, Bundle>();
  for (const batch of page) {
    let bundle = open.get(batch.station);
    if (!bundle?.hasRoomFor(batch)) {
      if (all.length >= most) break;
      bundle = new Bundle(batch.station);
      all.push(bundle);
      open.set(batch.station, bundle);
    }
    bundle.add(batch);
  }
  return all;
}
