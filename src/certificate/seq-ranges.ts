/** A set of sequence numbers as ranges: neighbours join, so a backlog of any length stays a few entries. */
export interface SeqRange {
  readonly firstSeq: number;
  readonly lastSeq: number;
}

export class SeqRanges {
  /** Ascending, apart from each other. */
  #ranges: SeqRange[] = [];

  get list(): readonly SeqRange[] {
    return this.#ranges;
  }

  /** How many ranges lie wholly before `seq`. */
  #before(seq: number): number {
    let low = 0;
    let high = this.#ranges.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#ranges[middle] as SeqRange).lastSeq < seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  add(firstSeq: number, lastSeq: number): void {
    const from = this.#before(firstSeq - 1);
    let to = from;
    let [first, last] = [firstSeq, lastSeq];
    for (; to < this.#ranges.length; to++) {
      const range = this.#ranges[to] as SeqRange;
      if (range.firstSeq > lastSeq + 1) break;
      first = Math.min(first, range.firstSeq);
      last = Math.max(last, range.lastSeq);
    }
    this.#ranges.splice(from, to - from, { firstSeq: first, lastSeq: last });
  }

  remove(firstSeq: number, lastSeq: number): void {
    const from = this.#before(firstSeq);
    let to = from;
    const rest: SeqRange[] = [];
    for (; to < this.#ranges.length; to++) {
      const range = this.#ranges[to] as SeqRange;
      if (range.firstSeq > lastSeq) break;
      if (range.firstSeq < firstSeq) rest.push({ firstSeq: range.firstSeq, lastSeq: firstSeq - 1 });
      if (range.lastSeq > lastSeq) rest.push({ firstSeq: lastSeq + 1, lastSeq: range.lastSeq });
    }
    this.#ranges.splice(from, to - from, ...rest);
  }

  has(seq: number): boolean {
    const range = this.#ranges[this.#before(seq)];
    return range !== undefined && range.firstSeq <= seq;
  }

  /** The parts of the set within `firstSeq..lastSeq`. */
  within(firstSeq: number, lastSeq: number): SeqRange[] {
    const parts: SeqRange[] = [];
    for (let i = this.#before(firstSeq); i < this.#ranges.length; i++) {
      const range = this.#ranges[i] as SeqRange;
      if (range.firstSeq > lastSeq) break;
      parts.push({ firstSeq: Math.max(firstSeq, range.firstSeq), lastSeq: Math.min(lastSeq, range.lastSeq) });
    }
    return parts;
  }

  get empty(): boolean {
    return this.#ranges.length === 0;
  }
}
