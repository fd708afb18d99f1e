/** A real InfluxDB that refuses some rows for good: somebody else has written text into a field that holds numbers. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Reading, Received } from '../../../protocols/reading.ts';
import { systemClock } from '../../../src/clock.ts';
import { openJournal } from '../../../src/journal/journal.ts';
import { silentLogger } from '../../../src/logger.ts';
import { ROW_COLUMNS } from '../../../src/mqtt/topics.ts';
import { Quarantine } from '../../../src/record/quarantine.ts';
import { Recorder } from '../../../src/record/recorder.ts';
import type { StationEvent } from '../../../src/station/model.ts';
import { createInfluxStore } from '../../../src/store/influx.ts';
import { startInfluxd, temporaryFolder } from '../../support/services.ts';
import { available } from '../../support/what-was-not-tested.ts';
import { diskHere } from '../journal/disk-here.ts';
import { collectingLogger, FakeClock, reading, stationEvent } from '../journal/support.ts';
import { FakeConnection } from '../mqtt/fake-connection.ts';

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

async function start() {
  const database = await startInfluxd();
  const folder = temporaryFolder();
  undo.push(
    () => folder.remove(),
    () => database.stop(),
  );
  const logger = collectingLogger();
  const store = createInfluxStore({ url: database.url, database: 'hai', logger });
  await store.open();
  const writes: number[] = [];
  const write = store.write.bind(store);
  store.write = (batch) => {
    writes.push(batch.rows.length + batch.events.length);
    return write(batch);
  };
  const connection = new FakeConnection();
  const quarantine = new Quarantine({ folder: join(folder.path, 'quarantine'), clock: systemClock });
  const options = { connection, store, quarantine, site: 'ward-3', recorder: 'rec-1', clock: systemClock, logger };
  const recorder = new Recorder(options);
  recorder.start();
  undo.push(
    () => store.close(),
    () => recorder.stop(),
  );
  const t0 = BigInt(Date.now()) * 1_000_000n;
  /** From now on no number is taken for this field at this time. */
  const poison = async (measurement: string, field: string) => {
    const stranger = `${measurement},station=other ${field}="full" ${t0}`;
    const answer = await fetch(`${database.url}/write?db=hai`, { method: 'POST', body: stranger });
    expect(answer.status).toBe(204);
  };
  const kept = () => {
    const [file = ''] = readdirSync(quarantine.folder);
    return readFileSync(join(quarantine.folder, file), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  };
  return { store, recorder, connection, t0, poison, kept, writes, folder: quarantine.folder };
}

/** As a journal writes it. */
async function journaled(
  count: number,
  of: (n: number, received: Received) => Reading | StationEvent,
): Promise<string> {
  const folder = temporaryFolder();
  const clock = new FakeClock();
  const path = join(folder.path, 'journal.db');
  const options = { path, bridge: 'bay-a', clock, logger: silentLogger, disk: diskHere(path, clock) };
  const journal = await openJournal(options);
  const payloads: string[] = [];
  journal.onCommitted(({ payload }) => payloads.push(payload));
  // A type holds for a time: the stranger's and ours must be the same.
  const startMs = Date.now();
  for (let n = 0; n < count; n++) {
    const message = of(n, { utcMs: startMs + n * 100, monotonicMs: n * 100 });
    if ('values' in message) journal.append(message);
    else journal.appendEvent(message);
  }
  await journal.close();
  folder.remove();
  expect(payloads).toHaveLength(1);
  return payloads[0] ?? '';
}

