/**
 * Frames and faults: what comes out of a byte stream. Noise is a value with a kind, never an exception or a log line.
 */

/** Every way bytes can be wrong. Each kind is a counter on the health topic (`docs/topics.md`). */
export const FAULT_KINDS = [
  'noise', // bytes that begin no known frame
  'too-long', // a line beyond the bound; everything up to the next end of line is set aside
  'partial', // the first line after an open, or an unterminated tail at a close
  'bad-checksum',
  'bad-header', // checksum right, but the common header cannot be read
  'bad-field', // checksum right, but a field of a known message cannot be read
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

export interface Fault {
  readonly kind: 'fault';
  readonly fault: FaultKind;
  /** Bytes the fault made unusable. */
  readonly bytes: number;
  /** What was expected and what stood there, for an engineer. Built from bounded, printable excerpts only. */
  readonly detail: string;
}

/** How an instrument family's bytes are cut into frames. */
export type Framing = { readonly kind: 'lines'; readonly maxBytes: number };

/** Bytes that are set aside are never held: `partial` and `too-long` lines cost no memory. */
const LF = 0x0a;
const CR = 0x0d;
const DOLLAR = 0x24;

/**
 * Where in a line the byte stream begins. `mid-line` (a port opened while the device was speaking) sets the first line
 * aside as `partial` unless its first byte can begin a line: `$` never occurs inside a line, so a cut line cannot begin
 * with it, and a whole first line is not lost. Checksums judge the rest.
 */
export type StreamStart = 'line-start' | 'mid-line';

/**
 * Stands between a byte stream and a line parser that has no bounds of its own. Make a new one at every open.
 *
 * What comes out is independent of how the stream was cut into chunks.
 */
export class LineGuard {
  readonly #maxBytes: number;
  readonly #onFault: (fault: Fault) => void;
  /** The unterminated line, always shorter than `maxBytes`. */
  readonly #held: Uint8Array;
  #heldBytes = 0;
  /** The rest of an overlong line is passing by. */
  #skipping = false;
  #firstLine: boolean;
  #setAsideBytes = 0;

  /** `maxBytes` is the longest line with its LF. */
  constructor(maxBytes: number, onFault: (fault: Fault) => void, start: StreamStart = 'line-start') {
    this.#maxBytes = maxBytes;
    this.#onFault = onFault;
    this.#held = new Uint8Array(maxBytes);
    this.#firstLine = start === 'mid-line';
  }

  /** Bytes of `too-long` and `partial` lines so far; grows while an endless line passes by. */
  get setAsideBytes(): number {
    return this.#setAsideBytes;
  }

  /**
   * Whole lines only, each with its LF and at most `maxBytes` long; `null` when none is complete yet.
   * May be a view of `chunk`; never a view of what is held inside.
   */
  push(chunk: Uint8Array): Uint8Array | null {
    let from = 0;
    if (this.#skipping) {
      from = this.#skip(chunk, 0);
      if (this.#skipping) return null;
    }
    if (this.#firstLine) {
      from = this.#judgeFirstLine(chunk, from);
      if (this.#firstLine) return null;
    }
    return this.#wholeLines(chunk, from);
  }

  /** The stream has ended: an unterminated line is reported as `partial`, never passed on. */
  close(): void {
    if (this.#heldBytes > 0) this.#partial(this.#heldBytes, 'the stream ended inside a line');
    this.#heldBytes = 0;
    this.#skipping = false;
  }

  #wholeLines(chunk: Uint8Array, start: number): Uint8Array | null {
    const parts: Uint8Array[] = [];
    let from = start;
    let at = start;
    if (this.#heldBytes > 0) {
      const lf = chunk.indexOf(LF, start);
      const lineBytes = this.#heldBytes + (lf < 0 ? chunk.length : lf + 1) - start;
      if (lf >= 0 && lineBytes <= this.#maxBytes) {
        parts.push(this.#held.slice(0, this.#heldBytes));
        this.#heldBytes = 0;
        at = lf + 1;
      } else if (lineBytes < this.#maxBytes) {
        this.#hold(chunk, start);
        return null;
      } else {
        this.#setAsideBytes += this.#heldBytes;
        this.#heldBytes = 0;
        from = at = this.#tooLong(chunk, start);
      }
    }
    while (at < chunk.length) {
      // The last LF within reach: everything up to it is made of lines that fit, however many they are.
      const reach = Math.min(at + this.#maxBytes, chunk.length);
      let lf = reach - 1;
      while (lf >= at && chunk[lf] !== LF) lf--;
      if (lf >= at) at = lf + 1;
      else if (chunk.length - at < this.#maxBytes) break;
      else {
        if (at > from) parts.push(chunk.subarray(from, at));
        from = at = this.#tooLong(chunk, at);
      }
    }
    if (at > from) parts.push(chunk.subarray(from, at));
    this.#hold(chunk, at);
    return join(parts);
  }

  #hold(chunk: Uint8Array, from: number): void {
    for (let i = from; i < chunk.length; i++) this.#held[this.#heldBytes++] = chunk[i] as number;
  }

  /** Returns where the next line begins. */
  #tooLong(chunk: Uint8Array, from: number): number {
    this.#onFault({
      kind: 'fault',
      fault: 'too-long',
      bytes: this.#maxBytes,
      detail: `a line of more than ${this.#maxBytes} bytes; set aside up to its end`,
    });
    return this.#skip(chunk, from);
  }

  #skip(chunk: Uint8Array, from: number): number {
    const lf = chunk.indexOf(LF, from);
    const next = lf < 0 ? chunk.length : lf + 1;
    this.#skipping = lf < 0;
    this.#setAsideBytes += next - from;
    return next;
  }

  /** Only decides whether the first line is used; returns where the lines begin. */
  #judgeFirstLine(chunk: Uint8Array, from: number): number {
    if (from >= chunk.length) return from;
    if (this.#heldBytes === 0 && chunk[from] === DOLLAR) {
      this.#firstLine = false;
      return from;
    }
    const lf = chunk.indexOf(LF, from);
    const end = lf < 0 ? chunk.length : lf;
    if (this.#heldBytes + end - from >= this.#maxBytes) {
      this.#firstLine = false;
      this.#setAsideBytes += this.#heldBytes;
      this.#heldBytes = 0;
      return this.#tooLong(chunk, from);
    }
    this.#hold(chunk.subarray(0, end), from);
    if (lf < 0) return end;
    const bare = this.#heldBytes === 0 || (this.#heldBytes === 1 && this.#held[0] === CR);
    if (bare) this.#setAsideBytes += this.#heldBytes + 1;
    else this.#partial(this.#heldBytes + 1, 'the stream began inside a line');
    this.#heldBytes = 0;
    this.#firstLine = false;
    return lf + 1;
  }

  #partial(bytes: number, detail: string): void {
    this.#setAsideBytes += bytes;
    this.#onFault({ kind: 'fault', fault: 'partial', bytes, detail });
  }
}

function join(parts: readonly Uint8Array[]): Uint8Array | null {
  if (parts.length <= 1) return parts[0] ?? null;
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
