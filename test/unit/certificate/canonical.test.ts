import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OpenBlock } from '../../../src/certificate/block.ts';
import { CanonicalBytes } from '../../../src/certificate/canonical.ts';
import { addTo, differingPlaces, SUMS } from '../../../src/certificate/locator.ts';
import { event, messages, reading } from './support.ts';

const hex = (message: Parameters<CanonicalBytes['of']>[0]) => new CanonicalBytes().of(message).toString('hex');

describe('the canonical bytes of a message', () => {
  it('are those of docs/certificate.md, written out by hand', () => {
    const row = reading(258, {
      timeNs: 1n,
      deviceTickMs: 2,
      lineSeq: 3,
      flags: 0x80,
      values: [1.5, null, -2, null, null, null],
    });
    expect(hex(row)).toBe(
      [
        ...['01', '0000000000000102', '0000000000000001', '00000002', '00000003', '00000080', '03'],
        ...['01', '3ff8000000000000', '00', '01', 'c000000000000000'],
      ].join(''),
    );
    const scan = event(2 ** 33, {
      timeNs: 2n ** 62n,
      deviceTickMs: 0,
      lineSeq: 0,
      source: 'scan',
      state: 'ü',
      data: '',
    });
    expect(hex(scan)).toBe(
      [
        ...['02', '0000000200000000', '4000000000000000', '00000000', '00000000'],
        ...['00000004', '7363616e', '00000002', 'c3bc', '00000000'],
      ].join(''),
    );
  });

  it('tell apart what differs, and not what is the same measurement', () => {
    expect(hex(reading(1, { values: [0, 1, 1, 1, 1, 1] }))).toBe(hex(reading(1, { values: [-0, 1, 1, 1, 1, 1] })));
    expect(hex(reading(1, { values: [0, null] }))).toBe(hex(reading(1, { values: [0, null, null, null] })));
    expect(hex(reading(1, { values: [0] }))).not.toBe(hex(reading(1, { values: [null] })));
    expect(hex(event(1, { state: 'ab', data: 'c' }))).not.toBe(hex(event(1, { state: 'a', data: 'bc' })));
  });

  it('are chained as described, from a seed that names the block', () => {
    const [a, b] = [reading(1), event(2)];
    const block = new OpenBlock({ station: 'SN-0001', epoch: 7, number: 0 });
    block.add(a);
    block.add(b);
    const sha = (...parts: (string | Buffer)[]) => {
      const h = createHash('sha256');
      for (const part of parts) h.update(part);
      return h.digest();
    };
    const bytes = (m: typeof a | typeof b) => Buffer.from(hex(m), 'hex');
    expect(block.block.hash).toEqual(sha(sha(sha('hai-bridge/1 SN-0001 7 0'), bytes(a)), bytes(b)));
  });
});

describe('the locator', () => {
  const SIZE = 4096;
  const list = messages(SIZE);
  const bytes = new CanonicalBytes();
  const contents = list.map((message) => Buffer.from(bytes.of(message)));
  const original = new Uint32Array(SUMS);
  for (const [place, content] of contents.entries()) addTo(original, place, content);

  it('names every changed message as long as 2 changed + missing <= 16', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 0, max: SIZE - 1 }), { maxLength: 16 }),
        fc.integer({ min: 0, max: 8 }),
        (places, wanted) => {
          const changed = places.slice(0, wanted);
          const missing = places.slice(changed.length, changed.length + Math.min(15, SUMS - 2 * changed.length));
          const sums = new Uint32Array(SUMS);
          for (const [place, content] of contents.entries()) {
            if (missing.includes(place)) continue;
            addTo(
              sums,
              place,
              changed.includes(place) ? Buffer.concat([content, Buffer.from([place & 255])]) : content,
            );
          }
          const found = differingPlaces(original, sums, missing, SIZE);
          expect(found).toEqual([...changed].sort((a, b) => a - b));
        },
      ),
      { numRuns: 40 },
    );
  });

  it('says that it cannot tell rather than name the wrong ones', () => {
    for (const count of [9, 12, 40, 400]) {
      const sums = new Uint32Array(SUMS);
      for (const [place, content] of contents.entries())
        addTo(sums, place, place < count ? content.subarray(1) : content);
      expect(differingPlaces(original, sums, [], SIZE)).toBeNull();
    }
  });
});
