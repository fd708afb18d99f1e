/** The records of one epoch out of the store, in the order of time, a page at a time. */
import type { ProvableStore, StoredEvent, StoredRow } from '../store/port.ts';

export type StoredRecord = StoredRow | StoredEvent;

const PAGE_ROWS = 5000;

export interface EpochSpan {
  readonly station: string;
  readonly epoch: number;
  /** Both inclusive. */
  readonly fromNs: bigint;
  readonly toNs: bigint;
}

type Read<T> = (span: EpochSpan & { limit: number }) => Promise<readonly T[]>;

/**
 * Several records may have one time (tampered with, or under two sites): a page never ends between them. The next page
 * is asked for while this one is used.
 */
async function* pages<T extends StoredRecord>(read: Read<T>, span: EpochSpan): AsyncGenerator<T> {
  let limit = PAGE_ROWS;
  let asked = read({ ...span, limit });
  for (;;) {
    const page = await asked;
    const lastNs = page.at(-1)?.timeNs;
    if (page.length < limit || lastNs === undefined) {
      yield* page;
      return;
    }
    const whole = page.filter((record) => record.timeNs < lastNs);
    if (whole.length === 0) limit *= 2;
    asked = read({ ...span, fromNs: lastNs, limit });
    // It may fail while nobody waits for it yet.
    asked.catch(() => {});
    yield* whole;
  }
}

/** Readings and events together, ascending in time. */
export async function* readBack(store: ProvableStore, span: EpochSpan): AsyncGenerator<StoredRecord> {
  const rows = pages((page) => store.readingsBetween(page), span);
  const events = pages((page) => store.eventsBetween(page), span);
  let [row, event] = await Promise.all([rows.next(), events.next()]);
  while (!row.done || !event.done) {
    if (event.done || (!row.done && row.value.timeNs <= event.value.timeNs)) {
      yield row.value as StoredRecord;
      row = await rows.next();
    } else {
      yield event.value as StoredRecord;
      event = await events.next();
    }
  }
}
