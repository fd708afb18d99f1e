/**
 * Which piece of the image to send next. The station decides where it goes on: its `off` is followed wherever it points.
 *
 *   first piece alone ──off──▶ up to `depth` pieces under way ──off = size──▶ done
 *                                   │ another off, or none in time: back to what the station has
 *                                   └─▶ pieces already under way are waited out, their answers mean nothing any more
 */

export interface Piece {
  readonly off: number;
  readonly bytes: number;
  /** Carries length and hash of the file: begins an upload, or finds out how far an earlier one got. */
  readonly first: boolean;
}

interface UnderWay extends Piece {
  readonly id: number;
  readonly dueMs: number;
  stale: boolean;
}

export interface WindowSize {
  /** Of the whole file. */
  readonly size: number;
  readonly firstBytes: number;
  readonly pieceBytes: number;
  /** Pieces under way at once. */
  readonly depth: number;
}

/** - `impossible`: the station claims bytes that do not exist or were never sent */
export type Heard = 'done' | 'progress' | 'back' | 'stale' | 'impossible';

export class UploadWindow {
  readonly #of: WindowSize;
  readonly #underWay = new Map<number, UnderWay>();
  /** Where the next piece begins; `null` until the station has said where to begin. */
  #next: number | null = null;
  #acked = 0;
  #furthest = 0;
  /** Largest number the station has been seen to reach. */
  #best = -1;
  #setbacks = 0;

  constructor(of: WindowSize) {
    this.#of = of;
  }

  /** Bytes that the station has. */
  get acked(): number {
    return this.#acked;
  }

  /** Times it had to go back since it last got further than ever. */
  get setbacks(): number {
    return this.#setbacks;
  }

  /** When the first answer is overdue; `null` when none is awaited. */
  get dueMs(): number | null {
    let due: number | null = null;
    for (const piece of this.#underWay.values()) due = Math.min(due ?? piece.dueMs, piece.dueMs);
    return due;
  }

  /** What may be sent now; `null` when the station has to answer first. */
  next(): Piece | null {
    const { size, firstBytes, pieceBytes, depth } = this.#of;
    if (this.#next === null) {
      return this.#underWay.size === 0 ? { off: 0, bytes: Math.min(firstBytes, size), first: true } : null;
    }
    if (this.#next >= size || this.#underWay.size >= depth) return null;
    return { off: this.#next, bytes: Math.min(pieceBytes, size - this.#next), first: false };
  }

  sent(id: number, piece: Piece, dueMs: number): void {
    this.#underWay.set(id, { ...piece, id, dueMs, stale: false });
    if (!piece.first) this.#next = piece.off + piece.bytes;
    this.#furthest = Math.max(this.#furthest, piece.off + piece.bytes);
  }

  answered(id: number, off: number): Heard {
    const piece = this.#underWay.get(id);
    this.#underWay.delete(id);
    if (piece === undefined || piece.stale) return 'stale';
    const { size } = this.#of;
    // An upload that is resumed may be further than this run has sent; nothing else can be.
    const most = piece.first ? size : this.#furthest;
    if (!Number.isInteger(off) || off < 0 || off > most) {
      this.#back(null);
      return 'impossible';
    }
    const straight = off === piece.off + piece.bytes;
    this.#acked = off;
    if (off > this.#best) {
      this.#best = off;
      if (straight || piece.first) this.#setbacks = 0;
    }
    if (off === size) return 'done';
    if (piece.first) {
      // Off 0 in answer to the first piece means that the station did not take it.
      if (off === 0) this.#back(null);
      else this.#next = off;
      return off === 0 ? 'back' : 'progress';
    }
    if (straight) return 'progress';
    this.#back(off === 0 ? null : off);
    return 'back';
  }

  /** The station cannot take more now: what is under way will be sent again from where it is. */
  refused(id: number): void {
    const piece = this.#underWay.get(id);
    this.#underWay.delete(id);
    if (piece !== undefined && !piece.stale) this.#back(piece.first ? null : this.#acked);
  }

  /** Answers that are overdue will not come: back to what the station has. `true` when there were any. */
  expire(nowMs: number): boolean {
    let lost = false;
    for (const piece of this.#underWay.values()) {
      if (piece.dueMs > nowMs) continue;
      this.#underWay.delete(piece.id);
      lost ||= !piece.stale;
    }
    if (lost) this.#back(this.#next === null ? null : this.#acked);
    return lost;
  }

  /** The wire was interrupted: nothing under way will be answered, and the station says again where it is. */
  interrupted(): void {
    this.#underWay.clear();
    this.#next = null;
  }

  #back(to: number | null): void {
    this.#setbacks++;
    this.#next = to === 0 ? null : to;
    for (const piece of this.#underWay.values()) piece.stale = true;
  }
}
