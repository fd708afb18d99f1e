/** The bytes on the wire around a moment, as lines that can be read. */
import type { Passed } from '../stand/wire.ts';

export interface ExcerptLine {
  readonly atS: number;
  readonly way: '>' | '<';
  readonly text: string;
}

const BEFORE_MS = 1500;
const AFTER_MS = 500;
const MOST_LINES = 40;

export function excerpt(passed: readonly Passed[], atMs: number): ExcerptLine[] {
  const near = passed.filter((one) => one.atMs >= atMs - BEFORE_MS && one.atMs <= atMs + AFTER_MS);
  const lines = near.flatMap(({ atMs: ms, way, bytes }) =>
    pieces(bytes).map((piece) => ({
      atS: Math.round(ms) / 1000,
      way: way === 'from-station' ? ('<' as const) : ('>' as const),
      text: readable(piece),
    })),
  );
  const middle = lines.findIndex(({ atS }) => atS * 1000 >= atMs);
  const from = Math.max(
    0,
    Math.min((middle === -1 ? lines.length : middle) - MOST_LINES / 2, lines.length - MOST_LINES),
  );
  return lines.slice(from, from + MOST_LINES);
}

function pieces(bytes: Buffer): Buffer[] {
  const list: Buffer[] = [];
  for (let from = 0; from < bytes.length; ) {
    const lf = bytes.indexOf(0x0a, from);
    const end = lf === -1 ? bytes.length : lf + 1;
    list.push(bytes.subarray(from, end));
    from = end;
  }
  return list;
}

function readable(bytes: Buffer): string {
  const text = [...bytes.subarray(0, 512)].map((byte) => {
    if (byte === 0x0d) return '\\r';
    if (byte === 0x0a) return '\\n';
    return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`;
  });
  return text.join('');
}
