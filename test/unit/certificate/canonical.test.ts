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

  it('are hashed one behind the other, from a seed that names the block, and anew behind a cut', () => {
    const [a, b, c] = [reading(1), event(2), reading(3)];
    const key = { station: 'SN-0001', epoch: 7, number: 0 };
    const sha = (...parts: (string | Buffer)[]) => {
      const h = createHash('sha256');
      for (const part of parts) h.update(part);
      return h.digest();
    };
    const bytes = (m: Parameters<typeof hex>[0]) => Buffer.from(hex(m), 'hex');
    const first = OpenBlock.begin(key);
    first.add(a);
    first.add(b);
    const stored = first.block;
    expect(stored).toMatchObject({ hash: sha('hai-bridge/2 SN-0001 7 0\n', bytes(a), bytes(b)), cuts: [] });

    const second = OpenBlock.goOn(stored);
    second.add(c);
    expect(second.block).toMatchObject({ hash: sha(stored.hash, bytes(c)), cuts: [2], readings: 2, events: 1 });

    const again = OpenBlock.begin(key, second.block.cuts);
    for (const message of [a, b, c]) again.add(message);
    expect(again.block).toEqual(second.block);
    expect(OpenBlock.goOn(stored).block).toEqual(stored);
  });

  it('are all hashed, however many and however long', () => {
    const list = messages(300).map((m) => (m.seq === 100 ? event(100, { data: 'x'.repeat(4096) }) : m));
    const block = OpenBlock.begin({ station: 'SN-0001', epoch: 7, number: 0 });
    for (const m of list) block.add(m);
    const whole = createHash('sha256').update('hai-bridge/2 SN-0001 7 0\n');
    for (const m of list) whole.update(Buffer.from(hex(m), 'hex'));
    expect(block.block.hash).toEqual(whole.digest());
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
