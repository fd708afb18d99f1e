/**
 * Blocks: the unit of the manifest. Messages of one epoch are cut by their sequence numbers, 4,096 to a block, so the
 * same messages give the same blocks however they were batched. Within a block a SHA-256 chain runs over the messages
 * in the order of their numbers; its last link is the block's hash, and also all that is needed to go on with it.
 */
import { hash as sha256 } from 'node:crypto';
import type { StoredEvent, StoredRow } from '../store/port.ts';
import { CanonicalBytes } from './canonical.ts';
import { addTo, SUMS, type Sums } from './locator.ts';

export const BLOCK_SEQS = 4096;

export interface BlockKey {
  readonly station: string;
  readonly epoch: number;
  /** From 0; block n holds seq n·4096+1 .. (n+1)·4096. */
  readonly number: number;
}

/** What the manifest keeps of a block. */
export interface Block extends BlockKey {
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly firstNs: bigint;
  readonly lastNs: bigint;
  readonly readings: number;
  readonly events: number;
  readonly hash: Buffer;
  readonly sums: Sums;
}

export const blockOf = (seq: number): number => Math.floor((seq - 1) / BLOCK_SEQS);
export const placeOf = (seq: number): number => (seq - 1) % BLOCK_SEQS;

/** `hai-bridge/1 <station> <epoch> <block>`: a block's content cannot pass for another's. */
export function seed({ station, epoch, number }: BlockKey): Buffer {
  return sha256('sha256', `hai-bridge/1 ${station} ${epoch} ${number}`, 'buffer');
}

const canonical = new CanonicalBytes();

/** A block while messages are added to it, in the order of their numbers. */
export class OpenBlock {
  readonly key: BlockKey;
  firstSeq = 0;
  lastSeq = 0;
  firstNs = 0n;
  lastNs = 0n;
  readings = 0;
  events = 0;
  readonly sums: Sums;
  #link: Buffer;

  constructor(key: BlockKey, from?: Block) {
    this.key = key;
    this.sums = from ? Uint32Array.from(from.sums) : new Uint32Array(SUMS);
    this.#link = from ? Buffer.from(from.hash) : seed(key);
    if (!from) return;
    this.firstSeq = from.firstSeq;
    this.lastSeq = from.lastSeq;
    this.firstNs = from.firstNs;
    this.lastNs = from.lastNs;
    this.readings = from.readings;
    this.events = from.events;
  }

  add(record: StoredRow | StoredEvent): void {
    const bytes = canonical.of(record);
    this.#link = sha256('sha256', canonical.linked(this.#link, bytes.length), 'buffer');
    addTo(this.sums, placeOf(record.seq), bytes);
    if (this.readings + this.events === 0) {
      this.firstSeq = record.seq;
      this.firstNs = record.timeNs;
    }
    this.lastSeq = record.seq;
    this.lastNs = record.timeNs;
    if ('values' in record) this.readings++;
    else this.events++;
  }

  get block(): Block {
    const { key, firstSeq, lastSeq, firstNs, lastNs, readings, events } = this;
    return { ...key, firstSeq, lastSeq, firstNs, lastNs, readings, events, hash: this.#link, sums: this.sums };
  }
}
