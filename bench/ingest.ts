/**
 * What one reading costs from the chunk of bytes to the bus listener: guard, parser, CRC, fields, sequence, clocks, limits,
 * `Reading`, bus. No port, no sink. Run directly: `npx tsx bench/ingest.ts`.
 */
import { pathToFileURL } from 'node:url';
import { encodeLine } from '../protocols/hrsp/codec.ts';
import type { Identification } from '../protocols/hrsp/messages.ts';
import { Bus } from '../src/bus.ts';
import { systemClock } from '../src/clock.ts';
import { newCounters } from '../src/station/counters.ts';
import { Ingest } from '../src/station/ingest.ts';
import { Tapes } from '../src/tape/tapes.ts';

export interface IngestCost {
  readonly readings: number;
  readonly wallUsPerReading: number;
  readonly cpuUsPerReading: number;
  readonly readingsPerSecond: number;
}

const BOOT = '1A2B3C4D';
const IDENTIFICATION: Identification = {
  type: 'ID',
  serial: 'BENCH',
  hardwareRevision: 'A',
  firmwareVersion: '1',
  protocol: { major: 1, minor: 0 },
  mode: 'simulated',
  rateHz: 1000,
  instruments: [],
};

/** Chunks as a busy port gives them: of `chunkBytes`, cut anywhere. */
function stream(lines: number, chunkBytes: number): Buffer[] {
  const text: string[] = [];
  for (let i = 0; i < lines; i++) {
    const turn = Math.sin(i / 50);
    const values = [20 + 5 * turn, 3 * turn, 12 + turn, 36.6, 24 + 4 * turn, 101.325];
    text.push(encodeLine({ bootId: BOOT, seq: i, tick: i }, { type: 'TEL', values, flags: 0x80 }));
  }
  const bytes = Buffer.from(text.join(''), 'latin1');
  return Array.from({ length: Math.ceil(bytes.length / chunkBytes) }, (_, i) =>
    bytes.subarray(i * chunkBytes, (i + 1) * chunkBytes),
  );
}

/** Measures after a warm-up; throws when a single reading is missing, so that the figure is of work really done. */
export function benchIngest(options: { readings?: number; chunkBytes?: number; taped?: boolean } = {}): IngestCost {
  const { readings = 200_000, chunkBytes = 4096, taped = false } = options;
  const warmUp = Math.min(20_000, readings);
  const chunks = { warmUp: stream(warmUp, chunkBytes), measured: stream(readings, chunkBytes) };
  const counters = newCounters();
  const bus = new Bus((error) => {
    throw error;
  });
  // As the daemon has it: the last 10 minutes, at most 64 MB.
  const tape = taped ? new Tapes(systemClock, { keepMs: 600_000, maxBytes: 64_000_000 }).of('bench') : null;
  let heard = 0;
  bus.on('reading', () => heard++);
  const run = (of: readonly Buffer[]) => {
    const ingest = new Ingest({
      bus,
      clock: systemClock,
      counters,
      limits: { reservoirVolume: { low: 2, high: 60 } },
      handlers: { control: () => {}, rebooted: () => {}, foreign: () => {} },
    });
    ingest.open();
    ingest.identify('BENCH', BOOT, IDENTIFICATION);
    for (const chunk of of) {
      tape?.received(chunk);
      ingest.push(chunk);
    }
    ingest.close();
  };
  run(chunks.warmUp);
  heard = 0;
  const cpu = process.cpuUsage();
  const start = performance.now();
  run(chunks.measured);
  const wallUs = (performance.now() - start) * 1000;
  const { user, system } = process.cpuUsage(cpu);
  if (heard !== readings) throw new Error(`${heard} of ${readings} readings came out`);
  return {
    readings,
    wallUsPerReading: wallUs / readings,
    cpuUsPerReading: (user + system) / readings,
    readingsPerSecond: readings / (wallUs / 1e6),
  };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  for (const chunkBytes of [64, 512, 4096, 65_536]) {
    for (const taped of [false, true]) {
      const cost = benchIngest({ chunkBytes, taped });
      console.log(
        `ingest, chunks of ${String(chunkBytes).padStart(5)} bytes, ${taped ? 'with   ' : 'without'} tape: ` +
          `${cost.wallUsPerReading.toFixed(2)} us per reading, ${cost.cpuUsPerReading.toFixed(2)} us CPU, ` +
          `${Math.round(cost.readingsPerSecond)} readings/s`,
      );
    }
  }
}
