/** The completeness certificate of a real run, and of stores that somebody has changed since with a tool of their own. */
import { once } from 'node:events';
import { join } from 'node:path';
import Database from 'libsql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Certificate } from '../../src/certificate/certificate.ts';
import { eventually, type Running, run, up } from '../support/daemon.ts';
import { type Service, startInfluxd, temporaryFolder } from '../support/services.ts';
import { available } from '../support/what-was-not-tested.ts';

const STATION = 'SIM-0001';

class World {
  readonly folder = temporaryFolder();
  readonly #store: object;
  simulator: Running | null = null;
  daemon: Running | null = null;
  url = '';

  constructor(store: object) {
    this.#store = store;
  }

  async start(): Promise<void> {
    const port = this.simulator === null ? await this.#simulate() : this.#port;
    this.#port = port;
    this.daemon = up(this.folder.path, {
      site: 'test',
      data: join(this.folder.path, 'data'),
      links: [{ url: `tcp://127.0.0.1:${port}` }],
      mqtt: { url: 'embedded', embeddedPort: 0 },
      store: this.#store,
      http: { listen: '127.0.0.1:0' },
    });
    this.url = (await this.daemon.line(/Page\s+(http:\/\/127\.0\.0\.1:\d+)/))[1] ?? '';
  }
  #port = '';

  async #simulate(): Promise<string> {
    this.simulator = run('simulator/main.js', [
      ...[
        '--stations',
        '1',
        '--tcp',
        '127.0.0.1:0',
        '--scenario',
        'nominal-refill',
        '--rate',
        '50',
        '--seed',
        '5',
        '--json',
      ],
    ]);
    return (await this.simulator.line(/127\.0\.0\.1:(\d+)/))[1] ?? '';
  }

  async recorded(count: number): Promise<void> {
    await eventually(`${count} readings in the store`, async () => (await this.ask()).present >= count, 60_000);
  }

  async ask(query = ''): Promise<Certificate> {
    const answer = await fetch(`${this.url}/api/v1/stations/${STATION}/certificate${query}`);
    if (answer.status !== 200) throw new Error(await answer.text());
    return (await answer.json()) as Certificate;
  }

  async verify(...more: string[]): Promise<{ code: number | null; output: string }> {
    const config = join(this.folder.path, 'hai-bridge.yaml');
    const running = run('src/cli/main.js', ['verify', STATION, '--config', config, ...more], this.folder.path);
    const [code] = await once(running.child, 'close');
    return { code, output: running.output() };
  }

  async json(...more: string[]): Promise<Certificate> {
    return JSON.parse((await this.verify('--json', ...more)).output) as Certificate;
  }

  async stop(): Promise<void> {
    await this.daemon?.end();
    await this.simulator?.end();
    this.folder.remove();
  }
}

describe('a certificate over the embedded store', () => {
  const world = new World({ kind: 'sqlite' });
  const tamper = (sql: string) => {
    const db = new Database(join(world.folder.path, 'data', 'store.db'));
    db.exec(sql);
    db.close();
  };
  beforeAll(() => world.start());
  afterAll(() => world.stop());

  it('is complete while the station talks, by the API and by the command line beside the daemon', async () => {
    await world.recorded(300);
    const certificate = await world.ask();
    expect(certificate).toMatchObject({ verdict: 'complete', missing: 0, duplicates: 0, differing: 0, added: 0 });
    expect(certificate.epochs[0]).toMatchObject({ hash: 'equal', firstSeq: 1 });
    const { code, output } = await world.verify();
    expect(output).toMatch(/^COMPLETE {2}All \d+ messages/m);
    expect(code).toBe(0);
  });

  it('refuses what it cannot answer, with the remedy', async () => {
    const ask = async (query: string) => fetch(`${world.url}/api/v1/stations/${STATION}/certificate${query}`);
    const long = await ask('?from=2026-01-01T00:00:00Z&to=2026-03-01T00:00:00Z');
    expect(long.status).toBe(400);
    expect(await long.json()).toMatchObject({
      error: { code: 'range-too-long', remedy: expect.stringContaining('31 days') },
    });
    expect((await ask('?from=5&to=4')).status).toBe(400);
    expect((await world.verify('--from', 'yesterday')).code).toBe(2);
    const unknown = await fetch(`${world.url}/api/v1/stations/NOBODY/certificate`);
    expect(await unknown.json()).toMatchObject({ verdict: 'cannot-say', expected: 0 });
  });

  it('is complete over a SIGKILL and a second run, and by the command line without a daemon', async () => {
    await world.daemon?.end('SIGKILL');
    await world.start();
    await eventually('two epochs are complete', async () => {
      const { epochs, verdict } = await world.ask();
      return verdict === 'complete' && epochs.length === 2 && epochs.every((e) => e.present > 50);
    });
    await world.simulator?.end();
    expect(await world.daemon?.end()).toBe(0);
    const certificate = await world.json();
    expect(certificate).toMatchObject({ verdict: 'complete', missing: 0, notes: [] });
    expect(certificate.epochs).toHaveLength(2);
  });

  it('finds and names what somebody changed in the file', async () => {
    const [first, second] = (await world.json()).epochs.map((e) => e.epoch);
    tamper(`
      DELETE FROM telemetry WHERE epoch = ${first} AND seq = (SELECT seq FROM telemetry WHERE epoch = ${first} AND seq >= 20 ORDER BY seq LIMIT 1);
      UPDATE telemetry SET reservoirVolume = 42 WHERE epoch = ${second} AND seq = (SELECT seq FROM telemetry WHERE epoch = ${second} AND seq >= 30 ORDER BY seq LIMIT 1);
      INSERT INTO telemetry SELECT station, epoch, seq + 1000000, time_ns + 499, tick, line, flags, reservoirVolume, lineFlow,
        linePressure, fluidTemperature, collectorMass, ambientPressure FROM telemetry WHERE epoch = ${second} AND seq > 40 ORDER BY seq LIMIT 1;`);
    const certificate = await world.json();
    expect(certificate).toMatchObject({ verdict: 'incomplete', missing: 1, differing: 1, added: 1, duplicates: 0 });
    expect(certificate.epochs[0]?.missing).toMatchObject([{ count: 1, reason: 'unknown' }]);
    expect(certificate.epochs[1]?.findings.map((f) => f.what).sort()).toEqual(['added', 'differs']);
    const { code, output } = await world.verify();
    expect(code).toBe(1);
    expect(output).toMatch(/^INCOMPLETE/m);
    expect(output).toMatch(/seq \d+ missing/);
    expect(output).toMatch(/seq \d+ is not as it was journaled/);
    expect(output).toMatch(/seq 10000\d\d was never journaled/);
  });

  it('cannot say anything without the manifest or the store', async () => {
    const elsewhere = join(world.folder.path, 'empty');
    const { code, output } = await world.verify('--data', elsewhere);
    expect(code).toBe(1);
    expect(output).toMatch(/^CANNOT SAY/m);
  });
});

