/**
 * A journal at the end of its quota: the store is away for too long, or the database is lost. The judge is the
 * certificate, held against what the daemon itself has counted.
 */
import { once } from 'node:events';
import { join } from 'node:path';
import Database from 'libsql';
import { afterEach, describe, expect, it } from 'vitest';
import type { Certificate } from '../../src/certificate/certificate.ts';
import type { StationView } from '../../src/web/api-types.ts';
import { eventually, type Running, run, up } from '../support/daemon.ts';
import { type Service, startInfluxd, temporaryFolder } from '../support/services.ts';
import { available } from '../support/what-was-not-tested.ts';

const STATIONS = ['SIM-0001', 'SIM-0002'];
const running: Running[] = [];
const folders: ReturnType<typeof temporaryFolder>[] = [];
let database: Service | null = null;
afterEach(async () => {
  for (const one of running.splice(0).reverse()) await one.end();
  await database?.stop();
  for (const folder of folders.splice(0)) folder.remove();
});

async function start(config: object, rateHz: number) {
  const folder = temporaryFolder();
  folders.push(folder);
  const simulator = run('simulator/main.js', [
    ...['--stations', String(STATIONS.length), '--tcp', '127.0.0.1:0', '--scenario', 'nominal-refill'],
    ...['--rate', String(rateHz), '--seed', '5', '--json'],
  ]);
  running.push(simulator);
  await simulator.line(/"ready":true/);
  const ports = [...new Set([...simulator.output().matchAll(/127\.0\.0\.1:(\d+)/g)].map((found) => found[1]))];
  const daemon = up(folder.path, {
    site: 'test',
    data: join(folder.path, 'data'),
    links: ports.map((port) => ({ url: `tcp://127.0.0.1:${port}` })),
    mqtt: { url: 'embedded', embeddedPort: 0 },
    http: { listen: '127.0.0.1:0' },
    ...config,
  });
  running.push(daemon);
  const url = (await daemon.line(/Page\s+(http:\/\/127\.0\.0\.1:\d+)/))[1] ?? '';
  const json = async <T>(path: string) => (await (await fetch(`${url}${path}`)).json()) as T;
  return {
    folder: folder.path,
    ready: () => json<{ ready: boolean; journal?: { state?: string; reason: string | null } }>('/readyz'),
    alarms: async () =>
      (await json<{ entries: { condition: string; presence: string }[] }>('/api/v1/alarms')).entries
        .filter(({ presence }) => presence === 'present')
        .map(({ condition }) => condition),
    oldestReadingMs: async () =>
      Math.max(
        ...(await json<StationView[]>('/api/v1/stations')).map(
          ({ latest }) => latest?.ageMs ?? Number.POSITIVE_INFINITY,
        ),
      ),
    metric: async (name: string) => {
      const text = await (await fetch(`${url}/metrics`)).text();
      return Number(
        text
          .split('\n')
          .find((line) => line.startsWith(`${name} `))
          ?.split(' ')[1],
      );
    },
    certificates: () =>
      Promise.all(STATIONS.map((station) => json<Certificate>(`/api/v1/stations/${station}/certificate`))),
    command: async (...args: string[]) => {
      const child = run('src/cli/main.js', [...args, '--config', join(folder.path, 'hai-bridge.yaml')], folder.path);
      const [code] = await once(child.child, 'close');
      return { code, output: child.output() };
    },
  };
}

describe.skipIf(!available('a full journal', 'influxd'))('a full journal', () => {
  it('lets readings go on live, counts what it gives up, goes on by itself; the certificate names what is missing', async () => {
    database = await startInfluxd();
    const store = { kind: 'influx', url: database.url, database: 'hai' };
    const daemon = await start({ store, journal: { maxBytes: 1_000_000, minFreeBytes: 1_000_000 } }, 400);
    await eventually(
      'a first thousand in the store',
      async () => (await daemon.metric('hai_journal_retired_total')) > 20,
    );
    await eventually('readiness at first', async () => (await daemon.ready()).ready);

    await database.kill();
    await eventually('the journal to be full', async () => (await daemon.ready()).journal?.state === 'full', 60_000);
    await eventually('a thousand to be given up', async () => (await daemon.metric('hai_journal_lost_total')) > 1000);
    const { ready, journal } = await daemon.ready();
    expect(ready).toBe(false);
    expect(journal?.reason).toMatch(
      /journal is full, .* wait for the store: new readings go out live only, \d+ are given/,
    );
    await eventually('the alarms', async () => {
      const alarms = await daemon.alarms();
      return ['journalNotWriting', 'journalNearlyFull', 'storeUnreachable'].every((name) => alarms.includes(name));
    });
    await eventually('live values', async () => (await daemon.oldestReadingMs()) < 1000);
    expect(await daemon.metric('hai_journal_bytes')).toBeLessThan(1_300_000);
    const doctor = await daemon.command('doctor');
    expect(doctor.output).toMatch(/FAIL {2}journal .*of at most 1\.0 MB wait for the store/);

    await database.restart();
    await eventually(
      'the journal to be empty again',
      async () => (await daemon.metric('hai_journal_waiting')) < 40,
      60_000,
    );
    await eventually('readiness', async () => (await daemon.ready()).ready);
    await eventually('the end of the alarms', async () => (await daemon.alarms()).length === 0);
    const lost = await daemon.metric('hai_journal_lost_total');
    const certificates = await eventually('all else in the store', async () => {
      const all = await daemon.certificates();
      return all.every(({ epochs }) => epochs.every((e) => e.missing.every((m) => m.reason === 'given-up'))) && all;
    });
    const missing = certificates.flatMap(({ epochs }) => epochs.flatMap((epoch) => epoch.missing));
    expect(missing.reduce((sum, { count }) => sum + count, 0)).toBe(lost);
    expect(missing.length).toBeGreaterThanOrEqual(STATIONS.length);
    for (const certificate of certificates) {
      expect(certificate).toMatchObject({ verdict: 'incomplete', duplicates: 0, differing: 0, added: 0 });
      expect(certificate.expected).toBe(certificate.present);
    }
    expect(await daemon.metric('hai_journal_lost_total')).toBe(lost);
  });
});

describe('a lost database', () => {
  it('is filled again from the journal beside the running bridge', async () => {
    const daemon = await start({ store: { kind: 'sqlite' } }, 50);
    await eventually('something in the store', async () => (await daemon.metric('hai_journal_retired_total')) > 100);
    const store = new Database(join(daemon.folder, 'data', 'store.db'), { timeout: 5000 });
    store.exec('DELETE FROM telemetry; DELETE FROM event');
    store.close();
    const [lost] = await daemon.certificates();
    expect(lost).toMatchObject({ verdict: 'incomplete' });
    expect(lost?.epochs[0]?.missing[0]).toMatchObject({ firstSeq: 1, reason: 'unknown' });

    const { code, output } = await daemon.command('resend');
    expect(output).toMatch(/^\d+ batches \(.*\) are sent again; the journal: it goes back to 2/);
    expect(code).toBe(0);
    await eventually(
      'both certificates complete',
      async () => (await daemon.certificates()).every(({ verdict }) => verdict === 'complete'),
      60_000,
    );
    const nothing = await daemon.command('resend', '--to', '2020-01-01');
    expect(nothing.output).toMatch(/nothing of that is kept: it goes back to 2/);
    expect(nothing.code).toBe(1);
    expect((await daemon.command('resend', '--from', 'yesterday')).code).toBe(2);
  });
});
