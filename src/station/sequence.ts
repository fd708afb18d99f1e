/** Line sequence numbers: are the lines of one boot all there, once, and in order? */

/**
 * - `next`       the line that was due
 * - `gap`        usable, but `lost` lines before it never arrived whole
 * - `duplicate`  the same line again: not usable
 * - `behind`     an older line: not usable
 * - `new-boot`   the first line of a boot: there is nothing to compare it with
 */
export type SequenceVerdict = 'next' | 'gap' | 'duplicate' | 'behind' | 'new-boot';

const HALF = 0x8000_0000;
/**
 * So many older lines, one after the other, are a sender that started to count anew under the same boot id: better to
 * follow it than to set its lines aside for ever.
 */
const BEHIND_BEFORE_FOLLOWING = 16;

/** Numbers count modulo 2^32; less than half the circle ahead is ahead. */
export class SequenceTracker {
  #bootId = '';
  #last = 0;
  #lastBehind = 0;
  #behindInOrder = 0;
  #lost = 0;

  /** Lines missing before the line that was just judged `gap`; else 0. */
  get lost(): number {
    return this.#lost;
  }

  judge(bootId: string, seq: number): SequenceVerdict {
    this.#lost = 0;
    if (bootId !== this.#bootId) {
      this.#bootId = bootId;
      return this.#take(seq, 'new-boot');
    }
    const ahead = (seq - this.#last) >>> 0;
    if (ahead === 1) return this.#take(seq, 'next');
    if (ahead === 0) return 'duplicate';
    if (ahead < HALF) {
      this.#lost = ahead - 1;
      return this.#take(seq, 'gap');
    }
    const follows = this.#behindInOrder > 0 && (seq - this.#lastBehind) >>> 0 === 1;
    this.#behindInOrder = follows ? this.#behindInOrder + 1 : 1;
    this.#lastBehind = seq;
    return this.#behindInOrder > BEHIND_BEFORE_FOLLOWING ? this.#take(seq, 'next') : 'behind';
  }

  #take(seq: number, verdict: SequenceVerdict): SequenceVerdict {
    this.#last = seq;
    this.#behindInOrder = 0;
    return verdict;
  }
}
