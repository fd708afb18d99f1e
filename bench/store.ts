/**
 * What storing costs: rows/s, our own CPU per row, and the longest time the event loop was held up, for the embedded
 * store and for a real InfluxDB. Run directly: `npx tsx bench/store.ts`.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CHANNEL_NAMES } from '../protocols/reading.ts';
import { silentLogger } from '../src/logger.ts';
import { createInfluxStore } from '../src/store/influx.ts';
import { lineBodies } from '../src/store/influx-lines.ts';
import type { StoredRow, TimeSeriesStore } from '../src/store/port.ts';
import { createSqliteStore } from '../src/store/sqlite.ts';
import { find, temporaryFolder } from '../test/support/services.ts';
import { startDatabase } from './measure.ts';

export interface StoreFigures {
  readonly store: string;
  readonly rows: number;
  readonly rowsPerSecond: number;
  /** User and system time of this process, without the server's. */
  readonly cpuMicrosecondsPerRow: number;
  readonly longestBlockMs: number;
  /** 500 buckets of six channels over all rows of one station. */
  readonly queryMs: number;
  readonly queryLongestBlockMs: number;
}

const STATIONS = 8;
const ROWS_PER_STATION = 25_000;
/** What a recorder puts together in a quarter of a second at 20,000 readings/s. */
const ROWS_PER_BATCH = 5000;
const T0_MS = 1_767_225_600_000;

function reading(station: string, seq: number): StoredRow {
  return {
    station,
    epoch: 1,
    seq,
    timeNs: BigInt(T0_MS) * 1_000_000n + BigInt(seq) * 50_000_123n,
    deviceTickMs: seq * 50,
    lineSeq: seq + 7,
    flags: 0,
    values: [
      20.123 + (seq % 9000) / 1000,
      3.12 + (seq % 70) / 1000,
      10.51,
      seq % 5 === 0 ? null : 36.61,
      12.345 - (seq % 9000) / 1000,
      101.325,
    ],
  };
}

function batches(): StoredRow[][] {
  const perStation = ROWS_PER_BATCH / STATIONS;
  return Array.from({ length: ROWS_PER_STATION / perStation }, (_, b) =>
    Array.from({ length: STATIONS }, (_, s) =>
      Array.from({ length: perStation }, (_, i) => reading(`HS-${1000 + s}`, b * perStation + i + 1)),
    ).flat(),
  );
}

/** The longest gap between two turns of the event loop while `work` runs, in ms. */
async function longestBlock(work: () => Promise<void>): Promise<number> {
  let longest = 0;
  let last = performance.now();
  let running = true;
  const turn = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (running) setTimeout(turn, 1);
  };
  setTimeout(turn, 1);
  await work();
  running = false;
  return longest;
}

async function measure(store: TimeSeriesStore, all: readonly StoredRow[][]): Promise<StoreFigures> {
  await store.open();
  // The first batches warm up compiler, file and connection.
  for (const rows of all.slice(0, 4)) await store.write({ site: 'bench', rows, events: [] });
  const measured = all.slice(4, -8);
  const began = performance.now();
  const cpu = process.cpuUsage();
  for (const rows of measured) await store.write({ site: 'bench', rows, events: [] });
  const { user, system } = process.cpuUsage(cpu);
  const seconds = (performance.now() - began) / 1000;
  // Apart from the rest, because looking costs CPU.
  const longestBlockMs = await longestBlock(async () => {
    for (const rows of all.slice(-8)) await store.write({ site: 'bench', rows, events: [] });
  });
  const counted = await store.count('HS-1000');
  if (counted[0]?.rows !== ROWS_PER_STATION) {
    throw new Error(`${store.description}: ${JSON.stringify(counted)} instead of ${ROWS_PER_STATION} rows`);
  }
  const asked = performance.now();
  const queryLongestBlockMs = await longestBlock(async () => {
    await store.query({
      station: 'HS-1000',
      fromMs: T0_MS,
      toMs: T0_MS + ROWS_PER_STATION * 51,
      channels: CHANNEL_NAMES,
      buckets: 500,
    });
  });
  const queryMs = performance.now() - asked;
  await store.close();
  const rows = measured.length * ROWS_PER_BATCH;
  return {
    store: store.description,
    rows,
    rowsPerSecond: Math.round(rows / seconds),
    cpuMicrosecondsPerRow: (user + system) / rows,
    longestBlockMs,
    queryMs,
    queryLongestBlockMs,
  };
}

/** Of line protocol alone, without HTTP: the part of the InfluxDB cost that is ours. µs per row. */
export function benchLines(): number {
  const all = batches();
  const encode = () => {
    let bytes = 0;
    for (const rows of all) {
      for (const body of lineBodies({ site: 'bench', rows, events: [] }, 'kept')) bytes += Buffer.byteLength(body);
    }
    return bytes;
  };
  encode();
  const cpu = process.cpuUsage();
  encode();
  return process.cpuUsage(cpu).user / (all.length * ROWS_PER_BATCH);
}

/** The embedded store, then InfluxDB where it is installed. */
export async function benchStore(): Promise<StoreFigures[]> {
  const all = batches();
  const figures: StoreFigures[] = [];
  const folder = temporaryFolder();
  try {
    figures.push(await measure(createSqliteStore({ path: join(folder.path, 'store.db') }), all));
  } finally {
    folder.remove();
  }
  if (find('influxd') === null) return figures;
  const server = await startDatabase();
  try {
    figures.push(await measure(createInfluxStore({ url: server.url, database: 'hai', logger: silentLogger }), all));
  } finally {
    await server.stop();
  }
  return figures;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const f of await benchStore()) {
    console.log(
      `${f.store.replace(/ .*/, '').padEnd(8)}${String(f.rowsPerSecond).padStart(8)} rows/s  ${f.cpuMicrosecondsPerRow.toFixed(2)} µs CPU a row  longest block ${f.longestBlockMs.toFixed(0)} ms  query ${f.queryMs.toFixed(0)} ms (block ${f.queryLongestBlockMs.toFixed(0)} ms)`,
    );
  }
  console.log(`line protocol alone: ${benchLines().toFixed(2)} µs a row`);
}
