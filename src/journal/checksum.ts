/**
 * What is read back from the disk is believed only with its checksum (CRC-32 of ISO-HDLC, `node:zlib`): SQLite checks
 * the pages of its write-ahead log, but not those of the file itself.
 */
import { crc32 } from 'node:zlib';
import type { JournaledBatch } from './port.ts';
import type { PendingBatch, StationMark } from './station-log.ts';

export function batchChecksum(batch: Omit<PendingBatch, 'payload'>, position: number, payload: string | Buffer) {
  const { station, epoch, firstSeq, lastSeq } = batch;
  return crc32(payload, crc32(`${position}/${station}/${epoch}/${firstSeq}/${lastSeq}/`));
}

export function markChecksum(name: string, { epoch, timeMs, timeNs }: StationMark): number {
  return crc32(`${name}/${epoch}/${timeMs}/${timeNs}`);
}

/** A column as bytes; whatever stands in a damaged file may be no text at all. */
export const bytesOf = (cell: unknown): Buffer | null =>
  cell instanceof ArrayBuffer ? Buffer.from(cell) : Buffer.isBuffer(cell) ? cell : null;

/** `[position, station, epoch, firstSeq, lastSeq, payload, crc]`, the texts as bytes. `null`: not as it was written. */
export function verifiedBatch(row: readonly unknown[]): JournaledBatch | null {
  const [position, stationBytes, epoch, firstSeq, lastSeq, payloadBytes, crc] = row;
  const payload = bytesOf(payloadBytes);
  const station = bytesOf(stationBytes)?.toString('utf8');
  if (station === undefined || payload === null) return null;
  if (typeof position !== 'number' || typeof epoch !== 'number') return null;
  if (typeof firstSeq !== 'number' || typeof lastSeq !== 'number') return null;
  const id = { station, epoch, firstSeq, lastSeq };
  if (batchChecksum(id, position, payload) !== crc) return null;
  return { ...id, position, payload: payload.toString('utf8') };
}

/** `[name, epoch, timeMs, timeNs, crc]`, the name as bytes. */
export function verifiedMark(row: readonly unknown[]): { name: string; mark: StationMark } | null {
  const [nameBytes, epoch, timeMs, timeNs, crc] = row;
  const name = bytesOf(nameBytes)?.toString('utf8');
  if (name === undefined || typeof epoch !== 'number' || typeof timeMs !== 'number' || typeof timeNs !== 'number')
    return null;
  const mark = { epoch, timeMs, timeNs };
  return markChecksum(name, mark) === crc ? { name, mark } : null;
}
