/** What every store refuses before a byte leaves the daemon: names that need escaping, numbers that no column can hold. */
import { CHANNEL_NAMES } from '../../protocols/reading.ts';
import { RejectedByStore, type StoredEvent, type StoredRow, type WriteBatch } from './port.ts';

/** Signed 64 bit, less the ends that InfluxDB keeps for itself. */
const LAST_NS = 9_223_372_036_854_775_805n;
/** The longest text of an event (a scanned code), in UTF-16 units; the telemetry payload allows 512. */
const LONGEST_TEXT = 4096;

type Keyed = Pick<StoredRow, 'station' | 'epoch' | 'seq' | 'timeNs' | 'deviceTickMs' | 'lineSeq'>;

function nameOf(row: Keyed): string {
  return `station ${JSON.stringify(row.station)}, epoch ${row.epoch}, seq ${row.seq}`;
}

/** The names of the topics (`nameSchema`), as they are safe in tags, queries and file names without any escaping. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

export function isName(text: string): boolean {
  return NAME.test(text);
}

function checkKey(row: Keyed): void {
  const { epoch, seq, timeNs, deviceTickMs, lineSeq } = row;
  if (!Number.isSafeInteger(epoch) || epoch < 1 || !Number.isSafeInteger(seq) || seq < 1) {
    throw new RejectedByStore(`${nameOf(row)}: epoch and seq must be whole numbers from 1`);
  }
  if (typeof timeNs !== 'bigint' || timeNs < 0n || timeNs > LAST_NS) {
    throw new RejectedByStore(`${nameOf(row)}: time ${timeNs} is not ns since 1970 within 63 bits`);
  }
  if (!Number.isSafeInteger(deviceTickMs) || !Number.isSafeInteger(lineSeq) || deviceTickMs < 0 || lineSeq < 0) {
    throw new RejectedByStore(`${nameOf(row)}: device tick and line sequence must be whole numbers from 0`);
  }
}

function checkValues(row: StoredRow): void {
  const { values, flags } = row;
  if (values.length !== CHANNEL_NAMES.length) {
    throw new RejectedByStore(`${nameOf(row)}: ${values.length} values, ${CHANNEL_NAMES.length} channels`);
  }
  if (!Number.isSafeInteger(flags) || flags < 0) {
    throw new RejectedByStore(`${nameOf(row)}: flags must be a whole number from 0`);
  }
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (value !== null && !Number.isFinite(value)) {
      throw new RejectedByStore(
        `${nameOf(row)}: ${CHANNEL_NAMES[i]} is ${value}; a value is finite, or null if missing`,
      );
    }
  }
}

function checkText(event: StoredEvent): void {
  for (const key of ['source', 'state', 'data'] as const) {
    const text = event[key];
    if (typeof text !== 'string' || text.length > LONGEST_TEXT || text.includes('\0')) {
      throw new RejectedByStore(
        `${nameOf(event)}: ${key} of an event is text of at most ${LONGEST_TEXT} characters without NUL`,
      );
    }
  }
}

/** Throws `RejectedByStore` naming the first row that cannot be stored; then nothing of the batch has been written. */
export function assertAcceptable(batch: WriteBatch): void {
  if (!isName(batch.site)) throw new RejectedByStore(`site ${JSON.stringify(batch.site)} is not a name`);
  let station: string | null = null;
  const checkStation = (row: Keyed) => {
    if (row.station === station) return;
    if (!isName(row.station)) {
      throw new RejectedByStore(`${nameOf(row)}: a station name has only letters, digits, ".", "_", "-"; at most 64`);
    }
    station = row.station;
  };
  for (const row of batch.rows) {
    checkStation(row);
    checkKey(row);
    checkValues(row);
  }
  for (const event of batch.events) {
    checkStation(event);
    checkKey(event);
    checkText(event);
  }
}
