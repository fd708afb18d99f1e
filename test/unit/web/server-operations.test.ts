import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JournalState } from '../../../src/journal/port.ts';
import { StoreUnavailable } from '../../../src/store/port.ts';
import type { Hello } from '../../../src/web/api-types.ts';
import {
  countersOf,
  healthOf,
  IDLE,
  REFILLING,
  REFUSED,
  readingOf,
  startWebFixture,
  type WebFixture,
} from '../../support/web-fixture.ts';
import { get, start, ui } from '../../support/web-server.ts';

describe('operations', () => {
  it('/readyz follows store and broker, /healthz does not', async () => {
    const broker = { ok: true, reason: null as string | null, description: 'mqtt://127.0.0.1:1883' };
    const fixture = await start({ broker: () => broker });
    expect((await get(fixture, '/readyz')).status).toBe(200);
    broker.ok = false;
    broker.reason = 'connection refused';
    const response = await get(fixture, '/readyz');
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({
      ready: false,
      store: { ok: true },
      broker: { ok: false, reason: 'connection refused' },
    });
    expect((await get(fixture, '/healthz')).status).toBe(200);
  });

  it('/readyz is false while the journal cannot write, and says why; foreseen trouble is only said', async () => {
    let state: JournalState = {
      ...{ writing: true, fill: 'filling', reason: '81 MB of at most 100 MB wait for the store', secondsLeft: 90 },
      room: { waitingBytes: 81e6, usedBytes: 85e6, limitBytes: 100e6, diskFreeBytes: 5e9, diskShort: false },
    };
    const fixture = await start({
      broker: () => ({ ok: true, reason: null, description: 'broker' }),
      journalState: () => state,
    });
    const hello = async () => (await (await get(fixture, '/api/v1/hello')).json()) as Hello;
    expect((await hello()).journal).toMatchObject({ ok: true, state: 'filling', reason: state.reason });
    const ready = await get(fixture, '/readyz');
    expect(ready.status).toBe(200);
    expect(await ready.json()).toMatchObject({ ready: true, journal: { ok: true, reason: state.reason } });

    state = { ...state, writing: false, fill: 'full', secondsLeft: null, reason: 'the journal is full' };
    const full = await get(fixture, '/readyz');
    expect(full.status).toBe(503);
    expect(await full.json()).toMatchObject({
      ready: false,
      journal: { description: 'journal', ok: false, state: 'full', reason: 'the journal is full' },
    });
    expect((await get(fixture, '/healthz')).status).toBe(200);
    expect((await hello()).journal).toMatchObject({ ok: false });
    const lines = (await (await get(fixture, '/metrics')).text()).split('\n');
    for (const line of [
      'hai_journal_ok 0',
      'hai_journal_bytes 85000000',
      'hai_journal_waiting_bytes 81000000',
      'hai_journal_limit_bytes 100000000',
      'hai_journal_disk_free_bytes 5000000000',
      'hai_journal_seconds_left +Inf',
    ])
      expect(lines).toContain(line);
  });

  it('a store that does not answer at the start is not ready, and the server starts all the same', async () => {
    const fixture = await start();
    fixture.store.failure = new StoreUnavailable('disk full');
    const late = await start({
      broker: () => ({ ok: true, reason: null, description: 'broker' }),
      store: fixture.store,
    });
    const ready = await get(late, '/readyz');
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({ store: { ok: false, reason: 'disk full' } });
  });

  it('/metrics holds everything that is counted', async () => {
    const fixture = await start({
      journalCounters: () => ({
        readings: 50,
        events: 2,
        commits: 7,
        waiting: 3,
        retired: 4,
        again: 0,
        lost: 1,
        damaged: 0,
        asides: 0,
      }),
      recorderCounters: () => ({ written: 41, rejected: 2 }),
    });
    fixture.bus.emit('reading', readingOf(IDLE, 1));
    fixture.bus.emit('reading', readingOf(REFUSED, 1));
    const faults = { ...countersOf().faults, 'bad-checksum': 5 };
    fixture.bus.emit(
      'health',
      healthOf(IDLE, { linkQuality: 0.75, counters: countersOf({ lines: 11, readings: 10, linesLost: 3, faults }) }),
    );
    const response = await get(fixture, '/metrics');
    expect(response.headers.get('content-type')).toMatch(/^text\/plain/);
    const lines = (await response.text()).split('\n');
    for (const line of [
      'hai_build_info{version="0.0.0-fixture"} 1',
      'hai_stations{state="live"} 2',
      'hai_stations{state="quiet"} 1',
      'hai_stations{state="refused"} 1',
      'hai_stations{state="offline"} 0',
      `hai_lines_total{station="${IDLE}"} 11`,
      `hai_readings_total{station="${IDLE}"} 10`,
      `hai_lines_lost_total{station="${IDLE}"} 3`,
      `hai_faults_total{station="${IDLE}",kind="bad-checksum"} 5`,
      `hai_link_quality_ratio{station="${IDLE}"} 0.75`,
      'hai_unclaimed_readings_total 1',
      'hai_journal_waiting 3',
      'hai_journal_lost_total 1',
      'hai_recorder{counter="written"} 41',
      'hai_sse_clients 0',
      'hai_store_ok 1',
      'hai_broker_ok 1',
    ]) {
      expect(lines).toContain(line);
    }
    const age = lines.find((line) => line.startsWith(`hai_reading_age_seconds{station="${IDLE}"}`));
    expect(Number(age?.split(' ')[1])).toBeLessThan(5);
    expect(lines.some((line) => line.startsWith('process_cpu_seconds_total '))).toBe(true);
    // Asked twice, counted once.
    const again = await (await get(fixture, '/metrics')).text();
    expect(again).toContain(`hai_lines_total{station="${IDLE}"} 11\n`);
  });
});

