import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Fault, LineGuard, type StreamStart } from '../../../protocols/framing.ts';
import { decodeLine } from '../../../protocols/hrsp/codec.ts';
import { bytesOf } from '../../support/reference/vectors.ts';

interface Passed {
  text: string;
  faults: Fault[];
  guard: LineGuard;
}

function run(chunks: readonly Uint8Array[], maxBytes: number, start: StreamStart = 'line-start'): Passed {
  const faults: Fault[] = [];
  const guard = new LineGuard(maxBytes, (fault) => faults.push(fault), start);
  let text = '';
  for (const chunk of chunks) {
    const passed = guard.push(chunk);
    if (passed === null) continue;
    expect(passed.at(-1)).toBe(0x0a);
    text += Buffer.from(passed).toString('latin1');
  }
  guard.close();
  return { text, faults, guard };
}

/** What should pass, said in the plainest way. */
function expected(stream: string, maxBytes: number, start: StreamStart): { text: string; kinds: string[] } {
  const kinds: string[] = [];
  const lines = stream.split('\n');
  const tail = lines.pop() ?? '';
  const kept = lines.filter((line, i) => {
    if (line.length + 1 > maxBytes) kinds.push('too-long');
    else if (start === 'line-start' || i > 0 || line.startsWith('$')) return true;
    else if (line !== '' && line !== '\r') kinds.push('partial');
    return false;
  });
  if (tail.length >= maxBytes) kinds.push('too-long');
  else if (tail !== '') kinds.push('partial');
  return { text: kept.map((line) => `${line}\n`).join(''), kinds };
}

function cut(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  let at = 0;
  for (let i = 0; at < bytes.length; i++) {
    const size = sizes.length === 0 ? bytes.length : (sizes[i % sizes.length] ?? 1);
    // A copy, as a driver that reuses its buffer would have it.
    chunks.push(bytes.slice(at, at + size));
    at += size;
  }
  return chunks;
}

const GOOD = '$HB,1A2B3C4D,7,7000,7,10,0*CB97\r\n';

