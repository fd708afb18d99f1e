/** One epoch: every block of it in the range against what the store gives back. */
import type { ProvableStore, StoredKey } from '../store/port.ts';
import type { Block } from './block.ts';
import { type BlockResult, examineBlock } from './examine-block.ts';
import type { Gap } from './manifest-file.ts';
import { readBack, type StoredRecord } from './read-back.ts';
import { SeqRanges } from './seq-ranges.ts';

/** Records kept in memory at the place of one block; what is beyond can only have been added. */
const MOST_PER_BLOCK = 20_000;

export interface EpochQuestion {
  readonly station: string;
  readonly epoch: number;
  /** At least one; ascending, from one epoch. */
  readonly blocks: readonly Block[];
  readonly gaps: readonly Gap[];
  /** Time in which nothing else may stand; the blocks' own time is added to it. Inclusive. */
  readonly fromNs: bigint;
  readonly toNs: bigint;
}

/** What stands in the store at the time of a block, or behind the last one. */
interface Place {
  readonly fromNs: bigint;
  readonly toNs: bigint;
  readonly block: Block | null;
  result: BlockResult | null;
  readings: number;
  events: number;
  /** Counted only. */
  beyond: number;
}

export class EpochExamination {
  readonly question: EpochQuestion;
  readonly #store: ProvableStore;
  readonly #given = new SeqRanges();
  readonly #places: Place[] = [];
  /** Records behind the last block. */
  #after: StoredRecord[] = [];
  elsewhere: readonly StoredKey[] = [];

  constructor(store: ProvableStore, question: EpochQuestion) {
    this.#store = store;
    this.question = question;
    for (const { firstSeq, lastSeq } of question.gaps) this.#given.add(firstSeq, lastSeq);
    let from = question.fromNs;
    const place = (toNs: bigint, block: Block | null) => {
      const fromNs = block !== null && block.firstNs < from ? block.firstNs : from;
      this.#places.push({ fromNs, toNs, block, result: null, readings: 0, events: 0, beyond: 0 });
      from = toNs + 1n;
    };
    for (const block of question.blocks) place(block.lastNs, block);
    if (question.toNs >= from) place(question.toNs, null);
  }

  async look(signal: AbortSignal): Promise<void> {
    await this.#read(this.#places, signal);
    const { station, epoch, blocks } = this.question;
    const [fromSeq, toSeq] = [blocks[0]?.firstSeq ?? 1, blocks.at(-1)?.lastSeq ?? 0];
    const [fromNs, toNs] = [this.#places[0]?.fromNs ?? 0n, this.#places.at(-1)?.toNs ?? 0n];
    const query = { station, epoch, fromSeq, toSeq, fromNs, toNs, limit: MOST_PER_BLOCK };
    this.elsewhere = await this.#store.elsewhere(query);
  }

  /**
   * Only where not all was as expected. A store in use may show a record in parts while it is being written: what is
   * wrong once must be wrong twice.
   */
  async lookAgain(signal: AbortSignal): Promise<void> {
    for (const place of this.#places) if (!this.#clean(place)) await this.#read([place], signal);
  }

  get clean(): boolean {
    return this.#places.every((place) => this.#clean(place));
  }

  #clean({ block, result, beyond }: Place): boolean {
    if (block === null || result === null) return this.#after.length === 0;
    const { equal, strange, duplicates } = result;
    return equal && strange.length + duplicates.length + beyond === 0;
  }

  /** Neighbours, in the order of time. */
  async #read(places: readonly Place[], signal: AbortSignal): Promise<void> {
    const { station, epoch } = this.question;
    const [fromNs, toNs] = [places[0]?.fromNs ?? 0n, places.at(-1)?.toNs ?? 0n];
    let at = 0;
    let here: StoredRecord[] = [];
    const next = () => {
      const place = places[at++];
      if (place?.block) place.result = examineBlock(place.block, this.#given, here);
      else if (place) this.#after = here;
      here = [];
      const following = places[at];
      if (following) Object.assign(following, { readings: 0, events: 0, beyond: 0 });
    };
    if (places[0]) Object.assign(places[0], { readings: 0, events: 0, beyond: 0 });
    for await (const records of readBack(this.#store, { station, epoch, fromNs, toNs })) {
      signal.throwIfAborted();
      for (const record of records) {
        while (at < places.length - 1 && record.timeNs > (places[at] as Place).toNs) next();
        const place = places[at] as Place;
        if ('values' in record) place.readings++;
        else place.events++;
        if (here.length < MOST_PER_BLOCK) here.push(record);
        else place.beyond++;
      }
    }
    while (at < places.length) next();
  }

  get results(): readonly { readonly block: Block; readonly result: BlockResult }[] {
    return this.#places.flatMap(({ block, result }) => (block && result ? [{ block, result }] : []));
  }

  get readings(): number {
    return this.#places.reduce((sum, place) => sum + place.readings, 0);
  }

  get events(): number {
    return this.#places.reduce((sum, place) => sum + place.events, 0);
  }

  get missing(): SeqRanges {
    const missing = new SeqRanges();
    for (const { result } of this.results) for (const seq of result.missing) missing.add(seq, seq);
    return missing;
  }

  /** Records that no block expects at their time. */
  get strange(): readonly StoredRecord[] {
    return [...this.results.flatMap(({ result }) => result.strange), ...this.#after];
  }

  get beyond(): number {
    return this.#places.reduce((sum, place) => sum + place.beyond, 0);
  }
}
