/**
 * An outage made good: a bridge whose broker was away for an hour comes to it again, with all that its stations have said
 * meanwhile, and they go on speaking. On real parts; the backlog is written through the journal's own code, so that it
 * looks as if it had grown batch by batch, and the manifest has it as it would by then.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { FLAG, type Reading } from '../protocols/reading.ts';
import { MANIFEST_FILE } from '../src/certificate/certify-files.ts';
import { ManifestFile } from '../src/certificate/manifest-file.ts';
import { JournalFile } from '../src/journal/file.ts';
import { type PendingBatch, StationLog, type StationMark } from '../src/journal/station-log.ts';
import { eventually, type Running, run, up } from '../test/support/daemon.ts';
import { startMosquitto } from '../test/support/services.ts';
import { cpuUs, percentile, rowsOf, rssMb, startDatabase, watchPage } from './measure.ts';

export interface BackfillOptions {
  readonly stations: number;
  /** Readings a second of all stations together, in the outage and after it. */
  readonly readingsPerS: number;
  readonly outageS: number;
}

export interface BackfillResult {
  readonly backlog: number;
  readonly batches: number;
  /** From the broker's return until the store had all of it. */
  readonly backfillS: number;
  readonly rowsPerS: number;
  readonly stored: number;
  readonly pageP50Ms: number;
  readonly pageP99Ms: number;
  readonly cpuUsPerRow: number;
  /** Of broker and database; they share the machine's cores with the daemon. */
  readonly brokerCpuUsPerRow: number;
  readonly databaseCpuUsPerRow: number;
  readonly rssMb: number;
}

/** Under load the journal commits about so often. */
const COMMIT_EVERY_MS = 90;
const BATCHES_PER_TRANSACTION = 4000;
/** The daemon works for every look at it. */
const LOOK_EVERY_MS = 500;

const serialOf = (index: number) => `SIM-${String(index + 1).padStart(4, '0')}`;

function readingAt(station: string, n: number, utcMs: number): Reading {
  return {
    station,
    bootId: '00000001',
    lineSeq: n,
    deviceTickMs: n,
    received: { utcMs, monotonicMs: n },
    values: [12 + (n % 9000) / 1000, 10.5 + (n % 70) / 1000, 44 + (n % 90) / 100, 22.1, -5 - (n % 9000) / 1000, 101.3],
    flags: FLAG.simulated,
  };
}

interface Backlog {
  readonly batches: number;
  readonly marks: ReadonlyMap<string, StationMark>;
}

/** Writes the journal of an outage that ends now. */
function writeBacklog(path: string, { stations, readingsPerS, outageS }: BackfillOptions): Backlog {
  const file = new JournalFile(path);
  const marks = new Map<string, StationMark>();
  let waiting: PendingBatch[] = [];
  let position = 1;
  const commit = () => {
    file.commit({ batches: waiting, firstPosition: position, marks, retired: [] });
    position += waiting.length;
    waiting = [];
  };
  const logs = Array.from({ length: stations }, (_, i) => {
    const mark = { epoch: 0, timeMs: 0, timeNs: 0 };
    return new StationLog(serialOf(i), 'bridge-1', mark, (batch) => waiting.push(batch));
  });
  const beganMs = Date.now() - outageS * 1000;
  const perCommit = (readingsPerS / stations / 1000) * COMMIT_EVERY_MS;
  let said = 0;
  for (let atMs = 0; atMs < outageS * 1000; atMs += COMMIT_EVERY_MS) {
    const until = Math.floor((atMs / COMMIT_EVERY_MS + 1) * perCommit);
    for (const [index, log] of logs.entries()) {
      const station = serialOf(index);
      for (let n = said; n < until; n++) {
        log.reading(readingAt(station, n, beganMs + atMs + ((n - said) / perCommit) * COMMIT_EVERY_MS));
      }
      log.finish();
      marks.set(station, log.mark);
    }
    said = until;
    if (waiting.length >= BATCHES_PER_TRANSACTION) commit();
  }
  commit();
  file.close();
  return { batches: position - 1, marks };
}

/** In an outage the manifest is written all the time; here it has to be made from the journal first. */
function manifestHas(path: string, perStation: number, { marks }: Backlog): boolean {
  const file = ManifestFile.openForReading(path);
  const done = [...marks].every(([name, { epoch }]) => (file?.lastBlock(name, epoch)?.lastSeq ?? 0) >= perStation);
  file?.close();
  return done;
}

