/** From bytes on the port to lines, whole and in order, each at the time at which its last byte has arrived. */
import { LineGuard } from '../protocols/framing.ts';
import { HRSP_MAX_LINE } from '../protocols/hrsp/messages.ts';
import { SerialPace } from './ports/serial-pace.ts';

const LF = 0x0a;

export class Ear {
  readonly #pace: SerialPace | null;
  #guard = freshGuard();
  #arriving: { readonly atMs: number; readonly line: Uint8Array }[] = [];

  /** Without `baud`, lines are there at once. */
  constructor(baud: number | null) {
    this.#pace = baud === null ? null : new SerialPace(baud);
  }

  /** When the next line is complete; `Infinity` when none is under way. */
  get nextMs(): number {
    return this.#arriving[0]?.atMs ?? Number.POSITIVE_INFINITY;
  }

  push(chunk: Uint8Array, nowMs: number): void {
    const lines = this.#guard.push(chunk);
    for (let from = 0; lines !== null && from < lines.length; ) {
      const lf = lines.indexOf(LF, from);
      const atMs = this.#pace === null ? nowMs : this.#pace.passed(lf + 1 - from, nowMs);
      this.#arriving.push({ atMs, line: lines.slice(from, lf) });
      from = lf + 1;
    }
  }

  /** The line that is complete now, without its LF. */
  take(): Uint8Array | null {
    return this.#arriving.shift()?.line ?? null;
  }

  /** Somebody else has opened the port. */
  freshStart(): void {
    this.#guard = freshGuard();
    this.#arriving = [];
  }
}

/** What cannot be read is left alone: a command that arrives damaged gets no answer. */
function freshGuard(): LineGuard {
  return new LineGuard(HRSP_MAX_LINE, () => {});
}
