/**
 * The whole road on real parts: simulator on PTYs, the built daemon, mosquitto, InfluxDB, one watching page. Everything
 * shares the machine's cores, as it would on one small computer in a refill bay.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually, type Running, run, up } from '../test/support/daemon.ts';
import { ledgerTelemetry } from '../test/support/ledger.ts';
import { startMosquitto } from '../test/support/services.ts';
import { cpuUs, percentile, rowsOf, rssMb, startDatabase, watchPage } from './measure.ts';

/**
 * A daemon runs for weeks. V8 goes on compiling for some 15 s at this load, and a reading costs a quarter more until it is
 * done: 17.9, 17.9, 16.7, 17.3, then 14.0, 13.8, 13.1, 12.7 µs in stretches of 4 s from the start.
 */
const WARM_UP_MS = 20_000;

export interface ChainResult {
  readonly readingsPerS: number;
  readonly cpuUsPerReading: number;
  readonly pageP50Ms: number;
  readonly pageP99Ms: number;
  readonly rssMb: number;
  readonly sent: number;
  readonly stored: number;
  readonly drainS: number;
}

export async function benchChain(options: { stations: number; rateHz: number; seconds: number }): Promise<ChainResult> {
  const { stations, rateHz, seconds } = options;
  const folder = mkdtempSync(join(tmpdir(), 'hai-bench-'));
  const ports = join(folder, 'ports');
  const ledger = join(folder, 'ledger.jsonl');
  const [broker, database] = await Promise.all([startMosquitto(), startDatabase()]);
  let simulator: Running | null = null;
  let daemon: Running | null = null;
  try {
    const args = ['--stations', String(stations), '--rate', String(rateHz), '--pty', ports, '--seed', '1'];
    simulator = run('simulator/main.js', [...args, '--scenario', 'nominal-refill', '--ledger', ledger, '--json']);
    const started = Number((await simulator.line(/"startedUtcMs":(\d+)/))[1]);
    daemon = up(folder, {
      site: 'bench',
      data: join(folder, 'data'),
      links: Array.from({ length: stations }, (_, i) => ({
        url: join(ports, `station-${String(i + 1).padStart(2, '0')}`),
      })),
      mqtt: { url: broker.url },
      store: { kind: 'influx', url: database.url, database: 'hai' },
      http: { listen: '127.0.0.1:0' },
      log: { level: 'warn' },
    });
    const url = (await daemon.line(/Page\s+(http:\/\/127\.0\.0\.1:\d+)/))[1] ?? '';
    const pid = daemon.child.pid ?? 0;
    const readings = async (): Promise<number> => {
      const text = await (await fetch(`${url}/metrics`)).text();
      return Number(/^hai_journal_readings_total (\d+)/m.exec(text)?.[1]);
    };
    await eventually('all stations live', async () => {
      const list = (await (await fetch(`${url}/api/v1/stations`)).json()) as { state: string }[];
      return list.filter((s) => s.state === 'live').length === stations;
    });
    await new Promise((r) => setTimeout(r, WARM_UP_MS));
    const page = await watchPage(url, started);
    const before = { cpu: cpuUs(pid), readings: await readings(), at: performance.now() };
    await new Promise((r) => setTimeout(r, seconds * 1000));
    const after = { cpu: cpuUs(pid), readings: await readings(), at: performance.now() };
    page.stop();
    const rss = rssMb(pid);
    await simulator.end('SIGTERM');
    const drainFrom = performance.now();
    const sent = ledgerTelemetry(readFileSync(ledger, 'utf8'));
    let stored = 0;
    const expected = [...sent.values()].reduce((sum, lines) => sum + lines.length, 0);
    await eventually(
      'the store to have all of it',
      async () => {
        const counts = await Promise.all([...sent.keys()].map((station) => rowsOf(database, station)));
        stored = counts.reduce((sum, n) => sum + n, 0);
        return stored >= expected;
      },
      60_000,
    ).catch(() => {});
    return {
      readingsPerS: (after.readings - before.readings) / ((after.at - before.at) / 1000),
      cpuUsPerReading: (after.cpu - before.cpu) / (after.readings - before.readings),
      pageP50Ms: percentile(page.latencies, 0.5),
      pageP99Ms: percentile(page.latencies, 0.99),
      rssMb: rss,
      sent: expected,
      stored,
      drainS: (performance.now() - drainFrom) / 1000,
    };
  } finally {
    await daemon?.end();
    await simulator?.end();
    await Promise.all([broker.stop(), database.stop()]);
    rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv[1] === import.meta.filename) {
  const [stations = '8', rateHz = '2500', seconds = '15'] = process.argv.slice(2);
  console.table(await benchChain({ stations: Number(stations), rateHz: Number(rateHz), seconds: Number(seconds) }));
}
