/** What an InfluxDB, a proxy or a network can do to us, on real sockets: said plainly, without secrets, and over when it is over. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { silentLogger } from '../../../src/logger.ts';
import { createInfluxStore } from '../../../src/store/influx.ts';
import { StoreUnavailable, type TimeSeriesStore } from '../../../src/store/port.ts';
import { batch, row, rows } from '../../contract/store.ts';
import { influxQuery } from '../../contract/store-influx-query.ts';
import { startInfluxd } from '../../support/services.ts';
import { available } from '../../support/what-was-not-tested.ts';

const PASSWORD = 'very-secret-password';
const undo: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

type Answer = (request: IncomingMessage, response: ServerResponse, body: string) => void;

/** A server that answers as told; anything but `/write` is a healthy InfluxDB with the database. */
async function server(onWrite: Answer, onQuery?: Answer): Promise<string> {
  const sockets = new Set<Socket>();
  const made: Server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => {
      if (request.url?.startsWith('/write')) return onWrite(request, response, body);
      if (onQuery) return onQuery(request, response, body);
      response.end('{"results":[{"series":[{"name":"x","columns":["name"],"values":[["hai"]]}]}]}');
    });
  });
  made.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
  undo.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise<void>((resolve) => made.close(() => resolve()));
  });
  return `http://127.0.0.1:${(made.address() as AddressInfo).port}`;
}

function storeAt(url: string, timeoutMs = 200): TimeSeriesStore {
  const store = createInfluxStore({
    url,
    database: 'hai',
    username: 'hai',
    password: PASSWORD,
    logger: silentLogger,
    timeoutMs,
  });
  undo.push(() => store.close());
  return store;
}

const answer =
  (status: number, body: string): Answer =>
  (_, response) => {
    response.statusCode = status;
    response.end(body);
  };

async function errorOf(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => expect.fail('it was accepted'),
    (error: Error) => error,
  );
}

