/**
 * The main job on real parts: simulated stations on real PTYs, the built daemon, a real mosquitto, a real InfluxDB.
 * The judge is the simulator's ledger of the lines that really left, against the rows that the database really holds.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHANNELS } from '../../protocols/reading.ts';
import { launchBrowser, shot } from '../support/browser.ts';
import { eventually, type Running, run, up } from '../support/daemon.ts';
import { ledgerTelemetry } from '../support/ledger.ts';
import { find, type Service, startInfluxd, startMosquitto, temporaryFolder } from '../support/services.ts';
import { available } from '../support/what-was-not-tested.ts';

const STATIONS = 3;

interface Row {
  readonly line: number;
  readonly values: (number | null)[];
}

/** Asks the database itself, past all of our code. */
async function rowsInInflux(url: string, station: string): Promise<Row[]> {
  const fields = CHANNELS.map((c) => `"${c.name}"`).join(',');
  const q = `SELECT "line",${fields} FROM "telemetry" WHERE "station"='${station}'`;
  const response = await fetch(`${url}/query?db=hai&q=${encodeURIComponent(q)}`);
  const body = (await response.json()) as { results: { series?: { values: (number | null)[][] }[] }[] };
  return (body.results[0]?.series?.[0]?.values ?? []).map(([, line, ...values]) => ({ line: Number(line), values }));
}

describe.skipIf(!available('the main job end to end', 'mosquitto', 'mosquitto_sub', 'influxd', 'socat'))(
  'serial bytes to rows in InfluxDB',
  () => {
    const folder = temporaryFolder();
    const ledger = join(folder.path, 'ledger.jsonl');
    let broker: Service;
    let database: Service;
    let simulator: Running;
    let daemon: Running;
    let subscriber: ChildProcess;
    let heard = '';
    let url = '';

    beforeAll(async () => {
      [broker, database] = await Promise.all([startMosquitto(), startInfluxd()]);
      const program = find('mosquitto_sub') ?? '';
      subscriber = spawn(program, ['-h', '127.0.0.1', '-p', String(broker.port), '-v', '-t', 'hai/v1/#']);
      subscriber.stdout?.on('data', (d: Buffer) => {
        heard += d.toString();
      });
      const ports = join(folder.path, 'ports');
      simulator = run('simulator/main.js', [
        ...['--stations', String(STATIONS), '--pty', ports, '--scenario', 'nominal-refill', '--rate', '50'],
        ...['--seed', '7', '--ledger', ledger, '--json'],
      ]);
      await simulator.line(/"ready":true/);
      daemon = up(folder.path, {
        site: 'test',
        bridge: 'bridge-t',
        data: join(folder.path, 'data'),
        links: Array.from({ length: STATIONS }, (_, i) => ({ url: join(ports, `station-0${i + 1}`) })),
        mqtt: { url: broker.url },
        store: { kind: 'influx', url: database.url, database: 'hai' },
        http: { listen: '127.0.0.1:0' },
      });
      url = (await daemon.line(/Page\s+(http:\/\/127\.0\.0\.1:\d+)/))[1] ?? '';
    });

    afterAll(async () => {
      subscriber?.kill();
      await daemon?.end();
      await simulator?.end();
      await Promise.all([broker?.stop(), database?.stop()]);
      folder.remove();
    });

    it('shows every station live, on the API and to mosquitto_sub', async () => {
      await eventually('all stations live', async () => {
        const stations = (await (await fetch(`${url}/api/v1/stations`)).json()) as {
          state: string;
          simulated: boolean;
        }[];
        return stations.filter((s) => s.state === 'live' && s.simulated).length === STATIONS;
      });
      await eventually('all topics heard', () =>
        ['status', 'info', 'live', 'telemetry', 'health', 'recorded'].every((t) =>
          heard.includes(`hai/v1/test/SIM-0001/${t} `),
        ),
      );
      const live = heard.split('\n').find((l) => l.startsWith('hai/v1/test/SIM-0001/live ')) ?? '';
      expect(JSON.parse(live.slice(live.indexOf('{')))).toMatchObject({ station: 'SIM-0001', flags: ['simulated'] });
    });

    it.skipIf(!available('the main job watched in a browser', 'chromium'))('is watched in a browser', async () => {
      const browser = await launchBrowser();
      try {
        const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
        await page.goto(`${url}/#/station/SIM-0002`);
        const level = page.locator('.level-panel [data-channel=reservoirVolume]');
        await level.filter({ hasText: /^\d+\.\d mL$/ }).waitFor();
        const { latest } = (await (await fetch(`${url}/api/v1/stations/SIM-0002`)).json()) as {
          latest: { values: number[] };
        };
        // The reservoir rests at this stage of the refill: what the page shows is what the API says, but for noise.
        expect(Number.parseFloat((await level.textContent()) ?? '')).toBeCloseTo(latest.values[0] ?? Number.NaN, 0);
        expect(await page.getByText('SIMULATED').count()).toBeGreaterThan(0);
        await shot(page, 'main-job');
      } finally {
        await browser.close();
      }
    });

    it('holds in InfluxDB exactly the lines that the ledger says were sent, with equal values', async () => {
      await eventually('enough rows', async () => (await rowsInInflux(database.url, 'SIM-0001')).length > 500, 30_000);
      expect(await simulator.end('SIGTERM')).toBe(0);
      const sent = ledgerTelemetry(readFileSync(ledger, 'utf8'));
      expect(sent.size).toBe(STATIONS);
      for (const [station, lines] of sent) {
        expect(lines.length).toBeGreaterThan(400);
        // Lines that left before the handshake's answer are not used; all after it must be there.
        const rows = await eventually(
          `${station}: as many rows as lines`,
          async () => {
            const found = await rowsInInflux(database.url, station);
            return found.length >= lines.length ? found : null;
          },
          15_000,
        );
        expect(rows.map((r) => r.line)).toEqual(lines.map((l) => l.seq));
        expect(rows.map((r) => r.values)).toEqual(lines.map((l) => l.values));
      }
    });

    it('says that the stations are gone, and ends in order', async () => {
      await eventually('no station is called live', async () => {
        const stations = (await (await fetch(`${url}/api/v1/stations`)).json()) as { state: string; reason: string }[];
        return stations.length === STATIONS && stations.every((s) => s.state !== 'live' && s.reason);
      });
      expect(await daemon.end('SIGTERM')).toBe(0);
      await eventually('the last will or its graceful twin', () => /bridge-t\/bridge \{[^\n]*"offline"/.test(heard));
      expect(execFileSync('sh', ['-c', `ls ${folder.path}`], { encoding: 'utf8' })).not.toContain('.tmp');
    });
  },
);
