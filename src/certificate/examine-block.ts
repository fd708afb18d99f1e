/** One block as journaled against the records that the store holds in its place. */
import { BLOCK_SEQS, type Block, OpenBlock, placeOf } from './block.ts';
import { differingPlaces, SUMS } from './locator.ts';
import type { StoredRecord } from './read-back.ts';
import type { SeqRanges } from './seq-ranges.ts';

export interface BlockResult {
  readonly present: number;
  /** Ascending. */
  readonly missing: readonly number[];
  /** In the store a second time within the block's own time. */
  readonly duplicates: readonly StoredRecord[];
  /** Not of this block, or a number that was given up. */
  readonly strange: readonly StoredRecord[];
  readonly differing: readonly StoredRecord[];
  /**
   * - `all`   every difference is named
   * - `some`  more differ than can be named
   * - `none`  so many are missing that the others cannot be compared
   */
  readonly told: 'all' | 'some' | 'none';
  /** `null` when messages are missing. */
  readonly hash: Buffer | null;
  readonly equal: boolean;
}

/** `given`: numbers of the block that belong to no batch. */
export function examineBlock(block: Block, given: SeqRanges, records: readonly StoredRecord[]): BlockResult {
  const copies = new Map<number, StoredRecord[]>();
  const strange: StoredRecord[] = [];
  for (const record of records) {
    const { seq } = record;
    if (seq < block.firstSeq || seq > block.lastSeq || given.has(seq)) strange.push(record);
    else {
      const list = copies.get(seq);
      if (list) list.push(record);
      else copies.set(seq, [record]);
    }
  }
  const chosen = chain(block, given, (seq) => copies.get(seq)?.[0]);
  let { found } = chosen;
  let equal = chosen.missing.length === 0 && found.block.hash.equals(block.hash);
  const several = [...copies.values()].filter((list) => list.length > 1);
  let duplicates = several.flatMap((list) => list.slice(1));
  if (!equal && several.length > 0) {
    // Which of the copies is the journaled one? The last ones are tried too, so that a copy put before the original is not taken for it.
    const other = chain(block, given, (seq) => copies.get(seq)?.at(-1));
    if (other.missing.length === 0 && other.found.block.hash.equals(block.hash)) {
      equal = true;
      found = other.found;
      duplicates = several.flatMap((list) => list.slice(0, -1));
    }
  }
  const { missing } = chosen;
  const result = { present: copies.size, missing, duplicates, strange, equal };
  if (missing.length >= SUMS) return { ...result, differing: [], told: 'none', hash: null };
  const places = equal ? [] : differingPlaces(block.sums, found.sums, missing.map(placeOf), BLOCK_SEQS);
  const at = new Map([...copies].map(([seq, list]) => [placeOf(seq), list[0] as StoredRecord]));
  const differing = places?.flatMap((place) => at.get(place) ?? []) ?? [];
  // Places without a record, or a hash that differs although no sum does: something differs, and it is not known what.
  const all = places !== null && differing.length === places.length && (equal || missing.length + differing.length > 0);
  const told = all ? 'all' : 'some';
  return { ...result, differing: all ? differing : [], told, hash: missing.length === 0 ? found.block.hash : null };
}

function chain(block: Block, given: SeqRanges, pick: (seq: number) => StoredRecord | undefined) {
  const found = OpenBlock.begin(block, block.cuts);
  const missing: number[] = [];
  for (let seq = block.firstSeq; seq <= block.lastSeq; seq++) {
    if (given.has(seq)) continue;
    const record = pick(seq);
    if (record === undefined) missing.push(seq);
    else found.add(record);
  }
  return { found, missing };
}