export async function benchBackfill(options: BackfillOptions): Promise<BackfillResult> {
  const { stations, readingsPerS } = options;
  const folder = mkdtempSync(join(tmpdir(), 'hai-backfill-'));
  const data = join(folder, 'data');
  const [broker, database] = await Promise.all([startMosquitto(), startDatabase()]);
  let simulator: Running | null = null;
  let daemon: Running | null = null;
  try {
    mkdirSync(data, { recursive: true, mode: 0o700 });
    await broker.kill();
    const written = writeBacklog(join(data, 'journal.db'), options);
    const perStation = Math.floor((options.outageS * readingsPerS) / stations);
    const backlog = perStation * stations;
    const rate = String(Math.round(readingsPerS / stations));
    const args = ['--stations', String(stations), '--rate', rate, '--tcp', '0', '--json', '--seed', '1'];
    simulator = run('simulator/main.js', args);
    const started = Number((await simulator.line(/"startedUtcMs":(\d+)/))[1]);
    const urls = [...simulator.output().matchAll(/"url":"([^"]+)"/g)].map((m) => ({ url: m[1] }));
    daemon = up(folder, {
      site: 'bench',
      data,
      links: urls,
      mqtt: { url: broker.url },
      store: { kind: 'influx', url: database.url, database: 'hai' },
      http: { listen: '127.0.0.1:0' },
      log: { level: 'warn' },
    });
    const url = (await daemon.line(/Page\s+(http:\/\/127\.0\.0\.1:\d+)/))[1] ?? '';
    const pid = daemon.child.pid ?? 0;
    await eventually('all stations live', async () => {
      const list = (await (await fetch(`${url}/api/v1/stations`)).json()) as { state: string }[];
      return list.filter((s) => s.state === 'live').length === stations;
    });
    const inManifest = () => manifestHas(join(data, MANIFEST_FILE), perStation, written);
    await eventually('the manifest to have the backlog', inManifest, 600_000);
    const page = await watchPage(url, started);
    const startMs = performance.now();
    await broker.restart();
    const parts = { daemon: pid, broker: broker.pid, database: database.pid };
    const before = { daemon: cpuUs(pid), broker: 0, database: cpuUs(database.pid) };
    const waiting = async () => {
      const text = await (await fetch(`${url}/metrics`)).text();
      return Number(/^hai_journal_waiting (\d+)/m.exec(text)?.[1] ?? Number.NaN);
    };
    // What is on its way at any moment is some hundred batches; then the backlog itself is gone.
    while ((await waiting()) >= 500) await setTimeout(LOOK_EVERY_MS);
    const backfillS = (performance.now() - startMs) / 1000;
    page.stop();
    const rows = backlog + backfillS * readingsPerS;
    const cpuOf = (part: keyof typeof parts) => (cpuUs(parts[part]) - before[part]) / rows;
    const cpu = { daemon: cpuOf('daemon'), broker: cpuOf('broker'), database: cpuOf('database') };
    const rss = rssMb(pid);
    await simulator.end('SIGTERM');
    const oldest = `time < ${BigInt(started) * 1_000_000n}`;
    const counts = await Promise.all(Array.from({ length: stations }, (_, i) => rowsOf(database, serialOf(i), oldest)));
    return {
      backlog,
      batches: written.batches,
      backfillS,
      rowsPerS: backlog / backfillS,
      stored: counts.reduce((sum, n) => sum + n, 0),
      pageP50Ms: percentile(page.latencies, 0.5),
      pageP99Ms: percentile(page.latencies, 0.99),
      cpuUsPerRow: cpu.daemon,
      brokerCpuUsPerRow: cpu.broker,
      databaseCpuUsPerRow: cpu.database,
      rssMb: rss,
    };
  } finally {
    await daemon?.end();
    await simulator?.end();
    await Promise.all([broker.stop(), database.stop()]);
    rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv[1] === import.meta.filename) {
  const [stations = '8', readingsPerS = '2000', outageS = '3600'] = process.argv.slice(2);
  console.table(
    await benchBackfill({
      stations: Number(stations),
      readingsPerS: Number(readingsPerS),
      outageS: Number(outageS),
    }),
  );
}
