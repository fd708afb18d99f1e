/**
 * How long a reading takes from the bus to a page, and what it costs: real HTTP on loopback, the listener in a process
 * of its own so that only the daemon's side is counted.
 *
 *   npx tsx bench/web.ts
 */
import { spawn } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { Bus } from '../src/bus.ts';
import type { StationStatus } from '../src/station/model.ts';
import { readingOf, startWebFixture } from '../test/support/web-fixture.ts';

export interface WebBench {
  readonly readings: number;
  readonly readingsPerS: number;
  readonly events: number;
  readonly eventsPerS: number;
  /** From the bus to the first event that shows this reading or a newer one of its station. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** CPU of the web side per reading, with one listener; making and emitting the reading not counted. */
  readonly cpuUsPerReading: number;
}

export interface WebBenchOptions {
  readonly seconds?: number;
  readonly stations?: number;
  readonly readingsPerS?: number;
}

const STEP_MS = 10;

/** Prints, per event of readings, one line: monotonic ns and the line sequence number of each station. */
const LISTENER = `
  const http = require('node:http');
  http.get(process.argv[1] + '/api/v1/events', (response) => {
    let rest = '';
    response.setEncoding('utf8');
    response.on('data', (text) => {
      const at = process.hrtime.bigint();
      const blocks = (rest + text).split('\\n\\n');
      rest = blocks.pop();
      for (const block of blocks) {
        if (block.startsWith('event: fleet')) process.stdout.write('ready\\n');
        if (!block.startsWith('event: readings')) continue;
        const readings = JSON.parse(block.slice(block.indexOf('data: ') + 6));
        const seen = Object.entries(readings).map(([station, r]) => station + '=' + r.lineSeq).join(' ');
        process.stdout.write(at + ' ' + seen + '\\n');
      }
    });
  });
`;

interface Shown {
  readonly atNs: bigint;
  readonly lineSeqs: ReadonlyMap<string, number>;
}

async function listen(url: string): Promise<{ readonly shown: Shown[]; stop(): void }> {
  const child = spawn(process.execPath, ['-e', LISTENER, url], { stdio: ['ignore', 'pipe', 'inherit'] });
  const shown: Shown[] = [];
  let rest = '';
  await new Promise<void>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the listener ended with ${code}`)));
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (line === 'ready') resolve();
        else shown.push(shownOf(line));
      }
    });
  });
  return { shown, stop: () => void child.kill() };
}

function shownOf(line: string): Shown {
  const [at = '0', ...seen] = line.split(' ');
  const entries = seen.map((text) => text.split('=')).map(([station = '', seq]) => [station, Number(seq)] as const);
  return { atNs: BigInt(at), lineSeqs: new Map(entries) };
}

/** Emits evenly; returns what it cost and when each reading was emitted. */
async function emit(bus: Bus, stations: readonly string[], readingsPerS: number, seconds: number) {
  const emitted = new Map(stations.map((station) => [station, [] as bigint[]]));
  const before = process.cpuUsage();
  const began = performance.now();
  let sent = 0;
  for (;;) {
    const elapsed = performance.now() - began;
    if (elapsed >= seconds * 1000) break;
    for (const due = (elapsed / 1000) * readingsPerS; sent < due; sent++) {
      const station = stations[sent % stations.length] ?? '';
      const times = emitted.get(station);
      bus.emit('reading', readingOf(station, times?.length ?? 0));
      times?.push(process.hrtime.bigint());
    }
    await new Promise((resolve) => setTimeout(resolve, STEP_MS));
  }
  const { user, system } = process.cpuUsage(before);
  return { emitted, sent, cpuUs: user + system, seconds: (performance.now() - began) / 1000 };
}

/** Of every reading, ms until the first event that showed it or a newer one. */
function waits(emitted: ReadonlyMap<string, readonly bigint[]>, shown: readonly Shown[]): number[] {
  const result: number[] = [];
  for (const [station, times] of emitted) {
    let next = 0;
    for (const { atNs, lineSeqs } of shown) {
      const upTo = lineSeqs.get(station) ?? -1;
      for (; next <= upTo; next++) result.push(Number(atNs - (times[next] ?? atNs)) / 1e6);
    }
    if (next < times.length) throw new Error(`${station}: ${times.length - next} readings were never shown`);
  }
  return result.sort((a, b) => a - b);
}

export async function benchWeb(options: WebBenchOptions = {}): Promise<WebBench> {
  const { seconds = 5, stations: count = 8, readingsPerS = 4000 } = options;
  const stations = Array.from({ length: count }, (_, i) => `HRS-${i}`);
  const statuses = (): StationStatus[] =>
    stations.map((station) => ({ station, link: `bench://${station}`, state: 'live', reason: null, sinceUtcMs: 0 }));
  const fixture = await startWebFixture({ readings: 'none', statuses });
  const listener = await listen(fixture.web.url);
  try {
    await emit(fixture.bus, stations, readingsPerS, 0.5);
    const deaf = new Bus(() => {});
    const alone = await emit(deaf, stations, readingsPerS, seconds);
    listener.shown.length = 0;
    const run = await emit(fixture.bus, stations, readingsPerS, seconds);
    const allShown = () =>
      [...run.emitted].every(([station, times]) =>
        listener.shown.some((s) => s.lineSeqs.get(station) === times.length - 1),
      );
    for (let tries = 0; tries < 100 && !allShown(); tries++) await new Promise((resolve) => setTimeout(resolve, 20));
    const sorted = waits(run.emitted, listener.shown);
    const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
    return {
      readings: run.sent,
      readingsPerS: run.sent / run.seconds,
      events: listener.shown.length,
      eventsPerS: listener.shown.length / run.seconds,
      p50Ms: at(0.5),
      p99Ms: at(0.99),
      maxMs: at(1),
      cpuUsPerReading: run.cpuUs / run.sent - alone.cpuUs / alone.sent,
    };
  } finally {
    listener.stop();
    await fixture.close();
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const result = await benchWeb();
  for (const [name, value] of Object.entries(result)) console.log(`${name.padEnd(16)} ${Number(value).toFixed(2)}`);
}
