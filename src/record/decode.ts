/** A telemetry message -> rows for the store. The envelope is checked by its schema, the rows by hand: they are many. */
import { z } from 'zod';
import { CHANNEL_NAMES } from '../../protocols/reading.ts';
import { MOST_BATCHES_TOGETHER, ROW_COLUMNS, ROW_PREFIX, telemetryPayload } from '../mqtt/topics.ts';
import type { StoredEvent, StoredRow } from '../store/port.ts';

/** Many rows or events: only their number is checked by the schema. */
const many = z.custom<unknown[]>((v) => Array.isArray(v) && v.length <= 5000, 'at most 5000');
export const envelope = telemetryPayload.extend({ rows: many });
export type Envelope = z.infer<typeof envelope>;
/** One message of the telemetry topic. */
export const envelopes = z.preprocess(
  (said) => (Array.isArray(said) ? said : [said]),
  z.array(envelope).min(1).max(MOST_BATCHES_TOGETHER),
);

export interface DecodedBatch {
  readonly rows: StoredRow[];
  readonly events: StoredEvent[];
}

const U32 = 0xffff_ffff;
/** ns in a day and a bit: the journal never spans more in one batch. */
const LONGEST_NS = 1e14;
const PREFIX = ROW_PREFIX.length;

/** Says in a few words what is wrong with the rows; the message is then not used at all. */
export class UnreadableRows extends Error {
  override readonly name = 'UnreadableRows';
}

const whole = (v: unknown, least: number, most: number): v is number =>
  typeof v === 'number' && v >= least && v <= most && Number.isInteger(v);

/** Throws `UnreadableRows`. Columns of newer bridges are ignored, missing channels are `null`. */
export function decodeRows(message: Envelope): DecodedBatch {
  const { station, epoch, firstSeq, lastSeq } = message;
  const count = message.rows.length + message.events.length;
  if (lastSeq < firstSeq || count !== lastSeq - firstSeq + 1) {
    throw new UnreadableRows(`${count} rows and events for seq ${firstSeq}..${lastSeq}`);
  }
  const t0 = BigInt(message.t0);
  if (t0 > 9_223_372_036_854_775_807n) throw new UnreadableRows('t0 is beyond 64 bits');
  const width = message.columns.length;
  const places = placesOf(message.columns);
  const rows = new Array<StoredRow>(message.rows.length);
  let lastRowSeq = firstSeq - 1;
  let lastDtNs = -1;
  for (let i = 0; i < rows.length; i++) {
    const row = message.rows[i];
    if (!Array.isArray(row) || row.length !== width) throw new UnreadableRows(`row ${i}: not ${width} columns`);
    const seq: unknown = row[places.seq];
    const dtNs: unknown = row[places.dtNs];
    const deviceTickMs: unknown = row[places.tickMs];
    const lineSeq: unknown = row[places.lineSeq];
    const flags: unknown = row[places.flags];
    if (!whole(seq, lastRowSeq + 1, lastSeq))
      throw new UnreadableRows(`row ${i}: seq is not ascending within the batch`);
    if (!whole(dtNs, lastDtNs + 1, LONGEST_NS)) throw new UnreadableRows(`row ${i}: dtNs is not ascending`);
    if (!whole(deviceTickMs, 0, U32) || !whole(lineSeq, 0, U32) || !whole(flags, 0, U32)) {
      throw new UnreadableRows(`row ${i}: tickMs, lineSeq or flags is not a whole number in range`);
    }
    lastRowSeq = seq;
    lastDtNs = dtNs;
    rows[i] = {
      station,
      epoch,
      seq,
      timeNs: t0 + BigInt(dtNs),
      deviceTickMs,
      lineSeq,
      flags,
      values: places.fixed ? values(row, i) : pickedValues(row, places.channels, i),
    };
  }
  return { rows, events: eventsOf(message, t0) };
}

function eventsOf(message: Envelope, t0: bigint): StoredEvent[] {
  let last = message.firstSeq - 1;
  return message.events.map((e) => {
    if (e.seq <= last || e.seq > message.lastSeq || e.dtNs > LONGEST_NS) {
      throw new UnreadableRows(`event ${e.seq}: seq is not ascending within the batch, or dtNs is out of range`);
    }
    last = e.seq;
    return {
      station: message.station,
      epoch: message.epoch,
      seq: e.seq,
      timeNs: t0 + BigInt(e.dtNs),
      deviceTickMs: e.tickMs,
      lineSeq: e.lineSeq,
      source: e.source,
      state: e.state,
      data: e.data,
    };
  });
}

/** The usual case: the columns are the ones of this version, in order. */
function values(row: readonly unknown[], at: number): (number | null)[] {
  const out = row.slice(PREFIX);
  for (let k = 0; k < out.length; k++) {
    const v = out[k];
    // JSON has no NaN, but 1e999 parses to infinity.
    if (v !== null && (typeof v !== 'number' || v - v !== 0)) {
      throw new UnreadableRows(`row ${at}: ${CHANNEL_NAMES[k]} is neither a finite number nor null`);
    }
  }
  return out as (number | null)[];
}

function pickedValues(row: readonly unknown[], channels: readonly number[], at: number): (number | null)[] {
  const picked: unknown[] = new Array(PREFIX).fill(0);
  for (const place of channels) picked.push(place < 0 ? null : row[place]);
  return values(picked, at);
}

interface Places {
  readonly seq: number;
  readonly dtNs: number;
  readonly tickMs: number;
  readonly lineSeq: number;
  readonly flags: number;
  readonly channels: readonly number[];
  readonly fixed: boolean;
}

const placesIn = (columns: readonly string[], fixed: boolean): Places => ({
  seq: columns.indexOf('seq'),
  dtNs: columns.indexOf('dtNs'),
  tickMs: columns.indexOf('tickMs'),
  lineSeq: columns.indexOf('lineSeq'),
  flags: columns.indexOf('flags'),
  channels: CHANNEL_NAMES.map((name) => columns.indexOf(name)),
  fixed,
});
const USUAL = placesIn(ROW_COLUMNS, true);

function placesOf(columns: readonly string[]): Places {
  if (columns.length === ROW_COLUMNS.length && columns.every((c, i) => c === ROW_COLUMNS[i])) return USUAL;
  const missing = ROW_PREFIX.filter((name) => !columns.includes(name));
  if (missing.length > 0) throw new UnreadableRows(`columns without ${missing.join(', ')}`);
  return placesIn(columns, false);
}
