/**
 * npm run soak -- --minutes N [--rate HZ]: runs the daemon with simulator, mosquitto and InfluxDB, samples its memory and
 * open handles, and prints how fast they grow. Exit codes: 0 steady, 1 something grows or nothing was recorded, 2 usage.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { type Running, run, up } from '../test/support/daemon.ts';
import { find, startInfluxd, startMosquitto, temporaryFolder } from '../test/support/services.ts';
import { newestLine } from './database.ts';
import { type Bound, type Sample, type Trend, trendOf } from './slope.ts';

const SAMPLE_MS = 5000;
const STATIONS = 4;
const MEMORY: Bound = { perHour: 16, atAll: 16 };
const HANDLES: Bound = { perHour: 2, atAll: 4 };

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

function between(low: number, high: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!(value >= low && value <= high)) throw new InvalidArgumentError(`It must be a number ${low}..${high}.`);
    return value;
  };
}

/** MB. */
function memoryOf(pid: number): number {
  const kB = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kB) / 1024;
}

const handlesOf = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length;

/** What people and monitoring do all the time: a page that comes and goes, a scrape, a chart. */
async function visit(url: string): Promise<void> {
  const page = new AbortController();
  const stream = await fetch(`${url}/api/v1/events`, { signal: page.signal });
  await stream.body?.getReader().read();
  page.abort();
  for (const path of ['/metrics', '/readyz', '/api/v1/stations']) await (await fetch(`${url}${path}`)).text();
}

interface Soaked {
  readonly memory: Sample[];
  readonly handles: Sample[];
  readonly newest: number;
}

async function soak(minutes: number, rateHz: number): Promise<Soaked> {
  const folder = temporaryFolder();
  const opened: (() => unknown)[] = [() => folder.remove()];
  try {
    const broker = await startMosquitto();
    opened.push(() => broker.stop());
    const database = await startInfluxd();
    opened.push(() => database.stop());
    const simulator = run('simulator/main.js', [
      ...['--stations', String(STATIONS), '--rate', String(rateHz), '--tcp', '127.0.0.1:0', '--json'],
      ...['--scenario', 'nominal-refill', '--speed', '20'],
    ]);
    opened.push(() => simulator.end('SIGKILL'));
    await simulator.line(/"ready":true/);
    const links = [...simulator.output().matchAll(/"url":"([^"]+)"/g)].map(([, url]) => ({ url }));
    const daemon = up(folder.path, {
      site: 'soak',
      bridge: 'bay-a',
      data: join(folder.path, 'data'),
      links,
      mqtt: { url: broker.url },
      store: { kind: 'influx', url: database.url, database: 'hai' },
      http: { listen: '127.0.0.1:0' },
      log: { level: 'warn' },
    });
    opened.push(() => daemon.end('SIGKILL'));
    const url = (await daemon.line(/Page\s+(http:\/\/127\.0\.0\.1:\d+)/))[1] ?? '';
    return await sample(daemon, url, minutes, () => newestLine(database.url, 'SIM-0001'));
  } finally {
    for (const end of opened.reverse()) await end();
  }
}

async function sample(daemon: Running, url: string, minutes: number, newest: () => Promise<number>): Promise<Soaked> {
  const memory: Sample[] = [];
  const handles: Sample[] = [];
  const pid = daemon.child.pid ?? -1;
  const beganMs = Date.now();
  const endMs = beganMs + minutes * 60_000;
  for (let at = beganMs; at <= endMs; at += SAMPLE_MS) {
    await pause(Math.max(0, at - Date.now()));
    if (daemon.child.exitCode !== null) throw new Error(`the daemon has ended: ${daemon.output()}`);
    const atMs = Date.now();
    memory.push({ atMs, value: memoryOf(pid) });
    handles.push({ atMs, value: handlesOf(pid) });
    if (memory.length % 12 === 1) {
      const minute = ((atMs - beganMs) / 60_000).toFixed(0).padStart(5);
      console.log(`${minute} min  ${memory.at(-1)?.value.toFixed(1)} MB  ${handles.at(-1)?.value} handles`);
    }
    await visit(url);
  }
  return { memory, handles, newest: await newest() };
}

function said(name: string, unit: string, trend: Trend): string {
  const { perHour, allowedPerHour, grown, verdict } = trend;
  const slope = `${perHour.toFixed(1)} ${unit}/h (${grown.toFixed(2)} in the second half)`;
  return `${name.padEnd(8)} ${slope}, at most ${allowedPerHour.toFixed(1)} ${unit}/h: ${verdict}`;
}

async function main(): Promise<number> {
  const { minutes, rate } = new Command('soak')
    .option('--minutes <n>', 'how long', between(1, 100_000), 60)
    .option('--rate <hz>', 'readings a second and station', between(1, 5000), 50)
    .exitOverride()
    .parse()
    .opts<{ minutes: number; rate: number }>();
  const missing = (['mosquitto', 'influxd'] as const).filter((program) => find(program) === null);
  if (missing.length > 0 || process.platform !== 'linux') {
    console.error(
      `soak: needs Linux, mosquitto and influxd${missing.length > 0 ? `; missing: ${missing.join(', ')}` : ''}`,
    );
    return 2;
  }
  console.log(`${STATIONS} stations at ${rate} Hz for ${minutes} min; slopes are taken over the second half`);
  const { memory, handles, newest } = await soak(minutes, Math.round(rate));
  const trends = [trendOf(memory, MEMORY), trendOf(handles, HANDLES)] as const;
  console.log(`\n${said('memory', 'MB', trends[0])}\n${said('handles', 'fds', trends[1])}`);
  // A daemon that does nothing is steady, too.
  const wanted = 0.8 * minutes * 60 * rate;
  console.log(`newest line in the database: ${newest}`);
  if (newest < wanted) console.log(`too few lines were recorded: at least ${Math.round(wanted)} were expected`);
  return newest >= wanted && trends.every(({ verdict }) => verdict === 'steady') ? 0 : 1;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? 0 : 2);
    console.error(error);
    process.exit(1);
  },
);
