/** Writing to a real VictoriaMetrics through the InfluxDB store, and reading back by its own export. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHANNEL_NAMES } from '../../protocols/reading.ts';
import { silentLogger } from '../../src/logger.ts';
import { createInfluxStore } from '../../src/store/influx.ts';
import type { StoredEvent, TimeSeriesStore } from '../../src/store/port.ts';
import { batch, row, rows } from '../contract/store.ts';
import { type Service, startVictoriaMetrics } from '../support/services.ts';
import { available } from '../support/what-was-not-tested.ts';

interface Exported {
  readonly metric: Record<string, string>;
  readonly values: number[];
  readonly timestamps: number[];
}

describe.skipIf(!available('writing to VictoriaMetrics', 'victoriaMetrics'))('VictoriaMetrics', () => {
  let server: Service;
  let store: TimeSeriesStore;
  beforeAll(async () => {
    server = await startVictoriaMetrics();
    store = createInfluxStore({ url: server.url, database: 'hai', logger: silentLogger });
  });
  afterAll(async () => {
    await store?.close();
    await server?.stop();
  });

  const exported = async (selector: string): Promise<Exported[]> => {
    await fetch(`${server.url}/internal/force_flush`);
    const response = await fetch(`${server.url}/api/v1/export?match[]=${encodeURIComponent(selector)}`);
    const lines = (await response.text()).split('\n').filter(Boolean);
    return lines.map((line) => JSON.parse(line) as Exported);
  };

  it('is recognised as taking writes only, and says so', async () => {
    await store.open();
    await store.ping();
    expect(store.description).toMatch(/takes writes only/);
    await expect(store.count('HS-1')).rejects.toMatchObject({
      name: 'StoreUnavailable',
      message: expect.stringMatching(/read it with its own tools/),
    });
  });

  it('has every reading that was written, to the ms, missing values missing', async () => {
    const written = rows('HS-1', 12_000).map((r) =>
      r.seq % 3 === 0 ? { ...r, values: [...r.values.slice(0, 5), null] } : r,
    );
    await store.write(batch(written));
    const ms = written.map((r) => Number(r.timeNs / 1_000_000n));
    const series = await exported('{station="HS-1",site="clinic",epoch="1",__name__=~"telemetry_.*"}');
    const named = new Map(series.map((s) => [s.metric.__name__, s]));
    expect(named.get('telemetry_seq')?.values).toEqual(written.map((r) => r.seq));
    expect(named.get('telemetry_seq')?.timestamps).toEqual(ms);
    expect(named.get('telemetry_line')?.values).toEqual(written.map((r) => r.lineSeq));
    CHANNEL_NAMES.forEach((name, c) => {
      const having = written.filter((r) => r.values[c] !== null);
      // It keeps about 15 significant digits.
      const rounded = (value: number | null | undefined) => Number(value).toPrecision(14);
      expect(named.get(`telemetry_${name}`)?.values.map(rounded)).toEqual(having.map((r) => rounded(r.values[c])));
    });
    expect(named.get('telemetry_ambientPressure')?.values).toHaveLength(8000);
  });

  it('has events by their numbers; their texts, which it cannot keep, are not sent', async () => {
    const { station, epoch, seq, timeNs, deviceTickMs, lineSeq } = row('HS-2', 1);
    const data = 'x\nforged,station=HS-2 v=1 1767225600000000000';
    const event: StoredEvent = { station, epoch, seq, timeNs, deviceTickMs, lineSeq, source: 'scan', state: 's', data };
    await store.write(batch([], [event]));
    const series = await exported('{station="HS-2"}');
    expect(series.map((s) => s.metric.__name__).sort()).toEqual(['event_line', 'event_seq', 'event_tick']);
    expect(series.find((s) => s.metric.__name__ === 'event_seq')?.timestamps).toEqual([Number(timeNs / 1_000_000n)]);
  });
});
