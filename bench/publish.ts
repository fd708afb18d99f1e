/**
 * CPU per reading from the bus to a store that keeps nothing: journal (on disk) and publishing on one side, the
 * recorder's decoding on the other. The broker is a process of its own, so that its cost is not counted.
 */

import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { Reading } from '../protocols/reading.ts';
import { Bus } from '../src/bus.ts';
import { systemClock } from '../src/clock.ts';
import { configSchema } from '../src/config.ts';
import { feedJournal } from '../src/journal/feed.ts';
import { openJournal } from '../src/journal/journal.ts';
import { silentLogger } from '../src/logger.ts';
import { connectMqtt } from '../src/mqtt/connection.ts';
import { Publisher } from '../src/mqtt/publisher.ts';
import { decodeRows, envelope } from '../src/record/decode.ts';
import { startMosquitto, temporaryFolder } from '../test/support/services.ts';

const STATIONS = 8;
const RATE = 20_000;
const TICK_MS = 5;

export interface PublishBench {
  /** Readings journaled and published. */
  readonly readings: number;
  readonly readingsPerSecond: number;
  /** CPU µs per reading: bus, journal with its commits, live lane and telemetry lane. */
  readonly journalAndPublishUs: number;
  /** CPU µs per reading of making them up; not in the figure above. */
  readonly benchItselfUs: number;
  /** CPU µs per reading: JSON, envelope check, row check, rows for the store. */
  readonly recorderDecodeUs: number;
  readonly batches: number;
  readonly commits: number;
  /** Readings that were given up or batches that did not go out: must be 0. */
  readonly lost: number;
}

/** Values of a bench must not be shared: numbers of a station change from reading to reading. */
function madeUp(station: string, n: number, monotonicMs: number, utcMs: number): Reading {
  const wave = (n * 7919) % 1000;
  return {
    station,
    bootId: '0A1B2C3D',
    lineSeq: n,
    deviceTickMs: n,
    received: { utcMs, monotonicMs },
    values: [18 + wave / 1000, -wave / 500, 12 + wave / 100, 36 + wave / 1000, 140 - wave / 1000, 101.325],
    flags: 0x80,
  };
}

/** Runs for `seconds` at 20,000 readings a second on 8 stations, after one second of warming up. */
export async function benchPublish(seconds = 4): Promise<PublishBench> {
  const broker = await startMosquitto();
  const folder = temporaryFolder();
  const clock = systemClock;
  const config = configSchema.parse({ site: 'bench', mqtt: { url: broker.url } });
  const bus = new Bus((error) => {
    throw error;
  });
  const connection = connectMqtt({
    config: config.mqtt,
    site: config.site,
    bridge: config.bridge,
    version: '0',
    clock,
    logger: silentLogger,
  });
  const journal = await openJournal({
    path: join(folder.path, 'journal.db'),
    bridge: config.bridge,
    clock,
    logger: silentLogger,
  });
  const publisher = new Publisher({ bus, journal, connection, config, clock, logger: silentLogger });
  const payloads: Buffer[] = [];
  let keep = false;
  let batches = 0;
  journal.onCommitted((batch) => {
    batches++;
    if (keep && payloads.length < 500) payloads.push(Buffer.from(batch.payload));
    // Stands for the recorder's answer, so that the journal's deletions are in the figure.
    journal.retire(batch.station, batch);
  });
  await new Promise<void>((resolve) => {
    if (connection.connected) return resolve();
    const end = connection.onChange((state) => {
      if (!state.ok) return;
      end();
      resolve();
    });
  });
  const stations = Array.from({ length: STATIONS }, (_, i) => `RS-${i}`);
  const lines = new Array<number>(STATIONS).fill(0);

  const run = (forMs: number): Promise<number> =>
    new Promise((resolve) => {
      const start = performance.now();
      let said = 0;
      const timer = setInterval(() => {
        const now = performance.now();
        const due = Math.min(forMs, now - start) * (RATE / 1000);
        const utcMs = Date.now();
        for (; said < due; said++) {
          const s = said % STATIONS;
          const n = lines[s] ?? 0;
          lines[s] = n + 1;
          bus.emit('reading', madeUp(stations[s] ?? '', n, now, utcMs));
        }
        if (now - start < forMs) return;
        clearInterval(timer);
        resolve(said);
      }, TICK_MS);
    });

  const endNothing = bus.on('reading', () => {});
  await run(1000);
  const own = process.cpuUsage();
  const idle = await run(1000);
  const ownUsed = process.cpuUsage(own);
  const ownUs = (ownUsed.user + ownUsed.system) / idle;
  endNothing();

  publisher.start();
  const endFeed = feedJournal(bus, journal);
  await run(1000);
  keep = true;
  const before = { batches, commits: journal.counters.commits };
  const start = performance.now();
  const cpu = process.cpuUsage();
  const readings = await run(seconds * 1000);
  const used = process.cpuUsage(cpu);
  const elapsed = (performance.now() - start) / 1000;
  const counted = { batches: batches - before.batches, commits: journal.counters.commits - before.commits };
  const lost = journal.counters.lost + publisher.counters.postponed;
  endFeed();
  publisher.stop();
  await journal.close();
  await connection.close();
  await broker.stop();
  folder.remove();
  return {
    readings,
    readingsPerSecond: readings / elapsed,
    journalAndPublishUs: (used.user + used.system) / readings - ownUs,
    benchItselfUs: ownUs,
    recorderDecodeUs: decodeCost(payloads),
    ...counted,
    lost,
  };
}

function decodeCost(payloads: readonly Buffer[]): number {
  let rows = 0;
  const round = () => {
    for (const payload of payloads)
      rows += decodeRows(envelope.parse(JSON.parse(payload.toString('utf8')))).rows.length;
  };
  round();
  rows = 0;
  const cpu = process.cpuUsage();
  for (let i = 0; i < 5; i++) round();
  const used = process.cpuUsage(cpu);
  return (used.user + used.system) / rows;
}

if (process.argv[1] === import.meta.filename) {
  console.log(await benchPublish());
}
