/** Everything a store has of a station, as the judge wants it. */
import type { EpochTime, ProvableStore, StoredEvent, StoredRow } from '../store/port.ts';
import type { HeldRow } from './judge.ts';

const AT_ONCE = 5000;
/** Year 2261: the last of the 64 bits are not for every database. */
const LAST_NS = 9_200_000_000_000_000_000n;

export async function heldIn(store: ProvableStore, station: string): Promise<HeldRow[]> {
  const all: HeldRow[] = [];
  for (const { epoch } of await store.epochsBetween(station, 0n, LAST_NS)) {
    for await (const row of pages((span) => store.readingsBetween(span), station, epoch)) all.push(ofReading(row));
    for await (const event of pages((span) => store.eventsBetween(span), station, epoch)) all.push(ofEvent(event));
  }
  return all.sort((a, b) => (a.timeNs < b.timeNs ? -1 : a.timeNs > b.timeNs ? 1 : 0));
}

/** Page by page, ascending in time. No two records of an epoch share a time, so a page begins just after the last one ended. */
async function* pages<T extends { readonly timeNs: bigint }>(
  read: (span: EpochTime) => Promise<readonly T[]>,
  station: string,
  epoch: number,
): AsyncGenerator<T> {
  for (let fromNs = 0n; ; ) {
    const page = await read({ station, epoch, fromNs, toNs: LAST_NS, limit: AT_ONCE });
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < AT_ONCE) return;
    fromNs = last.timeNs + 1n;
  }
}

const ofReading = (row: StoredRow): HeldRow => ({
  ...{ timeNs: row.timeNs, kind: 'telemetry', epoch: row.epoch, seq: row.seq, line: row.lineSeq },
  ...{ tick: row.deviceTickMs, flags: row.flags, content: JSON.stringify(row.values) },
});

const ofEvent = (event: StoredEvent): HeldRow => ({
  ...{ timeNs: event.timeNs, kind: 'event', epoch: event.epoch, seq: event.seq, line: event.lineSeq },
  ...{ tick: event.deviceTickMs, flags: 0, content: JSON.stringify([event.source, event.state, event.data]) },
});
