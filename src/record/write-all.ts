/** Writes a group although some of its rows may be ones the store will never take. */
import {
  RejectedByStore,
  type StoredEvent,
  type StoredRow,
  type TimeSeriesStore,
  type WriteBatch,
} from '../store/port.ts';

export interface Refusal {
  readonly record: StoredRow | StoredEvent;
  readonly reason: string;
}

/**
 * Halves the group until the poison stands alone. Returns what was refused; everything else is in the store.
 * Throws what the store throws when it is unavailable: then nothing is known, and writing again does no harm.
 */
export async function writeAll(store: TimeSeriesStore, batch: WriteBatch): Promise<Refusal[]> {
  try {
    await store.write(batch);
    return [];
  } catch (error) {
    if (!(error instanceof RejectedByStore)) throw error;
    const { site, rows, events } = batch;
    const [record] = rows.length > 0 ? rows : events;
    if (record === undefined) return [];
    if (rows.length + events.length === 1) return [{ record, reason: error.message }];
    if (rows.length > 0 && events.length > 0) {
      const refusedRows = await writeAll(store, { site, rows, events: [] });
      return [...refusedRows, ...(await writeAll(store, { site, rows: [], events }))];
    }
    const refused: Refusal[] = [];
    for (const half of [0, 1]) {
      const cut = <T>(list: readonly T[]) => {
        const middle = list.length >> 1;
        return half === 0 ? list.slice(0, middle) : list.slice(middle);
      };
      refused.push(...(await writeAll(store, { site, rows: cut(rows), events: cut(events) })));
    }
    return refused;
  }
}