describe('LineGuard', () => {
  it('passes whole lines and keeps the tail for the next chunk', () => {
    const guard = new LineGuard(16, () => expect.unreachable());
    expect(guard.push(bytesOf('ab'))).toBeNull();
    expect(guard.push(bytesOf('c\nde\nfg'))).toEqual(bytesOf('abc\nde\n'));
    expect(guard.push(bytesOf('h'))).toBeNull();
    expect(guard.push(bytesOf('\n'))).toEqual(bytesOf('fgh\n'));
    guard.close();
  });

  it('passes a line of exactly the bound, LF included, and no longer one', () => {
    expect(run([bytesOf('1234567\nab\n')], 8)).toMatchObject({ text: '1234567\nab\n', faults: [] });
    const { text, faults } = run([bytesOf('12345678\nab\n')], 8);
    expect(text).toBe('ab\n');
    expect(faults).toEqual([expect.objectContaining({ kind: 'fault', fault: 'too-long', bytes: 8 })]);
  });

  it('keeps the good lines on both sides of an overlong one, in their order', () => {
    const stream = `a\nb\n${'x'.repeat(50)}\nc\n${'y'.repeat(9)}\nd\n`;
    const { text, faults } = run([bytesOf(stream)], 8);
    expect(text).toBe('a\nb\nc\nd\n');
    expect(faults.map((f) => f.fault)).toEqual(['too-long', 'too-long']);
  });

  it('says an overlong line once, while it is still going on, and counts its bytes', () => {
    const faults: Fault[] = [];
    const guard = new LineGuard(512, (fault) => faults.push(fault));
    for (let i = 0; i < 10; i++) expect(guard.push(new Uint8Array(100).fill(0x41))).toBeNull();
    expect(faults).toHaveLength(1);
    expect(guard.setAsideBytes).toBe(1000);
    expect(guard.push(bytesOf(`AAA\n${GOOD}`))).toEqual(bytesOf(GOOD));
    expect(guard.setAsideBytes).toBe(1004);
    guard.close();
    expect(faults).toHaveLength(1);
  });

  it('never passes on a cut line at the close, and says it', () => {
    const { text, faults } = run([bytesOf(`${GOOD}$HB,1A2B`)], 512);
    expect(text).toBe(GOOD);
    expect(faults).toEqual([expect.objectContaining({ fault: 'partial', bytes: 8 })]);
  });

  it('is not harmed when the caller reuses the chunk it pushed', () => {
    const chunk = bytesOf('abc');
    const guard = new LineGuard(16, () => expect.unreachable());
    guard.push(chunk);
    chunk.fill(0x58);
    expect(guard.push(bytesOf('\n'))).toEqual(bytesOf('abc\n'));
  });

  it('lets a whole first line through after an open in mid-line, and sets a cut one aside', () => {
    expect(run([bytesOf(GOOD)], 512, 'mid-line')).toMatchObject({ text: GOOD, faults: [] });
    const { text, faults } = run([bytesOf(`000,7,10,0*CB97\r\n${GOOD}`)], 512, 'mid-line');
    expect(text).toBe(GOOD);
    expect(faults).toEqual([expect.objectContaining({ fault: 'partial', bytes: 17 })]);
  });

  it('does not call the mere end of a line partial', () => {
    expect(run([bytesOf(`\n${GOOD}`)], 512, 'mid-line')).toMatchObject({ text: GOOD, faults: [] });
    expect(run([bytesOf(`\r\n${GOOD}`)], 512, 'mid-line')).toMatchObject({ text: GOOD, faults: [] });
  });

  const streams = fc.array(
    fc.oneof(
      { weight: 3, arbitrary: fc.string({ unit: fc.constantFrom('a', '$', '\r', '\0', 'ÿ'), maxLength: 12 }) },
      { weight: 3, arbitrary: fc.constant('\n') },
      { weight: 1, arbitrary: fc.nat({ max: 40 }).map((n) => 'z'.repeat(n)) },
    ),
    { maxLength: 40 },
  );
  const cuts = fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 20 });

  it('gives lines, faults and counts that do not depend on how the stream was cut', () => {
    fc.assert(
      fc.property(streams, cuts, fc.integer({ min: 2, max: 16 }), fc.boolean(), (parts, sizes, maxBytes, mid) => {
        const start = mid ? 'mid-line' : 'line-start';
        const stream = parts.join('');
        const { text, faults, guard } = run(cut(bytesOf(stream), sizes), maxBytes, start);
        const should = expected(stream, maxBytes, start);
        expect(text).toBe(should.text);
        expect(faults.map((f) => f.fault)).toEqual(should.kinds);
        expect(guard.setAsideBytes + text.length).toBe(stream.length);
        expect(faults).toEqual(run([bytesOf(stream)], maxBytes, start).faults);
      }),
      { numRuns: 2000 },
    );
  });

  it('finds the good line behind any garbage that ends', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 1500 }), cuts, (garbage, sizes) => {
        const stream = new Uint8Array([...garbage, 0x0a, ...bytesOf(GOOD)]);
        const { text } = run(cut(stream, sizes), 512, 'mid-line');
        expect(text.endsWith(GOOD)).toBe(true);
        const frames = text.split('\n').map((line) => decodeLine(bytesOf(line)));
        expect(frames.filter((frame) => frame.kind === 'message')).toHaveLength(1);
      }),
    );
  });

  it('sets 16 MB without a newline aside in linear time and without holding it', () => {
    const chunk = new Uint8Array(65_536).fill(0x41);
    const time = (chunks: number): number => {
      const faults: Fault[] = [];
      const guard = new LineGuard(512, (fault) => faults.push(fault));
      const began = performance.now();
      for (let i = 0; i < chunks; i++) expect(guard.push(chunk)).toBeNull();
      const took = performance.now() - began;
      expect(guard.setAsideBytes).toBe(chunks * chunk.length);
      expect(guard.push(bytesOf(`\n${GOOD}`))).toEqual(bytesOf(GOOD));
      expect(faults).toHaveLength(1);
      return took;
    };
    time(16);
    // Quadratic work would make 16 times the bytes take 256 times as long (and minutes).
    expect(time(256)).toBeLessThan(Math.max(64 * time(16), 500));
  });

  it('takes 1 MB in single bytes without a newline in linear time', () => {
    const guard = new LineGuard(512, () => undefined);
    const one = new Uint8Array([0x41]);
    for (let i = 0; i < 1_000_000; i++) guard.push(one);
    expect(guard.setAsideBytes).toBe(1_000_000);
  });
});
