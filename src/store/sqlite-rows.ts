/** Rows on their way to the store's thread: as two blocks of memory that are handed over, where objects would be copied one by one. */
import { CHANNEL_NAMES } from '../../protocols/reading.ts';
import type { StoredEvent, StoredRow, WriteBatch } from './port.ts';

export interface PackedBatch {
  readonly site: string;
  readonly stations: readonly string[];
  /** Per row: index of its station, epoch, seq, device tick, line, flags, values (NaN: missing). */
  readonly numbers: Float64Array<ArrayBuffer>;
  readonly timesNs: BigInt64Array<ArrayBuffer>;
  readonly events: readonly StoredEvent[];
}

const FIRST_VALUE = 6;
const WIDTH = FIRST_VALUE + CHANNEL_NAMES.length;

/** Of acceptable rows only (`accept.ts`): their values are finite, so NaN is free to mean missing. */
export function pack({ site, rows, events }: WriteBatch): PackedBatch {
  const stations: string[] = [];
  const numbers = new Float64Array(rows.length * WIDTH);
  const timesNs = new BigInt64Array(rows.length);
  let station = -1;
  for (let r = 0, at = 0; r < rows.length; r++, at += WIDTH) {
    const row = rows[r] as StoredRow;
    if (stations[station] !== row.station) {
      station = stations.indexOf(row.station);
      if (station < 0) station = stations.push(row.station) - 1;
    }
    timesNs[r] = row.timeNs;
    numbers[at] = station;
    numbers[at + 1] = row.epoch;
    numbers[at + 2] = row.seq;
    numbers[at + 3] = row.deviceTickMs;
    numbers[at + 4] = row.lineSeq;
    numbers[at + 5] = row.flags;
    for (let c = 0; c < CHANNEL_NAMES.length; c++) numbers[at + FIRST_VALUE + c] = row.values[c] ?? Number.NaN;
  }
  return { site, stations, numbers, timesNs, events };
}

export function unpack({ site, stations, numbers, timesNs, events }: PackedBatch): WriteBatch {
  const rows = Array.from(timesNs, (timeNs, r): StoredRow => {
    const [station = 0, epoch = 0, seq = 0, deviceTickMs = 0, lineSeq = 0, flags = 0, ...values] = numbers.subarray(
      r * WIDTH,
      (r + 1) * WIDTH,
    );
    return {
      station: stations[station] ?? '',
      epoch,
      seq,
      timeNs,
      deviceTickMs,
      lineSeq,
      flags,
      values: values.map((v) => (Number.isNaN(v) ? null : v)),
    };
  });
  return { site, rows, events };
}
