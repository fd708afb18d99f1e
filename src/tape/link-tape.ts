/** The last minutes of one link as raw bytes, in flat segments: nothing is made per chunk but a copy of it. */
import type { Clock } from '../clock.ts';
import type { Tap } from '../link/tap.ts';
import { type CaptureRecord, textOf } from './format.ts';

const KINDS = ['open', 'failed', 'close', 'in', 'out', 'close-by-us'] as const;
type Kind = (typeof KINDS)[number];

/** kind, length, monotonic ms, UTC ms. */
const HEADER = 1 + 4 + 8 + 8;
/** Of a link that says little, and of one that fills a segment within `SOON_MS`. */
const SMALL_SEGMENT = 8192;
const LARGE_SEGMENT = 131_072;
const SOON_MS = 5000;

interface Segment {
  readonly buffer: Buffer;
  used: number;
  /** Number of its first record since the tape began. */
  readonly first: number;
  records: number;
  readonly firstMs: number;
  lastMs: number;
}

export interface TapeBounds {
  readonly keepMs: number;
  /** Called before a segment of so many bytes is added: makes room for it, in this tape or another. */
  readonly room: (bytes: number) => void;
  /** Memory that was taken, or (-) given back. */
  readonly changed: (bytes: number) => void;
}

export class LinkTape implements Tap {
  readonly name: string;
  readonly #clock: Clock;
  readonly #bounds: TapeBounds;
  readonly #segments: Segment[] = [];
  #written = 0;
  #bytes = 0;
  #evicted = 0;

  constructor(name: string, clock: Clock, bounds: TapeBounds) {
    this.name = name;
    this.#clock = clock;
    this.#bounds = bounds;
  }

  /** Bytes of memory it holds. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Records ever written. */
  get written(): number {
    return this.#written;
  }

  opened(): void {
    this.#write('open', NOTHING);
  }

  failed(why: string): void {
    this.#write('failed', Buffer.from(why, 'utf8'));
  }

  received(chunk: Uint8Array): void {
    this.#write('in', chunk);
  }

  sent(chunk: Uint8Array): void {
    this.#write('out', chunk);
  }

  closed(why: string | null): void {
    if (why === null) this.#write('close-by-us', NOTHING);
    else this.#write('close', Buffer.from(why, 'utf8'));
  }

  /** It could let go of something. */
  get evictable(): boolean {
    return this.#segments.length > 1;
  }

  /** Lets go of its oldest segment, never of the one that is being written. `false`: it has no other. */
  evict(): boolean {
    if (this.#segments.length < 2) return false;
    const oldest = this.#segments.shift() as Segment;
    this.#bytes -= oldest.buffer.length;
    this.#bounds.changed(-oldest.buffer.length);
    this.#evicted += oldest.used - oldest.records * HEADER;
    return true;
  }

  /**
   * Records from number `from` up to `upTo` that are not older than `sinceMs`, in order; before them, when some between are
   * no longer there, a `lost` record. `l` is the link's number in the capture.
   */
  *records(l: number, from: number, sinceMs: number, upTo = this.#written): Generator<CaptureRecord> {
    // What is written or let go while somebody reads does not concern the reader.
    const segments = this.#segments.map((segment) => ({ ...segment }));
    const evicted = this.#evicted;
    let behindLoss = (segments[0]?.first ?? 0) > from;
    for (const segment of segments) {
      if (segment.first + segment.records <= from) continue;
      if (segment.lastMs < sinceMs) {
        behindLoss = true;
        continue;
      }
      let at = 0;
      for (let i = 0; i < segment.records; i++) {
        const { buffer } = segment;
        const kind = KINDS[buffer[at] as number] as Kind;
        const length = buffer.readUInt32LE(at + 1);
        const m = buffer.readDoubleLE(at + 5);
        const u = buffer.readDoubleLE(at + 13);
        const content = buffer.subarray(at + HEADER, at + HEADER + length);
        at += HEADER + length;
        if (segment.first + i >= upTo) return;
        if (segment.first + i < from) continue;
        if (m < sinceMs) {
          behindLoss = true;
          continue;
        }
        if (behindLoss) yield { k: 'lost', l, m, u, bytes: evicted };
        behindLoss = false;
        yield recordOf(kind, { l, m, u }, content);
      }
    }
  }

  #write(kind: Kind, content: Uint8Array): void {
    const need = HEADER + content.length;
    let segment = this.#segments.at(-1);
    if (segment === undefined || segment.buffer.length - segment.used < need) segment = this.#begin(need);
    const { buffer } = segment;
    const m = this.#clock.monotonicMs();
    const at = segment.used;
    buffer[at] = KINDS.indexOf(kind);
    buffer.writeUInt32LE(content.length, at + 1);
    buffer.writeDoubleLE(m, at + 5);
    buffer.writeDoubleLE(this.#clock.utcMs(), at + 13);
    buffer.set(content, at + HEADER);
    segment.used = at + need;
    segment.records++;
    segment.lastMs = m;
    this.#written++;
  }

  #begin(need: number): Segment {
    const firstMs = this.#clock.monotonicMs();
    const before = this.#segments.at(-1);
    const tooOldMs = firstMs - this.#bounds.keepMs;
    while ((this.#segments[0]?.lastMs ?? Number.POSITIVE_INFINITY) < tooOldMs && this.evict());
    const soon = before !== undefined && firstMs - before.firstMs < SOON_MS;
    const size = Math.max(need, soon ? Math.min(LARGE_SEGMENT, 2 * before.buffer.length) : SMALL_SEGMENT);
    this.#bounds.room(size);
    const buffer = Buffer.allocUnsafeSlow(size);
    const segment = { buffer, used: 0, first: this.#written, records: 0, firstMs, lastMs: firstMs };
    this.#segments.push(segment);
    this.#bytes += size;
    this.#bounds.changed(size);
    return segment;
  }
}

const NOTHING = new Uint8Array(0);

function recordOf(kind: Kind, at: { l: number; m: number; u: number }, content: Buffer): CaptureRecord {
  switch (kind) {
    case 'in':
    case 'out':
      return { k: kind, ...at, b: textOf(content) };
    case 'open':
      return { k: 'open', ...at };
    case 'failed':
      return { k: 'failed', ...at, why: content.toString('utf8').slice(0, 4096) };
    case 'close':
      return { k: 'close', ...at, why: content.toString('utf8').slice(0, 4096) };
    case 'close-by-us':
      return { k: 'close', ...at, why: null };
  }
}
