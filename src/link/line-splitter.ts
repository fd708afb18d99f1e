/**
 * Bytes to lines: `LineGuard` in front of `ReadlineParser`.
 *
 * The parser alone has no bound and stitches the half line before an unplug to the half line after the replug into a
 * plausible false value. So it is only ever given whole, bounded lines, and both are made afresh at every open.
 */
import { ReadlineParser } from '@serialport/parser-readline';
import { type Fault, LineGuard } from '../../protocols/framing.ts';

export class LineSplitter {
  readonly #guard: LineGuard;
  readonly #parser: ReadlineParser;

  /**
   * `onLine` gets each line as bytes without its LF, during `push`, in order. `maxBytes` is the longest line with its LF.
   */
  constructor(maxBytes: number, onLine: (line: Uint8Array) => void, onFault: (fault: Fault) => void) {
    // A port may be opened while the station is speaking.
    this.#guard = new LineGuard(maxBytes, onFault, 'mid-line');
    // No encoding: text would turn damaged bytes into valid characters before the checksum sees them.
    // Object mode: one `data` event per line, never two lines joined, whatever the stream's state.
    this.#parser = new ReadlineParser({ delimiter: LF, readableObjectMode: true, ...BYTES });
    this.#parser.on('data', onLine);
  }

  push(chunk: Uint8Array): void {
    const lines = this.#guard.push(chunk);
    if (lines !== null) this.#parser.write(lines);
  }

  /** The stream has ended: a half line is counted as `partial`, never passed on. */
  close(): void {
    this.#guard.close();
    this.#parser.removeAllListeners('data');
    this.#parser.destroy();
  }
}

const LF = [0x0a];
/** The parser's types do not know that `undefined` overrides its default, which is text. */
const BYTES = { encoding: undefined } as { encoding?: never };
