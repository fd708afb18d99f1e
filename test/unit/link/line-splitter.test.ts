import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Fault } from '../../../protocols/framing.ts';
import { LineSplitter } from '../../../src/link/line-splitter.ts';

function splitter(maxBytes = 512) {
  const lines: string[] = [];
  const faults: Fault[] = [];
  const made = new LineSplitter(
    maxBytes,
    (line) => lines.push(Buffer.from(line).toString('latin1')),
    (fault) => faults.push(fault),
  );
  return { lines, faults, push: (text: string) => made.push(Buffer.from(text, 'latin1')), close: () => made.close() };
}

describe('LineSplitter', () => {
  it('hands lines out during push, from the first push on', () => {
    const { lines, push } = splitter();
    push('$a\r\n$b\n$c');
    expect(lines).toEqual(['$a\r', '$b']);
    push('d\n');
    expect(lines).toEqual(['$a\r', '$b', '$cd']);
  });

  it('gives bytes, not text: damaged bytes reach the checksum as they are', () => {
    const got: Uint8Array[] = [];
    const made = new LineSplitter(
      512,
      (line) => got.push(line),
      () => {},
    );
    made.push(Buffer.from([0x24, 0xff, 0xc3, 0x28, 0x0a]));
    expect(got.map((line) => [...line])).toEqual([[0x24, 0xff, 0xc3, 0x28]]);
  });

  it('gives the same lines in the same order however the stream was cut', () => {
    const line = fc.string({ unit: fc.constantFrom('a', 'b', '7', ',', '\r'), maxLength: 40 });
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 30 }),
        fc.infiniteStream(fc.integer({ min: 1, max: 70 })),
        (texts, cuts) => {
          const whole = texts.map((text) => `$${text}\n`).join('');
          const { lines, faults, push } = splitter();
          for (let at = 0; at < whole.length; ) {
            const length = cuts.next().value;
            push(whole.slice(at, at + length));
            at += length;
          }
          expect(lines).toEqual(texts.map((text) => `$${text}`));
          expect(faults).toEqual([]);
        },
      ),
    );
  });

  it('stays quick and small when no newline comes for 16 MB, and goes on after it', () => {
    const { lines, faults, push } = splitter();
    const chunk = 'x'.repeat(65_536);
    const start = performance.now();
    for (let i = 0; i < 256; i++) push(chunk);
    push('\n$good\n');
    expect(lines).toEqual(['$good']);
    expect(faults.map((f) => f.fault)).toEqual(['too-long']);
    // ReadlineParser alone takes more than a minute for this.
    expect(performance.now() - start).toBeLessThan(5000);
  });

  it('never passes on a half line at the end', () => {
    const { lines, faults, push, close } = splitter();
    push('$VOL=1');
    close();
    push('9.5\n');
    expect(lines).toEqual([]);
    expect(faults.map((f) => f.fault)).toEqual(['partial']);
  });
});
