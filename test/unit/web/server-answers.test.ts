import { describe, expect, it, vi } from 'vitest';
import { StoreUnavailable } from '../../../src/store/port.ts';
import type { HistoryResponse, StationView } from '../../../src/web/api-types.ts';
import {
  CONNECTING_LINK,
  fleetStatuses,
  IDLE,
  infoOf,
  QUIET,
  REFILLING,
  REFUSED,
  readingOf,
} from '../../support/web-fixture.ts';
import { get, problem, raw, start } from '../../support/web-server.ts';

describe('stations', () => {
  it('are all there, the refused and the silent with their reason', async () => {
    const fixture = await start();
    for (const { station, link } of fleetStatuses()) if (station) fixture.bus.emit('identified', infoOf(station, link));
    const monotonicMs = performance.now() - 9000;
    fixture.bus.emit('reading', readingOf(QUIET, 1, { received: { utcMs: Date.now() - 9000, monotonicMs } }));
    fixture.bus.emit('reading', readingOf(REFUSED, 1));
    fixture.bus.emit('reading', readingOf(REFILLING, 7));
    const views = (await (await get(fixture, '/api/v1/stations')).json()) as StationView[];
    expect(views.map((view) => view.key)).toEqual([REFILLING, IDLE, QUIET, REFUSED, CONNECTING_LINK]);
    const [refilling, idle, quiet, refused, connecting] = views;
    expect(refilling).toMatchObject({ state: 'live', simulated: true, reason: null, latest: { lineSeq: 7 } });
    expect(idle).toMatchObject({ simulated: false, firmwareVersion: '2.4.1', latest: null });
    expect(quiet).toMatchObject({ state: 'quiet', reason: expect.stringContaining('switched on') });
    expect(quiet?.latest?.ageMs).toBeGreaterThanOrEqual(9000);
    expect(refused).toMatchObject({ state: 'refused', latest: null, reason: expect.stringContaining('unplug one') });
    expect(connecting).toMatchObject({ station: null, state: 'connecting' });
  });

  it('are found one by one, by their key', async () => {
    const fixture = await start();
    expect(await (await get(fixture, `/api/v1/stations/${IDLE}`)).json()).toMatchObject({ key: IDLE });
    const link = `/api/v1/stations/${encodeURIComponent(CONNECTING_LINK)}`;
    expect(await (await get(fixture, link)).json()).toMatchObject({ key: CONNECTING_LINK });
    const unknown = await get(fixture, '/api/v1/stations/HRS-9999');
    expect(unknown.status).toBe(404);
    expect((await problem(unknown)).message).toContain('HRS-9999');
  });

  it('survive hostile names', async () => {
    const fixture = await start();
    for (const name of [
      '%00',
      '%0a',
      '..%2f..%2fetc%2fpasswd',
      "'%20OR%201=1",
      '__proto__',
      'constructor',
      '%F0%9F%92%89',
    ]) {
      expect((await raw(fixture, `/api/v1/stations/${name}`)).status, name).toBe(404);
      expect((await raw(fixture, `/api/v1/stations/${name}/history`)).status, name).toBe(
        /^(constructor)$/.test(name) ? 200 : 400,
      );
    }
    for (const bad of ['%', '%zz', '%c3%28', `${'x'.repeat(3000)}`]) {
      const { status, body } = await raw(fixture, `/api/v1/stations/${bad}/history`);
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(500);
      expect(JSON.parse(body)).toMatchObject({ error: { remedy: expect.any(String) } });
    }
    expect(fixture.store.asked.map((range) => range.station)).toEqual(['constructor']);
  });
});

describe('history', () => {
  it('comes downsampled from the store', async () => {
    const fixture = await start();
    const response = await get(
      fixture,
      `/api/v1/stations/${IDLE}/history?from=1000&to=61000&points=6&channels=lineFlow`,
    );
    const history = (await response.json()) as HistoryResponse;
    expect(fixture.store.asked).toEqual([
      { station: IDLE, fromMs: 1000, toMs: 61_000, buckets: 6, channels: ['lineFlow'] },
    ]);
    expect(history).toMatchObject({ station: IDLE, fromMs: 1000, toMs: 61_000, bucketMs: 10_000 });
    expect(history.times).toHaveLength(6);
    expect(Object.keys(history.channels)).toEqual(['lineFlow']);
    expect(response.headers.get('cache-control')).toBe('no-store');
  });

  it('refuses bad questions without asking the store', async () => {
    const fixture = await start();
    for (const query of [
      'points=0',
      'points=2001',
      'points=1.5',
      'from=5&to=4',
      'from=x',
      'nonsense=1',
      'from=1&from=2',
    ]) {
      const response = await get(fixture, `/api/v1/stations/${IDLE}/history?${query}`);
      expect(response.status, query).toBe(400);
      await problem(response);
    }
    expect(fixture.store.asked).toEqual([]);
  });

  it('says when the store cannot answer, and what to do', async () => {
    const fixture = await start();
    fixture.store.failure = new StoreUnavailable('influx http://127.0.0.1:8086/hai: connection refused');
    const response = await get(fixture, `/api/v1/stations/${IDLE}/history`);
    expect(response.status).toBe(503);
    expect(await problem(response)).toMatchObject({
      code: 'store-unavailable',
      message: expect.stringContaining('connection refused'),
      remedy: expect.stringContaining('doctor'),
    });
  });

  it('tells nothing of an unforeseen failure, but logs it', async () => {
    const error = vi.fn();
    const logger = { debug() {}, info() {}, warn() {}, error, child: () => logger };
    const fixture = await start({ logger });
    fixture.store.failure = new Error('secret path /root/x');
    const response = await get(fixture, `/api/v1/stations/${IDLE}/history`);
    expect(response.status).toBe(500);
    expect((await problem(response)).message).not.toContain('secret');
    expect(error).toHaveBeenCalledOnce();
  });

  it('answers eight questions at a time and turns the ninth away', async () => {
    const fixture = await start();
    let answer = () => {};
    const held = new Promise<void>((resolve) => {
      answer = resolve;
    });
    fixture.store.query = async (range) => {
      fixture.store.asked.push(range);
      await held;
      return { bucketMs: 1, times: [], channels: {} };
    };
    const ask = () => get(fixture, `/api/v1/stations/${IDLE}/history`);
    const eight = Array.from({ length: 8 }, ask);
    await vi.waitFor(() => expect(fixture.store.asked).toHaveLength(8));
    const ninth = await ask();
    expect(ninth.status).toBe(503);
    expect((await problem(ninth)).code).toBe('store-busy');
    answer();
    for (const response of await Promise.all(eight)) expect(response.status).toBe(200);
    expect((await ask()).status).toBe(200);
  });
});
