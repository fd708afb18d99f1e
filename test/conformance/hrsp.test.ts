/** HRSP against vectors that the encoder under test did not make, and against a decoder that shares no code with it. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodeLine, encodeLine, type HrspLine } from '../../protocols/hrsp/codec.ts';
import { LAYOUTS } from '../../protocols/hrsp/layout.ts';
import type { HrspMessage } from '../../protocols/hrsp/messages.ts';
import { type ReferenceLine, referenceCrc, referenceDecode } from '../support/reference/hrsp-decoder.ts';
import { bytesOf, type HrspVector, readVectors, withoutLf } from '../support/reference/vectors.ts';
import { notTested } from '../support/what-was-not-tested.ts';

const ROOT = join(import.meta.dirname, '../..');
const vectors = readVectors<HrspVector>('hrsp.jsonl');
const messages = vectors.filter((v) => v.expect.kind === 'message');
const wellFormed = vectors.filter((v) => v.expect.kind === 'message' || v.expect.kind === 'unknown');

/** The decoder's answer in the words of a vector's expectation. */
function told(line: HrspLine): ReferenceLine {
  if (line.kind === 'fault') return { kind: 'fault', fault: line.fault as Exclude<typeof line.fault, 'partial'> };
  if (line.kind === 'foreign') return { kind: 'foreign', protocol: line.protocol };
  if (line.kind === 'unknown') return line;
  return { ...line, message: { ...line.message } };
}

const hasPython = spawnSync('python3', ['--version']).status === 0;
if (!hasPython) notTested('sealing script of the vectors', 'not installed: python3');

const isAccepted = (line: HrspLine) => line.kind === 'message' || line.kind === 'unknown';

describe.each(vectors)('$name', ({ line, expect: expected, source }) => {
  const { mentions, ...outcome } = expected;

  it('decodes as written down', () => {
    expect(source).not.toBe('');
    const decoded = decodeLine(withoutLf(line));
    // Strict: 0 and -0 differ, and so do a missing and an undefined property.
    expect(told(decoded)).toStrictEqual(outcome);
    if (decoded.kind === 'fault') {
      expect(decoded.bytes).toBe(withoutLf(line).length);
      expect(decoded.detail).toMatch(/^[\x20-\x7e]{1,400}$/);
      if (mentions) expect(decoded.detail).toContain(mentions);
    }
  });

  it('is read in the same way by the reference decoder', () => {
    expect(referenceDecode(withoutLf(line))).toStrictEqual(outcome);
  });
});

describe('the encoder', () => {
  it.each(messages.filter((v) => v.encodes))('writes the bytes of $name', ({ line, expect: expected }) => {
    if (expected.kind !== 'message') throw new Error('only messages are encoded');
    expect(encodeLine(expected.header, expected.message as unknown as HrspMessage)).toBe(line);
  });
});

describe('the set of vectors', () => {
  it('has every message type, decoded and encoded, and every command', () => {
    const types = Object.keys(LAYOUTS).sort();
    const typesOf = (list: HrspVector[]) =>
      [...new Set(list.map((v) => (v.expect.kind === 'message' ? v.expect.message.type : '')))].sort();
    expect(typesOf(messages)).toEqual(types);
    expect(typesOf(messages.filter((v) => v.encodes))).toEqual(types);
    const commands = messages.map((v) => (v.expect.kind === 'message' ? JSON.stringify(v.expect.message) : ''));
    for (const name of ['identify', 'rate', 'tare', 'zero', 'clock', 'other']) {
      expect(commands.join()).toContain(`"command":{"name":"${name}"`);
    }
  });

  it('has every word of every table in README.md', () => {
    const readme = readFileSync(join(ROOT, 'protocols/hrsp/README.md'), 'utf8');
    const tables = readme.slice(readme.indexOf('### STA'), readme.indexOf('### CMD'));
    const replies = readme.slice(readme.indexOf('| NAK field'), readme.indexOf('## 5.'));
    const words = [...`${tables}${replies}`.matchAll(/`([A-Z]+)` [a-z]+/g)].map((m) => m[1]);
    expect(words.length).toBeGreaterThan(25);
    const seen = new Set(messages.flatMap((v) => v.line.replace(/\*.*/s, '').split(',')));
    expect(words.filter((w) => w !== undefined && !seen.has(w))).toEqual([]);
  });

  it('was sealed by a checksum of its own', () => {
    expect(referenceCrc('123456789')).toBe(0x29b1);
    for (const { line } of wellFormed) {
      const [, body = '', crc = ''] = /^\$(.*)\*(....)\r?\n$/.exec(line) ?? [];
      expect(referenceCrc(body).toString(16).toUpperCase().padStart(4, '0')).toBe(crc);
    }
  });

  it.skipIf(!hasPython)('can be made with the script next to the reference decoder', () => {
    const script = join(ROOT, 'test/support/reference/hrsp-seal.py');
    const lines = messages.filter((v) => v.line.endsWith('\r\n')).map((v) => v.line);
    const bodies = lines.map((line) => line.slice(1, line.lastIndexOf('*'))).join('\n');
    expect(execFileSync('python3', [script], { input: bodies, encoding: 'utf8' })).toBe(lines.join(''));
  });
});

