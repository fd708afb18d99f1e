import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { JournalState } from '../../../src/journal/port.ts';
import { StoreUnavailable } from '../../../src/store/port.ts';
import type { ApiError, Hello, HistoryResponse, StationView } from '../../../src/web/api-types.ts';
import { temporaryFolder } from '../../support/services.ts';
import {
  CONNECTING_LINK,
  countersOf,
  fleetStatuses,
  healthOf,
  IDLE,
  infoOf,
  QUIET,
  REFILLING,
  REFUSED,
  readingOf,
  startWebFixture,
  type WebFixture,
  type WebFixtureOptions,
} from '../../support/web-fixture.ts';
import { notTested } from '../../support/what-was-not-tested.ts';

const folder = temporaryFolder();
afterAll(() => folder.remove());

const ui = join(folder.path, 'ui');
mkdirSync(join(ui, 'assets'), { recursive: true });
writeFileSync(join(ui, 'index.html'), '<!doctype html><html><head><title>page</title></head></html>');
writeFileSync(join(ui, 'assets', 'index-abc123.js'), 'export {};');
writeFileSync(join(folder.path, 'outside.txt'), 'not for the page');

const open: WebFixture[] = [];
afterEach(async () => {
  for (const fixture of open.splice(0)) await fixture.close();
});
const start = async (options: WebFixtureOptions = {}): Promise<WebFixture> => {
  const fixture = await startWebFixture({ readings: 'none', uiFolder: ui, ...options });
  open.push(fixture);
  return fixture;
};
const get = (fixture: WebFixture, path: string, headers: Record<string, string> = {}) =>
  fetch(fixture.web.url + path, { headers });
const problem = async (response: Response): Promise<ApiError['error']> => {
  expect(response.headers.get('content-type')).toMatch(/application\/json/);
  const { error } = (await response.json()) as ApiError;
  expect(error).toEqual({ code: expect.any(String), message: expect.any(String), remedy: expect.stringMatching(/\w/) });
  return error;
};
/** With a path and headers that `fetch` would mend or forbid. */
const raw = (fixture: WebFixture, path: string, headers: Record<string, string> = {}, method = 'GET') =>
  new Promise<{ status: number; body: string }>((resolve, reject) => {
    const { port } = fixture.web;
    const asked = httpRequest({ host: '127.0.0.1', port, path, method, headers }, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => {
        body += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    });
    asked.on('error', reject);
    asked.end();
  });

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

describe('a password', () => {
  const passwordFile = join(folder.path, 'password');
  writeFileSync(passwordFile, 'correct horse\n');
  const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` });

  it('is asked for everywhere but at /healthz', async () => {
    const fixture = await start({ http: { username: 'ward', passwordFile } });
    const paths = [
      '/',
      '/api/v1/hello',
      '/api/v1/capsule',
      '/api/v1/events',
      '/metrics',
      '/readyz',
      '/api/docs',
      '/nope',
      '/healthz/',
      '/assets/index-abc123.js',
    ];
    for (const path of paths) {
      const response = await get(fixture, path);
      expect(response.status, path).toBe(401);
      expect(response.headers.get('www-authenticate')).toMatch(/^Basic realm=/);
      expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
      expect((await problem(response)).code).toBe('not-authenticated');
    }
    expect((await get(fixture, '/healthz')).status).toBe(200);
    expect((await get(fixture, '/api/v1/hello', basic('ward:wrong'))).status).toBe(401);
    expect((await get(fixture, '/api/v1/hello', basic('ward:correct horse'))).status).toBe(200);
    const metrics = await (await get(fixture, '/metrics', basic('ward:correct horse'))).text();
    expect(metrics).toContain(`hai_http_refused_logins_total ${paths.length + 1}`);
  });

  it('is needed to listen anywhere but on loopback', async () => {
    await expect(start({ http: { listen: '0.0.0.0:0' } })).rejects.toThrow(/http\.listen: 0\.0\.0\.0:0 can be reached/);
    const warn = vi.fn();
    const logger = { debug() {}, info() {}, warn, error() {}, child: () => logger };
    const fixture = await start({ http: { listen: '0.0.0.0:0', username: 'ward', passwordFile }, logger });
    expect(fixture.web.url).toMatch(/^http:\/\/localhost:\d+$/);
    expect(warn).toHaveBeenCalledWith(expect.anything(), expect.stringContaining('unencrypted'));
    expect((await raw(fixture, '/api/v1/hello')).status).toBe(401);
  });
});

describe('browsers', () => {
  it('are kept strict on every answer, the event stream and errors too', async () => {
    const fixture = await start();
    for (const path of ['/', '/api/v1/hello', '/nope', '/api/v1/events', '/assets/index-abc123.js']) {
      const aborter = new AbortController();
      const response = await fetch(fixture.web.url + path, { signal: aborter.signal });
      const { headers } = response;
      expect(headers.get('content-security-policy'), path).toContain("frame-ancestors 'none'");
      expect(headers.get('content-security-policy')).toMatch(/script-src 'self';/);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('access-control-allow-origin')).toBeNull();
      aborter.abort();
    }
  });

  it('sent here under a foreign name are turned away', async () => {
    const fixture = await start();
    const { status, body } = await raw(fixture, '/api/v1/stations', { host: `evil.example:${fixture.web.port}` });
    expect(status).toBe(421);
    expect(JSON.parse(body)).toMatchObject({ error: { message: expect.stringContaining('evil.example') } });
    expect((await raw(fixture, '/api/v1/stations', { host: 'localhost' })).status).toBe(200);
  });
});

describe('the port', () => {
  let taken: Server;
  let port: number;
  beforeEach(async () => {
    taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    port = (taken.address() as { port: number }).port;
  });
  afterEach(() => new Promise((resolve) => taken.close(resolve)));

  it('that is taken gives way to a free one above, and that is said', async () => {
    const warn = vi.fn();
    const logger = { debug() {}, info() {}, warn, error() {}, child: () => logger };
    const fixture = await start({ http: { listen: `127.0.0.1:${port}` }, logger });
    expect(fixture.web.port).toBeGreaterThan(port);
    expect(fixture.web.port).toBeLessThanOrEqual(port + 20);
    expect(fixture.web.url).toBe(`http://127.0.0.1:${fixture.web.port}`);
    expect(warn).toHaveBeenCalledWith(expect.anything(), `port ${port} is taken; using ${fixture.web.port}`);
    expect((await get(fixture, '/healthz')).status).toBe(200);
  });

  it('on an address of another machine is refused with the remedy', async () => {
    const passwordFile = join(folder.path, 'password');
    const http = { listen: `192.0.2.1:${port}`, username: 'ward', passwordFile };
    await expect(start({ http })).rejects.toThrow(/http\.listen: 192\.0\.2\.1:\d+ cannot be opened.*of its own/);
  });
});