describe.skipIf(!available('rows that InfluxDB refuses', 'influxd'))('rows that InfluxDB refuses', () => {
  it('are kept aside, the others are stored, and the batch is acknowledged', async () => {
    const { store, recorder, connection, t0, poison, kept } = await start();
    await poison('telemetry', 'reservoirVolume');
    const batch = { station: 'RS-1', bridge: 'bay-a', epoch: 5, bootId: '0A1B2C3D', firstSeq: 1, lastSeq: 20 };
    // Every fifth row has a volume.
    const rows = Array.from({ length: 20 }, (_, i) => [i + 1, i, i, i, 0, i % 5 === 0 ? 18.5 : null, 1, 2, 3, 4, 5]);
    const message = { ...batch, history: false, t0: String(t0), columns: [...ROW_COLUMNS], rows, events: [] };
    connection.arrive('hai/v1/ward-3/RS-1/telemetry', message);

    await vi.waitFor(() => expect(connection.of('recorded')).toHaveLength(1), { timeout: 10_000 });
    expect(recorder.counters).toMatchObject({ rejected: 4, written: 16, heldBack: 0 });
    const stored = await store.read('RS-1', 5, 1, 20, 100);
    expect(stored.map((row) => row.seq)).toEqual(rows.map(([seq]) => seq).filter((_, i) => i % 5 !== 0));
    expect(kept()).toMatchObject(
      [1, 6, 11, 16].map((seq) => ({
        seq,
        reason: expect.stringMatching(/type conflict/),
        content: { lineSeq: seq - 1 },
      })),
    );
  });

  it('one bad row of 500 is found in a few writes, and kept byte for byte as it came', async () => {
    const { store, recorder, connection, poison, kept, writes } = await start();
    await poison('telemetry', 'linePressure');
    // Only row 317 measures what the database cannot take.
    const payload = await journaled(500, (n, received) =>
      reading('RS-1', n, { received, values: [1, 2, n === 316 ? 12.5 : null, 4, 5, 6] }),
    );
    const { epoch, t0 } = JSON.parse(payload);
    connection.arrive('hai/v1/ward-3/RS-1/telemetry', JSON.parse(payload));
    await vi.waitFor(() => expect(connection.of('recorded')).toHaveLength(1), { timeout: 10_000 });
    expect(recorder.counters).toMatchObject({ rejected: 1, written: 499, heldBack: 0, acknowledged: 1 });
    // Two writes for each halving.
    expect(writes.length).toBeLessThanOrEqual(1 + 2 * Math.ceil(Math.log2(500)));
    expect((await store.read('RS-1', epoch, 1, 500, 1000)).map((row) => row.seq)).toEqual(
      Array.from({ length: 500 }, (_, i) => i + 1).filter((seq) => seq !== 317),
    );
    const timeNs = String(BigInt(t0) + 31_600_000_000n);
    expect(kept()).toEqual([
      {
        at: expect.stringMatching(/^20/),
        reason: expect.stringMatching(/linePressure.*type conflict|type conflict.*linePressure/s),
        ...{ topic: 'hai/v1/ward-3/RS-1/telemetry', site: 'ward-3', bridge: 'bay-a', station: 'RS-1', epoch },
        ...{ seq: 317, kind: 'row', batch: { epoch, firstSeq: 1, lastSeq: 500 } },
        content: { timeNs, deviceTickMs: 31_600, lineSeq: 316, flags: 128, values: [1, 2, 12.5, 4, 5, 6] },
        raw: '[317,31600000000,31600,316,128,1,2,12.5,4,5,6]',
      },
    ]);
  });

  it('an event is kept as it came too, with braces and quotes in its text', async () => {
    const { recorder, connection, poison, kept } = await start();
    await poison('event', 'tick');
    const data = '{"lot": "A\\7"} }';
    const payload = await journaled(3, (n, received) =>
      stationEvent('RS-1', n, { received, source: 'scan', state: 'QR', data }),
    );
    connection.arrive('hai/v1/ward-3/RS-1/telemetry', JSON.parse(payload));
    await vi.waitFor(() => expect(connection.of('recorded')).toHaveLength(1), { timeout: 10_000 });
    expect(recorder.counters).toMatchObject({ rejected: 3, written: 0 });
    for (const { raw, content } of kept()) {
      expect(payload).toContain(raw);
      expect(JSON.parse(raw)).toMatchObject({ source: 'scan', state: 'QR', data, lineSeq: content.lineSeq });
      expect(content.data).toBe(data);
    }
  });
});
