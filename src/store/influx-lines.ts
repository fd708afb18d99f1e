/**
 * Readings and events as InfluxDB line protocol.
 * https://docs.influxdata.com/influxdb/v1/write_protocols/line_protocol_reference/
 *
 * Written out here because the library's own point path costs 6 µs a reading (this: 1.5 µs), does not escape newlines
 * or measurements, and damages a text that holds \' . Names and numbers have passed `assertAcceptable`, so only the
 * texts of events need escaping. Layout and its reasons: docs/decisions/0003-influx-layout.md.
 */
import { CHANNEL_NAMES } from '../../protocols/reading.ts';
import type { StoredEvent, StoredRow, WriteBatch } from './port.ts';

export const TELEMETRY = 'telemetry';
export const EVENT = 'event';

const MOST_LINES = 5000;
/** Below the 1 MB that reverse proxies usually allow for a body. */
const MOST_CHARACTERS = 1_000_000;

const FIELD_PREFIXES = CHANNEL_NAMES.map((name) => `${name}=`);

/** What the server can keep: InfluxDB everything, a write-only server (VictoriaMetrics) numbers. */
export type EventTexts = 'kept' | 'left-out';

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

function rowFields(row: StoredRow): string {
  let fields = '';
  for (let c = 0; c < FIELD_PREFIXES.length; c++) {
    const value = row.values[c];
    if (value !== null) fields += `${FIELD_PREFIXES[c]}${value},`;
  }
  return `${fields}seq=${row.seq}i,tick=${row.deviceTickMs}i,line=${row.lineSeq}i,flags=${row.flags}i ${row.timeNs}`;
}

function eventFields(event: StoredEvent, texts: EventTexts): string {
  const numbers = `seq=${event.seq}i,tick=${event.deviceTickMs}i,line=${event.lineSeq}i`;
  const { source, state, data } = event;
  return texts === 'left-out'
    ? `${numbers} ${event.timeNs}`
    : `source=${quoted(source)},state=${quoted(state)},data=${quoted(data)},${numbers} ${event.timeNs}`;
}

/** Bodies for `/write` (precision ns), each of at most 5,000 lines and about 1 MB. The batch must be acceptable. */
export function* lineBodies(batch: WriteBatch, texts: EventTexts): Generator<string> {
  const { site, rows, events } = batch;
  let body = '';
  let lines = 0;
  let station = '';
  let epoch = 0;
  let key = '';
  for (const [measurement, list] of [
    [TELEMETRY, rows],
    [EVENT, events],
  ] as const) {
    key = '';
    for (const row of list) {
      if (key === '' || row.station !== station || row.epoch !== epoch) {
        ({ station, epoch } = row);
        key = `${measurement},epoch=${epoch},site=${site},station=${station} `;
      }
      const fields = 'values' in row ? rowFields(row) : eventFields(row, texts);
      body += lines === 0 ? key + fields : `\n${key}${fields}`;
      lines++;
      if (lines === MOST_LINES || body.length >= MOST_CHARACTERS) {
        yield body;
        body = '';
        lines = 0;
      }
    }
  }
  if (lines > 0) yield body;
}
