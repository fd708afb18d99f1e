/** Rows of a batch as JSON, in bytes: this is the hottest loop between a reading and the disk. */
import { CHANNELS } from '../../protocols/reading.ts';
import { AsciiWriter } from '../ascii-writer.ts';
import { ROW_PREFIX } from '../mqtt/topics.ts';

const COMMA = 44;
const OPEN = 91;
const CLOSE = 93;
const NULL = Buffer.from('null');
/** The longest text of a double is 25 bytes; one more for the comma. */
const LONGEST_ROW = (ROW_PREFIX.length + CHANNELS.length) * 26 + 3;
/** The wire carries a fixed number of decimals per channel, so nearly every value is an integer over this. */
const SCALES = Float64Array.from(CHANNELS, (c) => 10 ** c.decimals);

export class RowWriter {
  readonly #out = new AsciiWriter();

  /** Appends `[seq,dtNs,tickMs,lineSeq,flags,value...]`; a value that is not finite becomes `null`. */
  row(
    seq: number,
    dtNs: number,
    tickMs: number,
    lineSeq: number,
    flags: number,
    values: readonly (number | null)[],
  ): void {
    const out = this.#out;
    out.reserve(LONGEST_ROW);
    if (out.length > 0) out.byte(COMMA);
    out.byte(OPEN);
    out.integer(seq);
    out.byte(COMMA);
    out.integer(dtNs);
    out.byte(COMMA);
    out.integer(tickMs);
    out.byte(COMMA);
    out.integer(lineSeq);
    out.byte(COMMA);
    out.integer(flags);
    for (let i = 0; i < SCALES.length; i++) {
      out.byte(COMMA);
      const value = values[i];
      if (value === null || value === undefined || value - value !== 0) out.bytes(NULL);
      else out.decimal(value, SCALES[i] as number);
    }
    out.byte(CLOSE);
  }

  /** The rows so far, comma separated; the writer is empty afterwards. */
  take(): string {
    return this.#out.take();
  }
}
