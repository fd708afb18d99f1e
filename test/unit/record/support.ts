/** What a recorder is tested with: a store in memory, and batches as a bridge says them. */
import { ROW_COLUMNS, type TelemetryBatch } from '../../../src/mqtt/topics.ts';
import {
  RejectedByStore,
  type StoredEvent,
  type StoredRow,
  StoreUnavailable,
  type TimeSeriesStore,
  type WriteBatch,
} from '../../../src/store/port.ts';

/** Keeps rows by key, as the port asks; refuses or is away when told. */
export class MemoryStore implements TimeSeriesStore {
  readonly description = 'memory';
  readonly kept = new Map<string, StoredRow | StoredEvent>();
  readonly writes: number[] = [];
  away = false;
  refuses: (row: StoredRow | StoredEvent) => boolean = () => false;

  async write({ rows, events }: WriteBatch): Promise<void> {
    this.writes.push(rows.length + events.length);
    if (this.away) throw new StoreUnavailable('away');
    if ([...rows, ...events].some(this.refuses)) throw new RejectedByStore('field type conflict');
    for (const row of [...rows, ...events]) this.kept.set(`${row.station}/${row.epoch}/${row.seq}`, row);
  }
  async open(): Promise<void> {}
  async query(): Promise<never> {
    throw new Error('not used');
  }
  async count(): Promise<never[]> {
    return [];
  }
  async read(): Promise<never[]> {
    return [];
  }
  async stations(): Promise<never[]> {
    return [];
  }
  async ping(): Promise<void> {}
  async close(): Promise<void> {}
}

export function telemetry(firstSeq: number, count: number, over: Partial<TelemetryBatch> = {}): TelemetryBatch {
  return {
    station: 'RS-1',
    bridge: 'bay-a',
    epoch: 5,
    bootId: '0A1B2C3D',
    firstSeq,
    lastSeq: firstSeq + count - 1,
    history: false,
    t0: '1773480413000000000',
    columns: [...ROW_COLUMNS],
    rows: Array.from({ length: count }, (_, i) => [firstSeq + i, i * 1000, i, i, 0, 18.5, null, 1, 2, 3, 4]),
    events: [],
    ...over,
  };
}