describe.skipIf(!available('the certificate over InfluxDB', 'influxd'))('a certificate over InfluxDB', () => {
  let database: Service;
  let world: World;
  beforeAll(async () => {
    database = await startInfluxd();
    world = new World({ kind: 'influx', url: database.url, database: 'hai' });
    await world.start();
  });
  afterAll(async () => {
    await world?.stop();
    await database?.stop();
  });
  /** Lines and rows past all of our code. */
  const write = async (lines: string) => {
    const answer = await fetch(`${database.url}/write?db=hai&precision=ns`, { method: 'POST', body: lines });
    expect(answer.status).toBe(204);
  };
  const point = async (epoch: number, seq: number) => {
    const q = `SELECT * FROM telemetry WHERE epoch = '${epoch}' AND seq >= ${seq} LIMIT 1`;
    const answer = await fetch(`${database.url}/query?db=hai&epoch=ns&q=${encodeURIComponent(q)}`);
    const { results } = (await answer.json()) as {
      results: { series: { columns: string[]; values: unknown[][] }[] }[];
    };
    const series = results[0]?.series[0];
    return Object.fromEntries((series?.columns ?? []).map((c, i) => [c, series?.values[0]?.[i]]));
  };

  it('is complete for a real run, then names what was deleted, changed, added and copied', async () => {
    await world.recorded(400);
    expect(await world.ask()).toMatchObject({ verdict: 'complete' });
    await world.simulator?.end();
    expect(await world.daemon?.end()).toBe(0);
    const before = await world.json();
    expect(before).toMatchObject({ verdict: 'complete', missing: 0 });
    const [epoch] = before.epochs.map((e) => e.epoch);
    if (epoch === undefined) throw new Error('no epoch');

    const series = `telemetry,epoch=${epoch},site=test,station=${STATION}`;
    const ints = (p: Record<string, unknown>) => `tick=${p.tick}i,line=${p.line}i,flags=${p.flags}i`;
    const gone = await point(epoch, 20);
    const changed = await point(epoch, 60);
    const exact = await exactTime(epoch, Number(changed.seq));
    await write(`${series} reservoirVolume=42 ${exact}`);
    const copied = await point(epoch, 100);
    const at = await exactTime(epoch, Number(copied.seq));
    await write(`${series} seq=${copied.seq}i,${ints(copied)},reservoirVolume=${copied.reservoirVolume} ${at + 7n}`);
    await write(`${series} seq=999999i,${ints(copied)},reservoirVolume=1 ${at + 9n}`);
    const deleted = await exactTime(epoch, Number(gone.seq));
    const q = `DELETE FROM telemetry WHERE epoch = '${epoch}' AND time = ${deleted}`;
    await fetch(`${database.url}/query?db=hai&q=${encodeURIComponent(q)}`, { method: 'POST' });

    const certificate = await world.json();
    expect(certificate).toMatchObject({ verdict: 'incomplete', missing: 1, differing: 1, duplicates: 1, added: 1 });
    expect(certificate.epochs[0]?.missing).toEqual([
      { firstSeq: gone.seq, lastSeq: gone.seq, count: 1, reason: 'unknown' },
    ]);
    expect(certificate.epochs[0]?.findings.map((f) => [f.what, f.seq])).toEqual([
      ['differs', changed.seq],
      ['duplicate', copied.seq],
      ['added', 999_999],
    ]);
    // A copy far away in time is found by its number.
    await write(`${series} seq=${copied.seq}i,${ints(copied)},reservoirVolume=1 ${at - 3_600_000_000_000n}`);
    expect(await world.json()).toMatchObject({ verdict: 'incomplete', duplicates: 2 });

    await database.kill();
    const { code, output } = await world.verify();
    expect(code).toBe(1);
    expect(output).toMatch(/^CANNOT SAY/m);
    expect(output).toContain('start InfluxDB');
  });

  /** Doubles cannot hold ns: the text can. */
  const exactTime = async (epoch: number, seq: number): Promise<bigint> => {
    const q = `SELECT seq FROM telemetry WHERE epoch = '${epoch}' AND seq = ${seq}`;
    const text = await (await fetch(`${database.url}/query?db=hai&epoch=ns&q=${encodeURIComponent(q)}`)).text();
    return BigInt(/\[(\d{19}),/.exec(text)?.[1] ?? 0);
  };
});