describe('the API description', () => {
  let fixture: WebFixture;
  let document: {
    openapi: string;
    paths: Record<
      string,
      Record<string, { responses: Record<string, { content?: Record<string, { schema: object }> }> }>
    >;
  };
  beforeAll(async () => {
    fixture = await startWebFixture({ uiFolder: ui });
    document = (await (await get(fixture, '/api/docs/openapi.json')).json()) as typeof document;
  });
  afterAll(() => fixture.close());

  it('has every route', () => {
    expect(document.openapi).toBe('3.1.0');
    expect(Object.keys(document.paths).sort()).toEqual([
      '/api/docs',
      '/api/docs/openapi.json',
      '/api/v1/capsule',
      '/api/v1/events',
      '/api/v1/hello',
      '/api/v1/stations',
      '/api/v1/stations/{id}',
      '/api/v1/stations/{id}/history',
      '/healthz',
      '/metrics',
      '/readyz',
    ]);
  });

  it('describes what is really answered', async () => {
    const ajv = new Ajv2020({ strict: false });
    addFormats.default(ajv);
    const asked: [string, string, number][] = [
      ['/api/v1/hello', '/api/v1/hello', 200],
      ['/api/v1/stations', '/api/v1/stations', 200],
      ['/api/v1/stations/{id}', `/api/v1/stations/${REFILLING}`, 200],
      ['/api/v1/stations/{id}', '/api/v1/stations/absent', 404],
      ['/api/v1/stations/{id}/history', `/api/v1/stations/${REFILLING}/history?points=5`, 200],
      ['/api/v1/stations/{id}/history', `/api/v1/stations/${REFILLING}/history?points=0`, 400],
      ['/healthz', '/healthz', 200],
      ['/readyz', '/readyz', 200],
    ];
    for (const [route, path, status] of asked) {
      const schema = document.paths[route]?.get?.responses[status]?.content?.['application/json']?.schema;
      expect(schema, `${route} ${status}`).toBeDefined();
      const response = await get(fixture, path);
      expect(response.status).toBe(status);
      const valid = ajv.compile(schema ?? false);
      expect(valid(await response.json()), `${path}: ${ajv.errorsText(valid.errors)}`).toBe(true);
    }
  });

  it('can be read by people, without scripts', async () => {
    const response = await get(fixture, '/api/docs');
    const page = await response.text();
    for (const path of Object.keys(document.paths)) expect(page).toContain(path);
    expect(page).toContain('<code>points</code>');
    expect(page).toContain('1 to 2000');
    expect(page).not.toContain('<script');
  });
});
