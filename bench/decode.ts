/**
 * What one line costs from bytes to values: the product's way (guard, ReadlineParser, checksum, decoding) against the
 * usual way (ReadlineParser to text, split, one zod object per line, no checksum), fed with the same chunks.
 *
 *   npx tsx bench/decode.ts
 */
import { pathToFileURL } from 'node:url';
import { ReadlineParser } from '@serialport/parser-readline';
import { z } from 'zod';
import type { Fault } from '../protocols/framing.ts';
import { LineGuard } from '../protocols/framing.ts';
import { decodeLine, encodeLine } from '../protocols/hrsp/codec.ts';
import { HRSP_MAX_LINE } from '../protocols/hrsp/messages.ts';
import { CHANNELS } from '../protocols/reading.ts';

export interface DecodeResult {
  readonly name: string;
  readonly nsPerOp: number;
  /** How often faster than the usual way in the same rounds; 1 for that way itself. */
  readonly timesFaster: number;
}

const LINES = 40_000;
const ROUNDS = 9;
const CHUNK = 65_536;

const number = z.coerce.number();
const telemetry = z.object({
  type: z.literal('$TEL'),
  boot: z.string().length(8),
  seq: number.int().min(0).max(0xffff_ffff),
  tick: number.int().min(0).max(0xffff_ffff),
  reservoirVolume: number.min(0).max(80),
  lineFlow: number.min(-60).max(60),
  linePressure: number.min(-50).max(250),
  fluidTemperature: number.min(0).max(60),
  collectorMass: number.min(-300).max(300),
  ambientPressure: number.min(30).max(110),
  flags: z.string(),
});

/** An ordinary refill: every value moves a little from line to line. */
function telemetryLines(): string[] {
  return Array.from({ length: LINES }, (_, i) => {
    const values = CHANNELS.map(({ min, max }, at) => min + (max - min) * (0.5 + 0.4 * Math.sin(i / 300 + at)));
    return encodeLine({ bootId: '7F3A9C01', seq: i, tick: i * 100 }, { type: 'TEL', values, flags: 0x80 });
  });
}

function chunksOf(text: string): Buffer[] {
  const bytes = Buffer.from(text, 'latin1');
  return Array.from({ length: Math.ceil(bytes.length / CHUNK) }, (_, i) => bytes.subarray(i * CHUNK, (i + 1) * CHUNK));
}

interface Way {
  readonly name: string;
  /** Takes all chunks; resolves to the sum of the first channel, so that nothing can be left out. */
  run(chunks: readonly Buffer[]): Promise<number>;
}

function throughParser(parser: ReadlineParser, chunks: readonly Uint8Array[]): Promise<void> {
  return new Promise((resolve, reject) => {
    parser.once('end', resolve).once('error', reject);
    for (const chunk of chunks) parser.write(chunk);
    parser.end();
  });
}

const product: Way = {
  name: 'guard + ReadlineParser + CRC-16 + decodeLine',
  async run(chunks) {
    let sum = 0;
    const faults: Fault[] = [];
    const guard = new LineGuard(HRSP_MAX_LINE, (fault) => faults.push(fault));
    // Without an encoding the parser hands out bytes; its type does not know that.
    const parser = new ReadlineParser({
      delimiter: '\n',
      readableObjectMode: true,
      encoding: undefined as unknown as BufferEncoding,
    });
    parser.on('data', (line: Uint8Array) => {
      // In object mode the parser hands out what is left at its end, which behind the guard is always nothing.
      if (line.length === 0) return;
      const frame = decodeLine(line);
      if (frame.kind === 'message' && frame.message.type === 'TEL') sum += frame.message.values[0] ?? 0;
      else throw new Error(`unexpected ${JSON.stringify(frame)}`);
    });
    const guarded = (function* () {
      for (const chunk of chunks) {
        const whole = guard.push(chunk);
        if (whole !== null) yield whole;
      }
    })();
    await throughParser(parser, guarded as unknown as readonly Uint8Array[]);
    if (faults.length > 0) throw new Error(JSON.stringify(faults[0]));
    return sum;
  },
};

const usual: Way = {
  name: 'ReadlineParser + split + zod object, no CRC',
  async run(chunks) {
    let sum = 0;
    const parser = new ReadlineParser({ delimiter: '\r\n' });
    parser.on('data', (line: string) => {
      const [type, boot, seq, tick, volume, flow, pressure, temperature, mass, ambient, flags] = line.split(',');
      const reading = telemetry.parse({
        type,
        boot,
        seq,
        tick,
        reservoirVolume: volume,
        lineFlow: flow,
        linePressure: pressure,
        fluidTemperature: temperature,
        collectorMass: mass,
        ambientPressure: ambient,
        flags,
      });
      sum += reading.reservoirVolume;
    });
    await throughParser(parser, chunks);
    return sum;
  },
};

/** The decoder alone, without a stream around it. */
const alone: Way = {
  name: 'CRC-16 + decodeLine alone',
  async run(chunks) {
    let sum = 0;
    for (const line of linesIn(chunks)) {
      const frame = decodeLine(line);
      if (frame.kind === 'message' && frame.message.type === 'TEL') sum += frame.message.values[0] ?? 0;
    }
    return sum;
  },
};

const split: Uint8Array[] = [];
function linesIn(chunks: readonly Buffer[]): Uint8Array[] {
  if (split.length === 0) {
    const all = Buffer.concat(chunks);
    for (let at = 0; at < all.length; ) {
      const lf = all.indexOf(10, at);
      split.push(all.subarray(at, lf));
      at = lf + 1;
    }
  }
  return split;
}

const guardAlone: Way = {
  name: 'guard alone',
  async run(chunks) {
    const guard = new LineGuard(HRSP_MAX_LINE, () => undefined);
    let bytes = 0;
    for (const chunk of chunks) bytes += guard.push(chunk)?.length ?? 0;
    return bytes;
  },
};

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

/** All ways take turns in every round, so that a slower moment of the machine hits them alike; medians are compared. */
export async function benchDecode(): Promise<readonly DecodeResult[]> {
  const text = telemetryLines();
  const chunks = chunksOf(text.join(''));
  const ways = [usual, product, alone, guardAlone];
  const times = ways.map((): number[] => []);
  const sums: number[] = [];
  for (let round = -2; round < ROUNDS; round++) {
    for (const [i, way] of ways.entries()) {
      const began = process.hrtime.bigint();
      sums[i] = await way.run(chunks);
      const ns = Number(process.hrtime.bigint() - began) / LINES;
      if (round >= 0) times[i]?.push(ns);
    }
  }
  if (sums[0] !== sums[1] || sums[1] !== sums[2]) throw new Error(`the ways disagree: ${sums.join(', ')}`);
  const base = median(times[0] ?? []);
  return ways.map((way, i) => {
    const nsPerOp = median(times[i] ?? []);
    return { name: way.name, nsPerOp, timesFaster: base / nsPerOp };
  });
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  for (const { name, nsPerOp, timesFaster } of await benchDecode()) {
    console.log(`${(nsPerOp / 1000).toFixed(2).padStart(7)} us/line  ${timesFaster.toFixed(1).padStart(5)}x  ${name}`);
  }
}
