/**
 * Readings and events as InfluxDB line protocol.
 * https://docs.influxdata.com/influxdb/v1/write_protocols/line_protocol_reference/
 *
 * Written out here because the library's own point path costs 6 µs a reading (this: 0.4 µs), does not escape newlines
 * or measurements, and damages a text that holds \' . Names and numbers have passed `assertAcceptable`, so only the
 * texts of events need escaping. Layout and its reasons: docs/decisions/0003-influx-layout.md.
 */
import { CHANNELS } from '../../protocols/reading.ts';
import { AsciiWriter } from '../ascii-writer.ts';
import type { StoredEvent, StoredRow, WriteBatch } from './port.ts';

export const TELEMETRY = 'telemetry';
export const EVENT = 'event';

/**
 * V8 keeps a string beyond 128 KiB in pages of its own, fresh from the system for each: measured 6-10 ns a byte instead
 * of 0.2. From `LARGE_BYTES` on Node keeps it outside of V8's heap, in memory that is used again. So a body is large, if
 * there is enough for one (the database then takes a quarter less CPU a line), or small. (Reverse proxies usually
 * allow 1 MiB.)
 */
const LARGE_BYTES = 1_032_000;
const SMALL_BYTES = 100_000;
/** Names and numbers of one line, without its key and its texts. */
const LONGEST_FIELDS = 600;
const NEWLINE = 10;
const COMMA = 44;
const INTEGER_COMMA = Buffer.from('i,');
const INTEGER_END = Buffer.from('i ');
const SEQ = Buffer.from('seq=');
const TICK = Buffer.from('tick=');
const LINE = Buffer.from('line=');
const FLAGS = Buffer.from('flags=');
const FIELD_PREFIXES = CHANNELS.map(({ name }) => Buffer.from(`${name}=`));
/** The wire carries a fixed number of decimals per channel. */
const SCALES = Float64Array.from(CHANNELS, (c) => 10 ** c.decimals);
const NS_PER_S = 1_000_000_000;

/** What the server can keep: InfluxDB everything, a write-only server (VictoriaMetrics) numbers. */
export type EventTexts = 'kept' | 'left-out';

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

/** The lines of one body. */
class Lines {
  readonly #out: AsciiWriter;
  readonly #texts: EventTexts;
  #key = Buffer.alloc(0);
  #baseNs = 0n;
  #baseS = 0;
  #empty = true;
  /** Where lines end behind which a small body would be full. */
  #ends: number[] = [];

  constructor(texts: EventTexts, out: AsciiWriter) {
    this.#texts = texts;
    this.#out = out;
  }

  /** There is enough for a large body. */
  get full(): boolean {
    return this.#out.length >= LARGE_BYTES;
  }

  /** What there is, as one large body or as small ones; empty afterwards. */
  take(): string[] {
    if (this.#empty) return [];
    const ends = [...this.#ends, this.#out.length];
    this.#ends = [];
    this.#empty = true;
    return this.full ? [this.#out.take()] : this.#out.takeParts(ends);
  }

  /** Measurement and tags of the lines from now on. */
  keyed(key: string): void {
    this.#key = Buffer.from(key);
  }

  row({ seq, deviceTickMs, lineSeq, flags, values, timeNs }: StoredRow): void {
    const out = this.#begin();
    for (let c = 0; c < FIELD_PREFIXES.length; c++) {
      const value = values[c];
      if (value === null || value === undefined) continue;
      out.bytes(FIELD_PREFIXES[c] as Buffer);
      out.decimal(value, SCALES[c] as number);
      out.byte(COMMA);
    }
    this.#field(SEQ, seq);
    out.bytes(INTEGER_COMMA);
    this.#field(TICK, deviceTickMs);
    out.bytes(INTEGER_COMMA);
    this.#field(LINE, lineSeq);
    out.bytes(INTEGER_COMMA);
    this.#field(FLAGS, flags);
    out.bytes(INTEGER_END);
    this.#time(timeNs);
  }

  event({ seq, deviceTickMs, lineSeq, source, state, data, timeNs }: StoredEvent): void {
    const out = this.#begin();
    if (this.#texts === 'kept') out.text(`source=${quoted(source)},state=${quoted(state)},data=${quoted(data)},`);
    out.reserve(LONGEST_FIELDS);
    this.#field(SEQ, seq);
    out.bytes(INTEGER_COMMA);
    this.#field(TICK, deviceTickMs);
    out.bytes(INTEGER_COMMA);
    this.#field(LINE, lineSeq);
    out.bytes(INTEGER_END);
    this.#time(timeNs);
  }

  #begin(): AsciiWriter {
    const out = this.#out;
    out.reserve(this.#key.length + 1 + LONGEST_FIELDS);
    if (!this.#empty) {
      if (out.length - (this.#ends.at(-1) ?? 0) >= SMALL_BYTES) this.#ends.push(out.length);
      out.byte(NEWLINE);
    }
    this.#empty = false;
    out.bytes(this.#key);
    return out;
  }

  #field(name: Buffer, value: number): void {
    this.#out.bytes(name);
    this.#out.integer(value);
  }

  /** ns beyond 2^53, by their distance from a whole second nearby: a bigint's own text takes longer than the whole line. */
  #time(timeNs: bigint): void {
    let distance = Number(timeNs - this.#baseNs);
    if (distance < 0 || distance > Number.MAX_SAFE_INTEGER || this.#baseS === 0) {
      this.#baseS = Number(timeNs / BigInt(NS_PER_S));
      this.#baseNs = BigInt(this.#baseS) * BigInt(NS_PER_S);
      distance = Number(timeNs - this.#baseNs);
    }
    const seconds = Math.floor(distance / NS_PER_S);
    const s = this.#baseS + seconds;
    const ns = distance - seconds * NS_PER_S;
    if (s === 0) {
      this.#out.integer(ns);
      return;
    }
    this.#out.integer(s);
    this.#out.digits(ns, 9);
  }
}

/**
 * Bodies for `/write` (precision ns), each of about 100 kB or about 1 MB. The batch must be acceptable. `out` is empty
 * whenever a body is given out, so that one can serve all writes and need not grow each time.
 */
export function* lineBodies(batch: WriteBatch, texts: EventTexts, out = new AsciiWriter()): Generator<string> {
  const lines = new Lines(texts, out);
  for (const [measurement, list] of [
    [TELEMETRY, batch.rows],
    [EVENT, batch.events],
  ] as const) {
    let station = '';
    let epoch = 0;
    for (const row of list) {
      if (row.station !== station || row.epoch !== epoch) {
        ({ station, epoch } = row);
        lines.keyed(`${measurement},epoch=${epoch},site=${batch.site},station=${station} `);
      }
      if ('values' in row) lines.row(row);
      else lines.event(row);
      if (lines.full) yield* lines.take();
    }
  }
  yield* lines.take();
}