describe('README.md', () => {
  const readme = readFileSync(join(ROOT, 'protocols/hrsp/README.md'), 'utf8');
  const golden = [...(/```golden\n(.*?)```/s.exec(readme)?.[1] ?? '').matchAll(/^(?!#)(.*?) => (.*)$/gm)].map((m) => ({
    outcome: m[1] ?? '',
    line: m[2] ?? '',
  }));

  /** `TEL +3`, `unknown LVL2`, `bad-field`. */
  function outcomeOf(line: ReferenceLine | HrspLine): string {
    if (line.kind === 'fault') return line.fault;
    if (line.kind === 'foreign') return `foreign ${line.protocol}`;
    if (line.kind === 'unknown') return `unknown ${line.type}`;
    return line.message.type + (line.extraFields > 0 ? ` +${line.extraFields}` : '');
  }

  it('has golden lines enough', () => {
    expect(golden.length).toBeGreaterThanOrEqual(40);
    const types = golden.map((g) => g.outcome.split(' ')[0]);
    expect(Object.keys(LAYOUTS).filter((type) => !types.includes(type))).toEqual([]);
  });

  it.each(golden)('$outcome: $line', ({ outcome, line }) => {
    expect(outcomeOf(decodeLine(bytesOf(line)))).toBe(outcome);
    expect(outcomeOf(decodeLine(bytesOf(`${line}\r`)))).toBe(outcome);
    expect(outcomeOf(referenceDecode(bytesOf(line)))).toBe(outcome);
    expect(vectors.some((v) => v.line.replace(/\r?\n$/, '') === line)).toBe(true);
  });

  it('computes its own worked example', () => {
    const row = /\| register +\| (.*) \|/.exec(readme)?.[1] ?? '';
    const registers = row.split('|').map((cell) => cell.replaceAll('*', '').trim());
    const body = 'HB,1A2B3C4D,7,7000,7,10,0';
    const registerAfter = (bytes: number) =>
      referenceCrc(body.slice(0, bytes)).toString(16).toUpperCase().padStart(4, '0');
    const expected = [1, 2, 3, 4, 5, 6].map(registerAfter);
    expect(registers).toEqual([...expected, '...', registerAfter(body.length - 1), registerAfter(body.length)]);
  });
});

describe('a damaged line is never another message', () => {
  it.each(wellFormed)('$name: every single-bit flip', ({ line }) => {
    const good = bytesOf(line);
    const accepted: string[] = [];
    // The LF is the framer's: without it the line runs into the next one (below).
    for (let bit = 0; bit < (good.length - 1) * 8; bit++) {
      const flipped = good.slice(0, -1);
      flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
      // A flip may make an LF in the middle: then the pieces are read as lines.
      for (const piece of Buffer.from(flipped).toString('latin1').split('\n')) {
        if (isAccepted(decodeLine(bytesOf(piece)))) accepted.push(`bit ${bit}: ${piece}`);
      }
      if (isAccepted(decodeLine(flipped))) accepted.push(`bit ${bit}, whole`);
    }
    expect(accepted).toEqual([]);
  });

  it.each(wellFormed)('$name: every truncation and every lost head', ({ line }) => {
    const text = line.replace(/\r?\n$/, '');
    const accepted: string[] = [];
    for (let cut = 0; cut < text.length; cut++) {
      for (const piece of [
        text.slice(0, cut),
        text.slice(cut + 1),
        `${text.slice(0, cut)}\r`,
        `${text.slice(cut + 1)}\r`,
      ]) {
        if (isAccepted(decodeLine(bytesOf(piece)))) accepted.push(piece);
      }
    }
    expect(accepted).toEqual([]);
  });

  it('two lines that ran together, at every place of the seam, are one fault', () => {
    const first = messages[0]?.line.replace(/\r?\n$/, '') ?? '';
    for (const { line } of wellFormed) {
      const second = line.replace(/\n$/, '');
      for (let cut = 1; cut <= first.length; cut++) {
        expect(decodeLine(bytesOf(first.slice(0, cut) + second))).toMatchObject({ kind: 'fault' });
      }
    }
  });
});
