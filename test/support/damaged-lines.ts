/** HRSP lines damaged in every way that a wire can think of, seeded, so that a failure repeats. */
import { LineGuard } from '../../protocols/framing.ts';
import { decodeLine, encodeLine } from '../../protocols/hrsp/codec.ts';
import type { HrspMessage } from '../../protocols/hrsp/messages.ts';
import { CHANNELS } from '../../protocols/reading.ts';
import { bytesOf } from './reference/vectors.ts';

export const DAMAGE_KINDS = [
  'splice',
  'drop',
  'truncate',
  'flip bits',
  'overwrite digits',
  'repeat',
  'insert',
] as const;
export type DamageKind = (typeof DAMAGE_KINDS)[number];

const LINES = 2000;

export class DamagedLines {
  readonly #next: () => number;
  readonly #lines: readonly string[];
  readonly #genuine: ReadonlySet<string>;

  constructor(seed: number) {
    this.#next = random(seed);
    this.#lines = Array.from({ length: LINES }, (_, i) =>
      encodeLine(
        { bootId: '7F3A9C01', seq: 4_294_967_000 + i < 2 ** 32 ? 4_294_967_000 + i : i, tick: i * 100 },
        this.#message(),
      ),
    );
    this.#genuine = new Set(this.#lines.map((line) => line.trimEnd()));
  }

  /** A line as a station sends it, CR and LF included. */
  genuine(): string {
    return this.#lines[this.#below(LINES)] as string;
  }

  damaged(kind: DamageKind): string {
    const text = this.genuine();
    const at = this.#below(text.length);
    const until = (from: number) => text.slice(0, at) + text.slice(from);
    switch (kind) {
      case 'splice':
        return text.slice(0, at) + this.#tail(this.genuine());
      case 'drop':
        return until(at + 1 + this.#below(20));
      case 'truncate':
        return `${text.slice(0, at)}\r\n`;
      case 'flip bits':
        return this.#flipped(text);
      case 'overwrite digits': {
        const noise = Array.from({ length: 1 + this.#below(8) }, () => String(this.#below(10))).join('');
        return text.slice(0, at) + noise + text.slice(at + noise.length);
      }
      case 'repeat':
        return until(Math.max(0, at - 1 - this.#below(20)));
      case 'insert':
        return `${text.slice(0, at)}${String.fromCharCode(this.#below(256))}${text.slice(at)}`;
    }
  }

  /** Two lines grown together exactly between two fields: of the right form always, so the checksum stands alone. */
  alignedSplice(): string {
    const other = this.genuine().split(',');
    const field = 1 + this.#below(other.length - 1);
    return [...this.genuine().split(',').slice(0, field), ...other.slice(field)].join(',');
  }

  /** Lines in it that are accepted although nobody sent them. */
  acceptedWrongly(text: string): string[] {
    const guard = new LineGuard(512, () => undefined);
    const passed = guard.push(bytesOf(text.endsWith('\n') ? text : `${text}\n`));
    return Buffer.from(passed ?? [])
      .toString('latin1')
      .split('\n')
      .filter((line) => ['message', 'unknown'].includes(decodeLine(bytesOf(line)).kind))
      .filter((line) => !this.#genuine.has(line.trimEnd()));
  }

  #message(): HrspMessage {
    const kind = this.#below(10);
    if (kind === 0) return { type: 'HB', uptimeS: this.#below(1e6), rateHz: 10, dropped: this.#below(3) };
    if (kind === 1) {
      return { type: 'EVT', source: 'scan', state: 'qr', data: `lot ${this.#below(1e9)}, ${this.#below(1e9)}` };
    }
    const values = CHANNELS.map(({ min, max }) => (this.#below(12) === 0 ? null : min + this.#next() * (max - min)));
    return { type: 'TEL', values, flags: this.#below(256) };
  }

  #flipped(text: string): string {
    const bytes = bytesOf(text);
    for (let n = 1 + this.#below(12); n > 0; n--) {
      const at = this.#below(bytes.length);
      bytes[at] = (bytes[at] as number) ^ (1 << this.#below(8));
    }
    return Buffer.from(bytes).toString('latin1');
  }

  #tail(text: string): string {
    return text.slice(this.#below(text.length));
  }

  #below(n: number): number {
    return Math.floor(this.#next() * n);
  }
}

/** mulberry32 */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
