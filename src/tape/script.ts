/**
 * From a capture to what a replay says: the recorded bytes of one link as cues with their times. Only three kinds of line
 * are taken out of the stream, because a replay must not repeat them as they were (decision 0015):
 *
 *   ID        says whose data this is: it will say that it is a replay
 *   ACK, NAK  answer a command by its number: they will carry the number of the command asked now
 *
 * Everything else goes out byte for byte, in the chunks in which it came, damage included.
 */
import { decodeLine } from '../../protocols/hrsp/codec.ts';
import type {
  Acknowledgement,
  HrspCommand,
  HrspHeader,
  Identification,
  Refusal,
} from '../../protocols/hrsp/messages.ts';
import { bytesOf, type CaptureRecord, type RecordOf } from './format.ts';

export type Cue =
  | { readonly kind: 'bytes'; readonly atMs: number; readonly bytes: Uint8Array }
  | { readonly kind: 'id'; readonly atMs: number; readonly header: HrspHeader; readonly id: Identification }
  | {
      readonly kind: 'reply';
      readonly atMs: number;
      readonly header: HrspHeader;
      readonly reply: Acknowledgement | Refusal;
      /** Which command the recording shows it to answer; `null` when that is not in it. */
      readonly to: HrspCommand['name'] | null;
    };

/** From one opening of the link to its end. */
export interface Episode {
  /** Recorded monotonic ms; `fromMs` of the first byte where no opening was recorded. */
  readonly fromMs: number;
  readonly untilMs: number;
  readonly cues: readonly Cue[];
  /**
   * Set when the recording begins behind the handshake: the identity that was known then, to be said before the first cue. Its
   * header counts the two lines before the first recorded one (ID, then ACK).
   */
  readonly preamble: { readonly header: HrspHeader; readonly id: Identification } | null;
}

export interface Script {
  readonly link: string;
  readonly episodes: readonly Episode[];
}

/** Whether anything in it tells a bridge who is there. */
const saysWho = ({ preamble, cues }: Episode) => preamble !== null || cues.some((cue) => cue.kind === 'id');

/** A capture that cannot be replayed; the message says why. */
export class NoScript extends Error {
  override readonly name = 'NoScript';
}

/** Throws `NoScript` when nothing on the link says whose bytes they are. */
export function scriptOf(records: readonly CaptureRecord[], l: number, link: string): Script {
  const identities = identitiesOf(records, l);
  const episodes: Episode[] = [];
  let part: RecordOf<'in' | 'out'>[] = [];
  let openedMs: number | null = null;
  const end = (untilMs: number) => {
    const [first] = part;
    const fromMs = openedMs ?? first?.m;
    if (fromMs !== undefined && part.some((record) => record.k === 'in')) {
      const span = { fromMs, untilMs: Math.max(untilMs, part.at(-1)?.m ?? 0), fromOpening: openedMs !== null };
      episodes.push(episodeOf(part, span, identities));
    }
    part = [];
    openedMs = null;
  };
  for (const record of records) {
    if (!('l' in record) || record.l !== l) continue;
    if (record.k === 'in' || record.k === 'out') part.push(record);
    else if (record.k === 'open') {
      end(record.m);
      openedMs = record.m;
    } else if (record.k === 'close' || record.k === 'lost') end(record.m);
  }
  end(part.at(-1)?.m ?? 0);
  if (episodes.length === 0) throw new NoScript(`nothing came from the station on link ${link}`);
  if (!episodes.some(saysWho)) {
    throw new NoScript(
      `nobody said on link ${link} who is there: without ID line or 'identified' record no bridge would use these bytes`,
    );
  }
  return { link, episodes };
}

/** Identities by boot id, from lines and from what the bridge knew. */
function identitiesOf(records: readonly CaptureRecord[], l: number): Map<string, Identification> {
  const found = new Map<string, Identification>();
  for (const record of records) if (record.k === 'identified' && record.l === l) found.set(record.boot, record.id);
  return found;
}

function episodeOf(
  part: readonly RecordOf<'in' | 'out'>[],
  { fromMs, untilMs, fromOpening }: { fromMs: number; untilMs: number; fromOpening: boolean },
  identities: Map<string, Identification>,
): Episode {
  const asked = new Map<number, HrspCommand['name']>();
  const cutter = new Cutter(asked);
  for (const record of part) {
    if (record.k === 'out') for (const [number, name] of commandsIn(record.b)) asked.set(number, name);
    else cutter.push(record.m, bytesOf(record.b));
  }
  const cues = cutter.end();
  for (const cue of cues) if (cue.kind === 'id') identities.set(cue.header.bootId, cue.id);
  const { first } = cutter;
  const id = first === null || fromOpening ? undefined : identities.get(first.bootId);
  const preamble = first === null || id === undefined ? null : { header: { ...first, seq: (first.seq - 2) >>> 0 }, id };
  return { fromMs, untilMs, cues, preamble };
}