describe('TLS', () => {
  const certFile = join(folder.path, 'cert.pem');
  const keyFile = join(folder.path, 'key.pem');
  let made = true;
  try {
    const args = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
    execFileSync('openssl', [...args, '-subj', '/CN=localhost', '-keyout', keyFile, '-out', certFile], {
      stdio: 'ignore',
    });
  } catch {
    made = false;
    notTested('HTTPS', 'not installed: openssl');
  }

  it.skipIf(!made)('is spoken with the certificate from the files', async () => {
    const fixture = await start({ http: { tls: { certFile, keyFile } } });
    expect(fixture.web.url).toMatch(/^https:/);
    const status = await new Promise((resolve, reject) => {
      const asked = httpsRequest(`${fixture.web.url}/healthz`, { rejectUnauthorized: false }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      asked.on('error', reject);
      asked.end();
    });
    expect(status).toBe(200);
  });

  it('names the file that is missing', async () => {
    await expect(start({ http: { tls: { certFile: '/nowhere/c.pem', keyFile } } })).rejects.toThrow(
      /http\.tls\.certFile: \/nowhere\/c\.pem cannot be read/,
    );
  });
});

describe('the page', () => {
  it('is index.html at every address it makes up', async () => {
    const fixture = await start();
    const html = { accept: 'text/html,*/*' };
    for (const path of ['/', '/station/HRS-1001', '/index.html', '/anything']) {
      const response = await get(fixture, path, html);
      expect(response.status, path).toBe(200);
      expect(response.headers.get('cache-control')).toBe('no-cache');
      expect(await response.text()).toContain('<title>page</title>');
    }
    expect(await (await get(fixture, '/station/x', html)).text()).toContain('<base href="/">');
    expect(await (await get(fixture, '/', html)).text()).not.toContain('<base');
  });

  it('has files that may be kept for ever, because their name is their content', async () => {
    const fixture = await start();
    const response = await get(fixture, '/assets/index-abc123.js');
    expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(response.headers.get('content-type')).toMatch(/javascript/);
  });

  it('is not found where an answer for programs was asked for', async () => {
    const fixture = await start();
    const asked: [string, string, string][] = [
      ['GET', '/nope', '*/*'],
      ['GET', '/api/nope', 'text/html'],
      ['GET', '/api', 'text/html'],
      ['POST', '/', 'text/html'],
      ['DELETE', '/api/v1/stations/HRS-1001', '*/*'],
      ['GET', '/assets/gone.js', '*/*'],
    ];
    for (const [method, path, accept] of asked) {
      const { status, body } = await raw(fixture, path, { accept }, method);
      expect(status, `${method} ${path}`).toBe(404);
      expect(JSON.parse(body)).toMatchObject({ error: { code: 'not-found', remedy: expect.any(String) } });
    }
  });

  it('never lets anything outside its folder out', async () => {
    const fixture = await start();
    for (const path of [
      '/../outside.txt',
      '/assets/../../outside.txt',
      '/%2e%2e/outside.txt',
      '/..%2foutside.txt',
      '//etc/passwd',
    ]) {
      const { body } = await raw(fixture, path);
      expect(body, path).not.toMatch(/not for the page|root:/);
    }
  });

  it('that was not built says how to build it', async () => {
    const fixture = await start({ uiFolder: join(folder.path, 'absent') });
    const response = await get(fixture, '/', { accept: 'text/html' });
    expect(response.status).toBe(503);
    expect(await response.text()).toContain('npm run build');
    expect((await get(fixture, '/api/v1/stations')).status).toBe(200);
  });
});

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
