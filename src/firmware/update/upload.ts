/** The bulk of an update: sizes the pieces by the device's buffer, follows its answers, and says when it cannot be done. */
import { BOOTLOADER_MODES, MGMT } from '../../../protocols/smp/index.ts';
import { meaningOf, stationSays } from './meaning.ts';
import { failed, type Refusal, stationError } from './outcomes.ts';
import { UploadWindow } from './upload-window.ts';
import type { Answer, Ask, Outcome } from './words.ts';

/** Header and CBOR around the data: 8 + {off, data}; the first piece carries length and hash too. */
const AROUND_BYTES = 28;
const AROUND_FIRST_BYTES = 84;
/** The reference of the protocol leaves 4 bytes of the buffer to length and checksum. */
const SPARE_BYTES = 4;
/** One frame of a serial line, for a station that does not say what it can take. */
const ONE_FRAME_BYTES = 91;
const LARGEST_PIECE = 2048;
/** An image header, without which a station does not begin. */
const SMALLEST_FIRST = 32;
/** Flash is written in words. */
const ALIGN = 8;
const DEEPEST = 8;
/** The first piece waits for the erase of the whole slot. */
const FIRST_WITHIN_MS = 40_000;
const WITHIN_MS = 2500;
/** Of a byte on the line: base64, markers and the CRC make it more, the answers come back beside the telemetry. */
const LINE_SHARE = 2;
const BITS_PER_BYTE = 10;
const BUSY_MS = 300;
const MOST_SETBACKS = 30;
/** Of `BOOTLOADER_MODES`: these start an image for good at once. */
const WITHOUT_WAY_BACK: readonly number[] = [0, 2, 4, 6, 7, 8];

export type UploadStep =
  | { readonly now: 'going-on' }
  | { readonly now: 'done'; readonly match: boolean | null }
  | { readonly now: 'refused'; readonly code: Refusal; readonly why: string }
  | { readonly now: 'failed'; readonly outcome: Outcome };

const GOING_ON: UploadStep = { now: 'going-on' };

export class Upload {
  readonly #bytes: number;
  readonly #byteMs: number;
  readonly #send: (ask: Ask) => number;
  #bufferBytes = ONE_FRAME_BYTES;
  #depth = 1;
  #window: UploadWindow | null = null;
  #pausedUntilMs: number | null = null;
  /** By slot of image 0, as the station says; empty when it does not. */
  slotBytes: readonly number[] = [];
  /** Into the first slot, by the bootloader. */
  recovery = false;

  constructor(bytes: number, baudRate: number, send: (ask: Ask) => number) {
    this.#bytes = bytes;
    this.#byteMs = (1000 * BITS_PER_BYTE * LINE_SHARE) / baudRate;
    this.#send = send;
  }

  get acked(): number {
    return this.#window?.acked ?? 0;
  }

  get dueMs(): number | null {
    const answer = this.#window?.dueMs ?? null;
    if (this.#pausedUntilMs === null) return answer;
    return Math.min(this.#pausedUntilMs, answer ?? Number.POSITIVE_INFINITY);
  }

  /** What any station can take, until it says more. */
  forgetBuffer(): void {
    this.#bufferBytes = ONE_FRAME_BYTES;
    this.#depth = 1;
  }

  /** One buffer is left to the message that is being worked on. */
  buffer(bytes: number, count: number): void {
    this.#bufferBytes = Math.max(ONE_FRAME_BYTES, Math.min(bytes, LARGEST_PIECE));
    this.#depth = Math.max(1, Math.min(count - 1, DEEPEST));
  }

  /** Why it need not even be begun; `mode` as the bootloader says it. */
  problem(mode: number | null): { readonly code: Refusal; readonly why: string } | null {
    const room = this.slotBytes[this.recovery ? 0 : 1];
    if (room !== undefined && room > 0 && this.#bytes > room) {
      return { code: 'too-large', why: `it has ${this.#bytes} bytes, the slot takes ${room}` };
    }
    if (this.recovery || mode === null || !WITHOUT_WAY_BACK.includes(mode)) return null;
    return { code: 'no-revert', why: `its mode is "${modeText(mode)}"` };
  }

  begin(): void {
    const room = this.#bufferBytes - SPARE_BYTES;
    const pieceBytes = aligned(room - AROUND_BYTES);
    this.#pausedUntilMs = null;
    this.#window = new UploadWindow({
      size: this.#bytes,
      firstBytes: Math.max(SMALLEST_FIRST, aligned(room - AROUND_FIRST_BYTES)),
      pieceBytes,
      depth: this.#depth,
    });
  }

  interrupted(): void {
    this.#window?.interrupted();
    this.#pausedUntilMs = null;
    this.#owned.clear();
  }

  readonly #owned = new Set<number>();
  owns(id: number): boolean {
    return this.#owned.delete(id);
  }

  pump(nowMs: number): void {
    if (this.#pausedUntilMs !== null) {
      if (nowMs < this.#pausedUntilMs) return;
      this.#pausedUntilMs = null;
    }
    const onLineMs = this.#byteMs * this.#bufferBytes * this.#depth;
    for (;;) {
      const piece = this.#window?.next() ?? null;
      if (piece === null) return;
      const id = this.#send({ op: 'upload', ...piece });
      this.#owned.add(id);
      this.#window?.sent(id, piece, nowMs + onLineMs + (piece.first ? FIRST_WITHIN_MS : WITHIN_MS));
    }
  }

  answered(id: number, answer: Answer, nowMs: number): UploadStep {
    const window = this.#window;
    if (window === null) return GOING_ON;
    if (answer.op === 'upload') {
      const heard = window.answered(id, answer.off);
      return heard === 'done' ? { now: 'done', match: answer.match } : this.#orStuck();
    }
    window.refused(id);
    if (answer.op !== 'error') return this.#orStuck();
    const { error } = answer;
    // What a bootloader answers when the image is larger than its slot.
    if (this.recovery && this.acked === 0 && error.group === null && error.code === MGMT.invalid) {
      return { now: 'refused', code: 'too-large', why: stationSays(error) };
    }
    switch (meaningOf(error)) {
      case 'busy':
        this.#pausedUntilMs = nowMs + BUSY_MS;
        return this.#orStuck();
      case 'too-large':
        return { now: 'refused', code: 'too-large', why: stationSays(error) };
      case 'older':
        return { now: 'refused', code: 'older-than-running', why: '' };
      case 'bad-image':
        return { now: 'refused', code: 'station-refuses-image', why: stationSays(error) };
      default:
        // A single bad write may go well the next time.
        return window.setbacks < 3 ? GOING_ON : { now: 'failed', outcome: stationError(error) };
    }
  }

  /** `lost` when answers are overdue. */
  expire(nowMs: number): 'lost' | 'in-time' {
    return this.#window?.expire(nowMs) ? 'lost' : 'in-time';
  }

  get stuck(): boolean {
    return (this.#window?.setbacks ?? 0) > MOST_SETBACKS;
  }

  #orStuck(): UploadStep {
    return this.stuck ? { now: 'failed', outcome: failed('upload-stuck') } : GOING_ON;
  }
}

function modeText(mode: number): string {
  return (BOOTLOADER_MODES as Readonly<Record<number, string>>)[mode] ?? String(mode);
}

const aligned = (bytes: number): number => bytes - (bytes % ALIGN);
