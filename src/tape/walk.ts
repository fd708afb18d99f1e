/** From the chunks of a capture to lines, faults and packets: cut and decoded as the bridge does it, each with its time. */
import { type Fault, LineGuard } from '../../protocols/framing.ts';
import { decodeLine, type HrspLine } from '../../protocols/hrsp/codec.ts';
import { HRSP_MAX_LINE } from '../../protocols/hrsp/messages.ts';
import { type SmpFault, type SmpPacket, SmpReassembler } from '../../protocols/smp/index.ts';
import { SequenceTracker } from '../station/sequence.ts';
import { bytesOf, type CaptureRecord, type RecordOf } from './format.ts';

/** `in`: from the station. */
export type Direction = 'in' | 'out';

interface At {
  /** Number of the link in the capture. */
  readonly l: number;
  /** Monotonic and UTC ms: of the chunk that completed it. */
  readonly m: number;
  readonly u: number;
}

interface On extends At {
  readonly direction: Direction;
}

export type Happening =
  | (On & {
      readonly kind: 'line';
      /** Without its LF. */
      readonly raw: Uint8Array;
      readonly line: HrspLine;
      /** How its number follows the one before, when it has one. */
      readonly order: 'next' | 'gap' | 'duplicate' | 'behind' | null;
      /** Lines between the one before and this one. */
      readonly lostBefore: number;
    })
  /** A line that was not even cut; `raw` is its beginning. */
  | (On & { readonly kind: 'cut'; readonly fault: Fault; readonly raw: Uint8Array })
  | (On & { readonly kind: 'smp'; readonly packet: SmpPacket | SmpFault })
  | (At & { readonly kind: 'link'; readonly record: RecordOf<'open' | 'close' | 'failed' | 'lost' | 'identified'> });

const EXCERPT = 200;
const LF = 0x0a;

/** Calls `tell` for everything that happens, in the order of the records. */
export function walk(records: Iterable<CaptureRecord>, tell: (what: Happening) => void): void {
  const wires = new Map<string, Wire>();
  const wire = (l: number, direction: Direction) => {
    const key = `${direction}${l}`;
    const known = wires.get(key) ?? new Wire(l, direction, tell);
    wires.set(key, known);
    return known;
  };
  for (const record of records) {
    switch (record.k) {
      case 'in':
      case 'out':
        wire(record.l, record.k).push(record);
        break;
      case 'open':
      case 'close':
      case 'failed':
      case 'lost':
      case 'identified': {
        const { l, m, u } = record;
        // Nothing before an opening, an end or a gap belongs to what comes after.
        if (record.k !== 'identified') for (const direction of ['in', 'out'] as const) wire(l, direction).restart();
        tell({ kind: 'link', l, m, u, record });
        break;
      }
      default:
    }
  }
  for (const one of wires.values()) one.restart();
}

/** One direction of one link. */
class Wire {
  readonly #on: { readonly l: number; readonly direction: Direction };
  readonly #tell: (what: Happening) => void;
  readonly #sequence = new SequenceTracker();
  #at = { m: 0, u: 0 };
  #guard: LineGuard;
  #smp = new SmpReassembler();
  /** Beginning of the line that is not complete, for the words about a fault. */
  #tail: Uint8Array = new Uint8Array(0);

  constructor(l: number, direction: Direction, tell: (what: Happening) => void) {
    this.#on = { l, direction };
    this.#tell = tell;
    this.#guard = this.#fresh();
  }

  push({ m, u, b }: RecordOf<'in' | 'out'>): void {
    this.#at = { m, u };
    const chunk = bytesOf(b);
    const from = chunk.indexOf(LF);
    const before = this.#tail;
    this.#tail = joined(before, from < 0 ? chunk : chunk.subarray(0, from));
    this.#lines(this.#guard.push(chunk));
    const last = chunk.lastIndexOf(LF);
    this.#tail = last < 0 ? joined(before, chunk) : joined(new Uint8Array(0), chunk.subarray(last + 1));
  }

  restart(): void {
    this.#guard.close();
    this.#guard = this.#fresh();
    this.#smp = new SmpReassembler();
    this.#tail = new Uint8Array(0);
  }

  /** As the bridge cuts what it hears; what it said itself began with a line. */
  #fresh(): LineGuard {
    const onFault = (fault: Fault) => this.#tell({ kind: 'cut', ...this.#on, ...this.#at, fault, raw: this.#tail });
    return new LineGuard(HRSP_MAX_LINE, onFault, this.#on.direction === 'in' ? 'mid-line' : 'line-start');
  }

  #lines(whole: Uint8Array | null): void {
    if (whole === null) return;
    for (let at = 0, lf = whole.indexOf(LF); lf >= 0; at = lf + 1, lf = whole.indexOf(LF, at)) {
      this.#line(whole.subarray(at, lf));
    }
  }

  #line(raw: Uint8Array): void {
    const at = { ...this.#on, ...this.#at };
    const line = decodeLine(raw);
    const numbered = line.kind === 'message' || line.kind === 'unknown' ? line.header : null;
    const verdict = numbered === null ? null : this.#sequence.judge(numbered.bootId, numbered.seq);
    const lostBefore = verdict === 'gap' ? this.#sequence.lost : 0;
    this.#tell({ kind: 'line', ...at, raw, line, order: orderOf(verdict), lostBefore });
    if (line.kind !== 'foreign') return;
    for (const packet of this.#smp.push(raw)) this.#tell({ kind: 'smp', ...at, packet });
  }
}

function orderOf(verdict: string | null): Extract<Happening, { kind: 'line' }>['order'] {
  if (verdict === 'gap' || verdict === 'duplicate' || verdict === 'behind') return verdict;
  return verdict === null ? null : 'next';
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const room = Math.max(0, EXCERPT - a.length);
  return Buffer.concat([a, b.subarray(0, room)]);
}