describe('InfluxDB trouble', () => {
  it.each([
    [400, '{"error":"partial write: field type conflict: input field \\"x\\""}', 'RejectedByStore', /type conflict/],
    [400, '{"error":"unable to parse"}', 'RejectedByStore', /unable to parse/],
    [400, '{"error":"partial write: max-series-per-database limit exceeded"}', 'StoreUnavailable', /raise that limit/],
    [400, '{"code":"invalid","message":"partial write"}', 'RejectedByStore', /partial write/],
    [400, '<html>plain HTTP to an HTTPS port</html>', 'StoreUnavailable', /no InfluxDB: correct store.url/],
    [401, '{"error":"authorization failed"}', 'StoreUnavailable', /store.username and store.passwordFile/],
    [403, '{"error":"not authorized"}', 'StoreUnavailable', /store.username and store.passwordFile/],
    [404, '<html>no such page</html>', 'StoreUnavailable', /no InfluxDB: correct store.url/],
    [413, '{"error":"Request Entity Too Large"}', 'StoreUnavailable', /body limit/],
    [429, '', 'StoreUnavailable', /overloaded/],
    [302, '', 'StoreUnavailable', /correct store.url/],
    [500, '{"error":"engine: cache maximum memory"}', 'StoreUnavailable', /Internal Server Error/],
    [503, '', 'StoreUnavailable', /Service Unavailable/],
  ])('an answer %i %s is %s', async (status, body, name, text) => {
    const store = storeAt(await server(answer(status, body)));
    await store.open();
    const error = await errorOf(store.write(batch(rows('HS-1', 2))));
    expect(error).toMatchObject({ name, message: expect.stringMatching(text) });
    const everything = inspect(error, { depth: 10, showHidden: true });
    expect(everything).not.toContain(PASSWORD);
    expect(everything).not.toContain(Buffer.from(`hai:${PASSWORD}`).toString('base64'));
  });

  it('keeps what a server says to one line of bounded length', async () => {
    const store = storeAt(await server(answer(400, `bad\nline\u0007${'x'.repeat(100_000)}`)));
    await store.open();
    const { message } = await errorOf(store.write(batch([row('HS-1', 1)])));
    expect(message.length).toBeLessThan(500);
    expect(message).not.toMatch(/\p{Cc}/u);
  });

  it('is not put off by one failure: the next request goes out at once', async () => {
    let failing = true;
    let writes = 0;
    const url = await server((_, response) => {
      writes++;
      response.statusCode = failing ? 503 : 204;
      response.end();
    });
    const store = storeAt(url);
    await store.open();
    for (let i = 0; i < 5; i++) await errorOf(store.write(batch([row('HS-1', 1)])));
    failing = false;
    await store.write(batch([row('HS-1', 1)]));
    expect(writes).toBe(6);
  });

  it('sends again when a kept-alive connection turns out to be closed', async () => {
    let cut = true;
    const url = await server((request, response) => {
      if (cut) {
        cut = false;
        return request.socket.resetAndDestroy();
      }
      response.statusCode = 204;
      response.end();
    });
    const store = storeAt(url);
    await store.open();
    await store.write(batch([row('HS-1', 1)]));
    expect(cut).toBe(false);
  });

  it.each<[string, Answer]>([
    ['nothing', () => {}],
    ['headers and a part of the body, then nothing', (_, response) => response.write('{"results":')],
    [
      'headers and a part of the body, then the end of the connection',
      (request, response) => {
        response.write('{"results":', () => request.socket.destroy());
      },
    ],
  ])('a server that answers %s costs a deadline, not a promise that never ends', async (_, stalls) => {
    const store = storeAt(await server(stalls));
    await store.open();
    await expect(store.write(batch([row('HS-1', 1)]))).rejects.toBeInstanceOf(StoreUnavailable);
    const asked = storeAt(await server(answer(204, ''), stalls));
    await expect(asked.open()).rejects.toBeInstanceOf(StoreUnavailable);
  });

  it('a web server that says yes to everything is not trusted with readings', async () => {
    const yes = answer(200, '<html>welcome</html>');
    const store = storeAt(await server(yes, yes));
    await expect(store.open()).rejects.toMatchObject({
      message: expect.stringMatching(/no InfluxDB: correct store.url/),
    });
  });

  it('a server that takes lines and has no queries is written only, without texts that it might take for lines', async () => {
    const bodies: string[] = [];
    const url = await server(
      (_, response, body) => {
        bodies.push(body);
        response.writeHead(204).end();
      },
      (request, response) => response.writeHead(request.url === '/ping' ? 204 : 404).end(),
    );
    const store = storeAt(url);
    await store.open();
    expect(store.description).toMatch(/takes writes only/);
    await expect(store.count('HS-1')).rejects.toMatchObject({ message: expect.stringMatching(/no InfluxQL/) });
    const { station, epoch, seq, timeNs, deviceTickMs, lineSeq } = row('HS-1', 1);
    const data = 'x\ntelemetry,station=HS-1 seq=99i 1';
    const event = { station, epoch, seq, timeNs, deviceTickMs, lineSeq, source: 'scan', state: 's', data };
    await store.write(batch([], [event]));
    expect(bodies.at(-1)).toBe(`event,epoch=1,site=clinic,station=HS-1 seq=1i,tick=100i,line=4294967001i ${timeNs}`);
  });

  it('says what to do about a port where nothing listens, an unknown host and a wrong certificate', async () => {
    const gone = await errorOf(storeAt('http://127.0.0.1:1').open());
    expect(gone.message).toMatch(/nothing listens there: start InfluxDB, or correct store.url/);
    const plain = await errorOf(storeAt((await server(answer(204, ''))).replace('http:', 'https:')).open());
    expect(plain.message).toMatch(/https/);
  });

  it('refuses options that cannot work before connecting, without repeating a secret', () => {
    const make = (change: object) => () =>
      createInfluxStore({ url: 'http://127.0.0.1:8086', database: 'hai', logger: silentLogger, ...change });
    expect(make({ url: `http://hai:${PASSWORD}@127.0.0.1:8086` })).toThrow(/use store.username and store.passwordFile/);
    expect(make({ username: 'a:b' })).toThrow(/store.username/);
    expect(make({ database: 'a"; DROP DATABASE b' })).toThrow(/store.database/);
    expect(make({ url: 'https://influx.example/behind/proxy/' })().description).toBe(
      'influx https://influx.example/behind/proxy/hai',
    );
  });

  it('sends no more than 1 MiB at once, with ns precision', async () => {
    const sizes: number[] = [];
    const url = await server((request, response, body) => {
      expect(request.url).toContain('precision=n');
      expect(body.length).toBeLessThanOrEqual(1024 * 1024);
      sizes.push(body.split('\n').length);
      response.statusCode = 204;
      response.end();
    });
    const store = storeAt(url, 5000);
    await store.open();
    await store.write(batch(rows('HS-1', 12_000)));
    expect(sizes.reduce((a, b) => a + b)).toBe(12_000);
  });
});

