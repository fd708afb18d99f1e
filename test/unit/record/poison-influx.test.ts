/** A real InfluxDB that refuses some rows for good: somebody else has written text into a field that holds numbers. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { ROW_COLUMNS } from '../../../src/mqtt/topics.ts';
import { Quarantine } from '../../../src/record/quarantine.ts';
import { Recorder } from '../../../src/record/recorder.ts';
import { createInfluxStore } from '../../../src/store/influx.ts';
import { startInfluxd, temporaryFolder } from '../../support/services.ts';
import { available } from '../../support/what-was-not-tested.ts';
import { collectingLogger } from '../journal/support.ts';
import { FakeConnection } from '../mqtt/fake-connection.ts';

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

describe.skipIf(!available('rows that InfluxDB refuses', 'influxd'))('rows that InfluxDB refuses', () => {
  it('are kept aside, the others are stored, and the batch is acknowledged', async () => {
    const database = await startInfluxd();
    const folder = temporaryFolder();
    undo.push(
      () => folder.remove(),
      () => database.stop(),
    );
    const logger = collectingLogger();
    const store = createInfluxStore({ url: database.url, database: 'hai', logger });
    await store.open();
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
    const stranger = `telemetry,station=other reservoirVolume="full" ${t0}`;
    const answer = await fetch(`${database.url}/write?db=hai`, { method: 'POST', body: stranger });
    expect(answer.status).toBe(204);
    const batch = { station: 'RS-1', bridge: 'bay-a', epoch: 5, bootId: '0A1B2C3D', firstSeq: 1, lastSeq: 20 };
    // Every fifth row has a volume.
    const rows = Array.from({ length: 20 }, (_, i) => [i + 1, i, i, i, 0, i % 5 === 0 ? 18.5 : null, 1, 2, 3, 4, 5]);
    const message = { ...batch, history: false, t0: String(t0), columns: [...ROW_COLUMNS], rows, events: [] };
    connection.arrive('hai/v1/ward-3/RS-1/telemetry', message);

    await vi.waitFor(() => expect(connection.of('recorded')).toHaveLength(1), { timeout: 10_000 });
    expect(recorder.counters).toMatchObject({ rejected: 4, written: 16, heldBack: 0 });
    const stored = await store.read('RS-1', 5, 1, 20, 100);
    expect(stored.map((row) => row.seq)).toEqual(rows.map(([seq]) => seq).filter((_, i) => i % 5 !== 0));
    const [file = ''] = readdirSync(quarantine.folder);
    const kept = readFileSync(join(quarantine.folder, file), 'utf8').trim().split('\n');
    expect(kept.map((line) => JSON.parse(line))).toMatchObject(
      [1, 6, 11, 16].map((seq) => ({
        seq,
        reason: expect.stringMatching(/type conflict/),
        content: { lineSeq: seq - 1 },
      })),
    );
  });
});