function* commandsIn(text: string): Generator<[number, HrspCommand['name']]> {
  for (const line of text.split('\n')) {
    const decoded = decodeLine(bytesOf(line));
    if (decoded.kind === 'message' && decoded.message.type === 'CMD') {
      yield [decoded.message.correlation, decoded.message.command.name];
    }
  }
}

const LF = 0x0a;
const SPECIAL = ['$ID,', '$ACK,', '$NAK,'].map((text) => bytesOf(text));
const LONGEST_LINE = 512;

/** Takes the special lines out of a stream of chunks and leaves all else in its chunks. */
class Cutter {
  readonly #asked: ReadonlyMap<number, HrspCommand['name']>;
  readonly #cues: Cue[] = [];
  /** Beginning of a line that may become a special one. */
  #held: Uint8Array = new Uint8Array(0);
  /** The next byte begins a line. */
  #atStart = true;
  #firstHeader: HrspHeader | null = null;
  #lineSoFar: Uint8Array = new Uint8Array(0);
  #atMs = 0;

  constructor(asked: ReadonlyMap<number, HrspCommand['name']>) {
    this.#asked = asked;
  }

  /** Header of the first good line. */
  get first(): HrspHeader | null {
    return this.#firstHeader;
  }

  push(atMs: number, chunk: Uint8Array): void {
    this.#atMs = atMs;
    let plainFrom = 0;
    let at = 0;
    let bytes = chunk;
    if (this.#held.length > 0) {
      bytes = Buffer.concat([this.#held, chunk]);
      this.#held = new Uint8Array(0);
      this.#atStart = true;
    }
    while (at < bytes.length) {
      const lf = bytes.indexOf(LF, at);
      const end = lf < 0 ? bytes.length : lf + 1;
      const line = bytes.subarray(at, end);
      if (this.#atStart && maySpecial(line) && line.length <= LONGEST_LINE) {
        const cue = lf < 0 ? null : this.#special(line);
        if (cue !== null || lf < 0) {
          this.#plain(bytes.subarray(plainFrom, at));
          if (cue === null) {
            this.#held = line.slice();
            return;
          }
          this.#cues.push(cue);
          plainFrom = end;
        }
      }
      this.#noteFirst(line, lf >= 0);
      at = end;
      this.#atStart = lf >= 0;
    }
    this.#plain(bytes.subarray(plainFrom));
  }

  /** All cues; a special line that was cut off goes out as it is. */
  end(): readonly Cue[] {
    this.#plain(this.#held);
    this.#held = new Uint8Array(0);
    return this.#cues;
  }

  #plain(bytes: Uint8Array): void {
    if (bytes.length > 0) this.#cues.push({ kind: 'bytes', atMs: this.#atMs, bytes: bytes.slice() });
  }

  #special(line: Uint8Array): Cue | null {
    const decoded = decodeLine(line.subarray(0, -1));
    if (decoded.kind !== 'message') return null;
    const { header, message } = decoded;
    if (message.type === 'ID') return { kind: 'id', atMs: this.#atMs, header, id: message };
    if (message.type !== 'ACK' && message.type !== 'NAK') return null;
    const to = this.#asked.get(message.correlation) ?? null;
    return { kind: 'reply', atMs: this.#atMs, header, reply: message, to };
  }

  #noteFirst(part: Uint8Array, complete: boolean): void {
    if (this.#firstHeader !== null) return;
    this.#lineSoFar = Buffer.concat([this.#lineSoFar, part.subarray(0, LONGEST_LINE)]).subarray(0, 2 * LONGEST_LINE);
    if (!complete) return;
    const decoded = decodeLine(this.#lineSoFar.subarray(0, -1));
    if (decoded.kind === 'message' || decoded.kind === 'unknown') this.#firstHeader = decoded.header;
    this.#lineSoFar = new Uint8Array(0);
  }
}

/** It is one, or what is there of it may become one. */
function maySpecial(line: Uint8Array): boolean {
  return SPECIAL.some((beginning) => {
    const length = Math.min(beginning.length, line.length);
    for (let i = 0; i < length; i++) if (line[i] !== beginning[i]) return false;
    return true;
  });
}
