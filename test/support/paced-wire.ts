/** A serial line of so many baud in virtual time: a line of text arrives when its last byte has been sent. */
import type { VirtualClock } from './virtual-clock.ts';

const LF = 0x0a;
type Way = 'to-station' | 'to-host';

export class PacedWire {
  readonly #clock: VirtualClock;
  readonly #msPerByte: number;
  readonly #freeMs: Record<Way, number> = { 'to-station': 0, 'to-host': 0 };
  /** Goes up whenever what is on the wire is lost. */
  #era = 0;
  #isOpen = true;

  constructor(clock: VirtualClock, baudRate: number) {
    this.#clock = clock;
    // 8N1: ten bits a byte.
    this.#msPerByte = 10_000 / baudRate;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Each line by itself, its LF included; nothing of it when the wire is cut meanwhile. */
  send(way: Way, bytes: Buffer, sentMs: number, deliver: (line: Buffer) => void): void {
    if (!this.#isOpen) return;
    for (const line of linesOf(bytes)) {
      this.occupy(way, line.length, sentMs);
      const era = this.#era;
      this.#clock.after(Math.max(0, this.#freeMs[way] - this.#clock.nowMs), () => {
        if (era === this.#era && this.#isOpen) deliver(line);
      });
    }
  }

  /** So many bytes that nobody looks at. */
  occupy(way: Way, bytes: number, sentMs: number): void {
    this.#freeMs[way] = Math.max(this.#freeMs[way], sentMs) + bytes * this.#msPerByte;
  }

  /** Whoever listened is gone: what is under way reaches nobody. */
  lose(): void {
    this.#era++;
  }

  pull(): void {
    this.#isOpen = false;
    this.#era++;
  }

  plugIn(): void {
    this.#isOpen = true;
  }

  /** After `ms`, unless the wire has lost anything by then. */
  after(ms: number, run: () => void): void {
    const era = this.#era;
    this.#clock.after(ms, () => {
      if (era === this.#era && this.#isOpen) run();
    });
  }
}

function* linesOf(bytes: Buffer): Generator<Buffer> {
  for (let from = 0; from < bytes.length; ) {
    const lf = bytes.indexOf(LF, from);
    const to = lf < 0 ? bytes.length : lf + 1;
    yield bytes.subarray(from, to);
    from = to;
  }
}
