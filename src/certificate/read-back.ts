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
async function* pages<T extends StoredRecord>(read: Read<T>, span: EpochSpan): AsyncGenerator<readonly T[]> {
  let limit = PAGE_ROWS;
  let asked = read({ ...span, limit });
  for (;;) {
    const page = await asked;
    const lastNs = page.at(-1)?.timeNs;
    if (page.length < limit || lastNs === undefined) {
      yield page;
      return;
    }
    const whole = page.filter((record) => record.timeNs < lastNs);
    if (whole.length === 0) limit *= 2;
    asked = read({ ...span, fromNs: lastNs, limit });
    // It may fail while nobody waits for it yet.
    asked.catch(() => {});
    yield whole;
  }
}

/** Readings and events together, ascending in time, some thousand at once. */
export async function* readBack(store: ProvableStore, span: EpochSpan): AsyncGenerator<readonly StoredRecord[]> {
  const rows = new Ahead(pages((page) => store.readingsBetween(page), span));
  const events = new Ahead(pages((page) => store.eventsBetween(page), span));
  for (;;) {
    await Promise.all([rows.fill(), events.fill()]);
    const [rowNs, eventNs] = [rows.lastNs, events.lastNs];
    if (rowNs === null && eventNs === null) return;
    // What one side has behind the other's end may still get company.
    const upTo = rowNs === null ? eventNs : eventNs === null || rowNs < eventNs ? rowNs : eventNs;
    yield inTime(rows.take(upTo ?? 0n), events.take(upTo ?? 0n));
  }
}

/** What has been read and not yet used. */
class Ahead {
  readonly #pages: AsyncGenerator<readonly StoredRecord[]>;
  #records: readonly StoredRecord[] = [];

  constructor(source: AsyncGenerator<readonly StoredRecord[]>) {
    this.#pages = source;
  }

  async fill(): Promise<void> {
    while (this.#records.length === 0) {
      const next = await this.#pages.next();
      if (next.done) return;
      this.#records = next.value;
    }
  }

  /** `null` when there is nothing more. */
  get lastNs(): bigint | null {
    return this.#records.at(-1)?.timeNs ?? null;
  }

  take(upToNs: bigint): readonly StoredRecord[] {
    const rest = this.#records.findIndex((record) => record.timeNs > upToNs);
    const taken = rest < 0 ? this.#records : this.#records.slice(0, rest);
    this.#records = rest < 0 ? [] : this.#records.slice(rest);
    return taken;
  }
}

function inTime(a: readonly StoredRecord[], b: readonly StoredRecord[]): readonly StoredRecord[] {
  if (b.length === 0) return a;
  if (a.length === 0) return b;
  return [...a, ...b].sort((x, y) => (x.timeNs < y.timeNs ? -1 : x.timeNs > y.timeNs ? 1 : 0));
}