describe.skipIf(!available('recovery of the InfluxDB store', 'influxd'))('a real InfluxDB 1.x', () => {
  it('killed: unavailable; back again: written within a second or two, nothing to do by hand', async () => {
    const influxd = await startInfluxd();
    undo.push(() => influxd.stop());
    const store = storeAt(influxd.url, 5000);
    await store.open();
    await store.write(batch(rows('HS-1', 10)));
    await influxd.kill();
    for (let i = 0; i < 10; i++) {
      await expect(store.write(batch([row('HS-1', 11)]))).rejects.toBeInstanceOf(StoreUnavailable);
    }
    await expect(store.ping()).rejects.toMatchObject({ message: expect.stringMatching(/nothing listens/) });
    await expect(store.count('HS-1')).rejects.toBeInstanceOf(StoreUnavailable);
    await influxd.restart();
    const back = performance.now();
    await vi.waitFor(() => store.write(batch([row('HS-1', 11)])), { timeout: 5000, interval: 20 });
    expect(performance.now() - back).toBeLessThan(2000);
    expect(await store.count('HS-1')).toEqual([{ epoch: 1, rows: 11, firstSeq: 1, lastSeq: 11 }]);
  });

  it('creates its database again when somebody has dropped it', async () => {
    const influxd = await startInfluxd();
    undo.push(() => influxd.stop());
    const store = storeAt(influxd.url, 5000);
    await store.open();
    await store.write(batch(rows('HS-1', 10)));
    await influxQuery(influxd.url, '', 'DROP DATABASE hai', {});
    await store.write(batch(rows('HS-1', 4)));
    expect(await store.count('HS-1')).toEqual([{ epoch: 1, rows: 4, firstSeq: 1, lastSeq: 4 }]);
  });

  it('rejects for good what conflicts with a field somebody made with another type', async () => {
    const influxd = await startInfluxd();
    undo.push(() => influxd.stop());
    const store = storeAt(influxd.url, 5000);
    await store.open();
    const time = row('HS-1', 1).timeNs;
    await fetch(`${influxd.url}/write?db=hai`, { method: 'POST', body: `telemetry,station=x lineFlow="text" ${time}` });
    await expect(store.write(batch([row('HS-1', 1)]))).rejects.toMatchObject({
      name: 'RejectedByStore',
      message: expect.stringMatching(/field type conflict/),
    });
  });

  it('with a wrong password says so, and with few rights works in a database an administrator made', async () => {
    const influxd = await startInfluxd({ auth: true });
    undo.push(() => influxd.stop());
    const admin = { username: 'root', password: 'admin' };
    const query = (statement: string, login = {}) => influxQuery(influxd.url, '', statement, login);
    await query(`CREATE USER root WITH PASSWORD 'admin' WITH ALL PRIVILEGES`);
    await query(`CREATE USER hai WITH PASSWORD 'other'`, admin);
    const store = storeAt(influxd.url, 5000);
    await expect(store.open()).rejects.toMatchObject({ message: expect.stringMatching(/access denied.*passwordFile/) });
    await query(`SET PASSWORD FOR hai = '${PASSWORD}'`, admin);
    await expect(store.open()).rejects.toMatchObject({
      name: 'StoreUnavailable',
      message: expect.stringMatching(/may read and write the database/),
    });
    await query('CREATE DATABASE hai', admin);
    await query('GRANT ALL ON hai TO hai', admin);
    await store.open();
    await store.write(batch(rows('HS-1', 3)));
    expect(await store.count('HS-1')).toEqual([{ epoch: 1, rows: 3, firstSeq: 1, lastSeq: 3 }]);
  });

  it('without a user name does not log in as root', async () => {
    const influxd = await startInfluxd({ auth: true });
    undo.push(() => influxd.stop());
    await influxQuery(influxd.url, '', `CREATE USER root WITH PASSWORD 'root' WITH ALL PRIVILEGES`, {});
    const store = createInfluxStore({ url: influxd.url, database: 'hai', logger: silentLogger });
    undo.push(() => store.close());
    await expect(store.open()).rejects.toMatchObject({ message: expect.stringMatching(/access denied/) });
  });
});
