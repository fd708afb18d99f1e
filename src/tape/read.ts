/** Reads a capture back: whole, or up to where it is torn, and says which. */
import { readFileSync, statSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { CAPTURE_VERSION, type CaptureRecord, openRecord, type RecordOf } from './format.ts';

/** More than an hour of a hundred stations at 10 Hz. */
const MOST_BYTES = 1_000_000_000;
const MOST_PROBLEMS = 20;
const GZIP = [0x1f, 0x8b];

export interface Capture {
  readonly header: RecordOf<'capture'>;
  /** All good records behind the header, in their order. */
  readonly records: readonly CaptureRecord[];
  /** `torn`: ends in the middle of a record. `open`: whole records, but no end: still being written, or cut off. */
  readonly ending: 'whole' | 'torn' | 'open';
  /** Records that are not as they were written, and what follows from the ending; one line each. */
  readonly problems: readonly string[];
}

/** Not a capture at all; the message says what it is and what to do. */
export class NoCapture extends Error {
  override readonly name = 'NoCapture';
}

/** Plain or gzipped. Throws `NoCapture`. */
export function readCapture(file: string): Capture {
  let content: Buffer;
  try {
    const { size } = statSync(file);
    if (size > MOST_BYTES) throw new NoCapture(`${file}: ${size} bytes are more than can be read at once`);
    content = readFileSync(file);
  } catch (error) {
    if (error instanceof NoCapture) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw new NoCapture(`${file}: ${code === 'ENOENT' ? 'there is no such file' : `cannot be read (${code})`}`);
  }
  return parseCapture(content, file);
}

/** `name` for messages. Throws `NoCapture`. */
export function parseCapture(content: Uint8Array, name: string): Capture {
  const plain = GZIP.every((byte, i) => content[i] === byte) ? unzipped(content, name) : Buffer.from(content);
  const text = plain.toString('utf8');
  const lines = text.split('\n');
  const tail = lines.pop() as string;
  const header = openRecord(lines[0] ?? tail);
  if (typeof header === 'string' || header.k !== 'capture') {
    throw new NoCapture(
      `${name}: is no capture of hai-bridge${typeof header === 'string' ? ` (first line: ${header})` : ''}; ` +
        'a plain recording of bytes is read with --raw',
    );
  }
  if (header.version !== CAPTURE_VERSION) {
    throw new NoCapture(
      `${name}: capture version ${header.version}, this program reads ${CAPTURE_VERSION}: use the program that wrote it (${header.program})`,
    );
  }
  const records: CaptureRecord[] = [];
  const problems: string[] = [];
  let bad = 0;
  for (const [i, line] of lines.entries()) {
    if (i === 0) continue;
    const record = openRecord(line);
    if (typeof record !== 'string') records.push(record);
    else if (++bad <= MOST_PROBLEMS)
      problems.push(`record ${i + 1} is not as it was written and is left out: ${record}`);
  }
  if (bad > MOST_PROBLEMS) problems.push(`... and ${bad - MOST_PROBLEMS} more`);
  const ended = records.at(-1)?.k === 'end';
  const ending = tail !== '' ? 'torn' : ended ? 'whole' : 'open';
  if (ending === 'torn') {
    problems.push(`torn: it ends in the middle of record ${lines.length + 1}; everything before that is here`);
  } else if (ending === 'open') {
    problems.push('no end: it is still being written, or its writer was stopped; everything that was written is here');
  }
  return { header, records, ending, problems };
}

/** As much as can be unpacked: a compressed capture may be torn, too. */
function unzipped(content: Uint8Array, name: string): Buffer {
  const options = { maxOutputLength: MOST_BYTES, finishFlush: 2 /* Z_SYNC_FLUSH: no error at a missing end */ };
  try {
    return gunzipSync(content, options);
  } catch (error) {
    throw new NoCapture(`${name}: cannot be unpacked (${(error as NodeJS.ErrnoException).code}): copy it again`);
  }
}

/** Names of the links by their numbers. */
export function linkNames({ records }: Pick<Capture, 'records'>): ReadonlyMap<number, string> {
  return new Map(records.flatMap((record) => (record.k === 'link' ? [[record.l, record.name] as const] : [])));
}
