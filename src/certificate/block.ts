/**
 * Blocks: the unit of the manifest. Messages of one epoch are cut by their sequence numbers, 4,096 to a block, so the
 * same messages give the same blocks however they were batched. A block's hash is SHA-256 over its messages in the order
 * of their numbers. The state of a hash function cannot be put on disk; so a block that was not full when the daemon
 * stopped goes on behind a cut: a new hash, which begins with the last one.
 */
import { createHash, type Hash } from 'node:crypto';
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
  /** Places at which a new hash begins, ascending. Empty when the block was filled without a stop. */
  readonly cuts: readonly number[];
  readonly sums: Sums;
}

export const blockOf = (seq: number): number => Math.floor((seq - 1) / BLOCK_SEQS);
export const placeOf = (seq: number): number => (seq - 1) % BLOCK_SEQS;

/** `hai-bridge/2 <station> <epoch> <block>`: a block's content cannot pass for another's. */
const seed = ({ station, epoch, number }: BlockKey): string => `hai-bridge/2 ${station} ${epoch} ${number}\n`;

const canonical = new CanonicalBytes();
/** One call of the hash function for many messages: for a single one the call costs more than the hashing. */
const GATHERED_BYTES = 4096;

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
  readonly #cuts: number[];
  /** Index of the next cut; those before it lie behind. */
  #cut = 0;
  #hash: Hash;
  /** What it was made from, until something is added. */
  #stored: Block | null = null;
  #gathered: Buffer | null = null;
  #length = 0;

  private constructor(key: BlockKey, cuts: readonly number[], sums: Sums, begin: string | Buffer) {
    this.key = key;
    this.#cuts = [...cuts];
    this.sums = sums;
    this.#hash = createHash('sha256').update(begin);
  }

  /** Empty; `cuts` are given when the messages of a block that had some are gone through again. */
  static begin(key: BlockKey, cuts: readonly number[] = []): OpenBlock {
    return new OpenBlock(key, cuts, new Uint32Array(SUMS), seed(key));
  }

  /** From what the manifest's file has of it: what comes now is behind a cut. */
  static goOn(from: Block): OpenBlock {
    const block = new OpenBlock(from, from.cuts, Uint32Array.from(from.sums), from.hash);
    block.#stored = from;
    block.firstSeq = from.firstSeq;
    block.lastSeq = from.lastSeq;
    block.firstNs = from.firstNs;
    block.lastNs = from.lastNs;
    block.readings = from.readings;
    block.events = from.events;
    return block;
  }

  add(record: StoredRow | StoredEvent): void {
    const place = placeOf(record.seq);
    if (this.#stored !== null) {
      this.#cut = this.#cuts.push(place);
      this.#stored = null;
    }
    while (place >= (this.#cuts[this.#cut] ?? Number.POSITIVE_INFINITY)) {
      this.#hash = createHash('sha256').update(this.#digest());
      this.#cut++;
    }
    const bytes = canonical.of(record);
    this.#take(bytes);
    addTo(this.sums, place, bytes);
    if (this.readings + this.events === 0) {
      this.firstSeq = record.seq;
      this.firstNs = record.timeNs;
    }
    this.lastSeq = record.seq;
    this.lastNs = record.timeNs;
    if ('values' in record) this.readings++;
    else this.events++;
  }

  /** What the manifest keeps of it as it is now; it can go on. */
  get block(): Block {
    if (this.#stored !== null) return this.#stored;
    const { key, firstSeq, lastSeq, firstNs, lastNs, readings, events, sums } = this;
    const cuts = this.#cuts.slice(0, this.#cut);
    return { ...key, firstSeq, lastSeq, firstNs, lastNs, readings, events, hash: this.#digest(), cuts, sums };
  }

  #take(bytes: Buffer): void {
    if (this.#length + bytes.length > GATHERED_BYTES) this.#flush();
    if (bytes.length > GATHERED_BYTES) {
      this.#hash.update(bytes);
      return;
    }
    this.#gathered ??= Buffer.allocUnsafeSlow(GATHERED_BYTES);
    this.#gathered.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  #flush(): void {
    if (this.#gathered !== null && this.#length > 0) this.#hash.update(this.#gathered.subarray(0, this.#length));
    this.#length = 0;
  }

  #digest(): Buffer {
    this.#flush();
    return this.#hash.copy().digest();
  }
}
