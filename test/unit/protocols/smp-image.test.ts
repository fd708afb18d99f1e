import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compareVersions,
  parseImage,
  parseImageHeader,
  parseVersion,
  versionText,
} from '../../../protocols/smp/index.ts';
import {
  buildFlawedImage,
  buildImage,
  IMAGE_FLAWS,
  type ImageFlaw,
} from '../../../simulator/firmware/image-builder.ts';
import {
  isSignedBy,
  newSigningKey,
  SIGNATURE_ALGORITHMS,
  type SigningKey,
} from '../../../simulator/firmware/signing.ts';

const version = { major: 1, minor: 2, revision: 3, build: 4 };
const keys = new Map(SIGNATURE_ALGORITHMS.map((algorithm) => [algorithm, newSigningKey(algorithm)]));
const key = keys.get('ecdsa') as SigningKey;
const spec = { version, key, bodyBytes: 3000, hardwareRevisions: ['SIM-A', 'SIM-B'], securityCounter: 9 };
const good = buildImage(spec);
const problemOf = (file: Uint8Array) => {
  const image = parseImage(file);
  return image.kind === 'image' ? null : image.problem;
};

describe('an image of the builder', () => {
  it.each(SIGNATURE_ALGORITHMS)('signed by %s is read and its signature holds', (algorithm) => {
    const signing = keys.get(algorithm) as SigningKey;
    const file = buildImage({ ...spec, key: signing });
    const image = parseImage(file);
    if (image.kind !== 'image') throw new Error(image.detail);
    const hashed = file.subarray(image.hashed.from, image.hashed.to);
    expect(image).toMatchObject({
      version,
      hardwareRevisions: ['SIM-A', 'SIM-B'],
      securityCounter: 9,
      bodyBytes: 3000,
    });
    expect(Buffer.from(image.hash?.value ?? [])).toEqual(createHash('sha256').update(hashed).digest());
    expect(image.signatures.map((s) => [s.algorithm, isSignedBy(hashed, s, signing.publicKey)])).toEqual([
      [algorithm, true],
    ]);
    expect(image.imageBytes).toBe(file.length);
  });

  it('differs everywhere from another version of the same size', () => {
    const other = buildImage({ ...spec, version: { ...version, build: 5 } });
    const same = good.subarray(600, 3000).filter((byte, i) => byte === other[600 + i]);
    expect(same.length).toBeLessThan(40);
  });

  it.each(Object.keys(IMAGE_FLAWS) as ImageFlaw[])('with the flaw "%s" fails for exactly that reason', (flaw) => {
    const file = buildFlawedImage(spec, flaw, newSigningKey('ecdsa'));
    const image = parseImage(file);
    const hashed = image.kind === 'image' ? file.subarray(0, image.hashed.to) : file;
    const found =
      image.kind !== 'image'
        ? image.problem
        : {
            hash: createHash('sha256')
              .update(hashed)
              .digest()
              .equals(image.hash?.value ?? Buffer.alloc(0)),
            signed: image.signatures.some((s) => isSignedBy(hashed, s, key.publicKey)),
            board: image.hardwareRevisions.includes('SIM-A'),
          };
    const right = { hash: true, signed: true, board: true };
    expect(found).toEqual(
      {
        tampered: { ...right, hash: false, signed: false },
        forged: { ...right, signed: false },
        unsigned: { ...right, signed: false },
        'wrong-key': { ...right, signed: false },
        'wrong-board': { ...right, board: false },
        truncated: 'truncated',
        'not-an-image': 'bad-magic',
      }[flaw],
    );
  });
});

describe('what is no image', () => {
  /** A change to a copy of the image. */
  const changed = (change: (file: Buffer) => void) => {
    const copy = Buffer.from(good);
    change(copy);
    return copy;
  };
  const tlvsAt = 0x200 + 3000;
  const plainAt = tlvsAt + good.readUInt16LE(10);

  it.each<[string, Uint8Array, string]>([
    ['nothing', new Uint8Array(0), 'too-short'],
    ['3 bytes', good.subarray(0, 3), 'too-short'],
    ['a magic alone', good.subarray(0, 4), 'too-short'],
    ['31 bytes of header', good.subarray(0, 31), 'too-short'],
    ['another magic', changed((f) => f.writeUInt8(0, 0)), 'bad-magic'],
    ['a text', Buffer.from('hello, I am no image at all, just text'), 'bad-magic'],
    ['a header of 31 bytes', changed((f) => f.writeUInt16LE(31, 8)), 'bad-header'],
    ['a body of 4 GB', changed((f) => f.writeUInt32LE(0xffff_ffff, 12)), 'truncated'],
    ['a body one byte longer', changed((f) => f.writeUInt32LE(3001, 12)), 'bad-tlvs'],
    [
      'protected TLVs one byte longer in the header',
      changed((f) => f.writeUInt16LE(f.readUInt16LE(10) + 1, 10)),
      'bad-tlvs',
    ],
    ['protected TLVs denied in the header', changed((f) => f.writeUInt16LE(0, 10)), 'bad-tlvs'],
    ['protected TLVs with the magic of plain ones', changed((f) => f.writeUInt16LE(0x6907, tlvsAt)), 'bad-tlvs'],
    ['a protected TLV that reaches out of its area', changed((f) => f.writeUInt16LE(500, tlvsAt + 6)), 'bad-tlvs'],
    ['plain TLVs with another magic', changed((f) => f.writeUInt16LE(0x6908, plainAt)), 'bad-tlvs'],
    ['plain TLVs beyond the end of the file', changed((f) => f.writeUInt16LE(0xffff, plainAt + 2)), 'truncated'],
    ['a hash of 31 bytes', changed((f) => f.writeUInt16LE(31, plainAt + 6)), 'bad-tlvs'],
    ['a plain TLV area that is empty', changed((f) => f.writeUInt16LE(3, plainAt + 2)), 'bad-tlvs'],
    [
      'two hashes',
      buildImage({ ...spec, tlvs: [{ type: 0x10, protected: false, value: new Uint8Array(32) }] }),
      'bad-tlvs',
    ],
    [
      'a security counter of 3 bytes',
      buildImage({ version, key, tlvs: [{ type: 0x50, protected: true, value: new Uint8Array(3) }] }),
      'bad-tlvs',
    ],
  ])('%s', (_, file, problem) => {
    expect(problemOf(file)).toBe(problem);
  });

  it('is every image that was cut, at every byte', () => {
    for (let length = 0; length < good.length; length++) expect(problemOf(good.subarray(0, length))).not.toBeNull();
    expect(problemOf(good)).toBeNull();
  });

  it('is told without throwing, whatever the bytes are', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 12, size: 'max' }),
        (changes) => {
          const copy = Buffer.from(good);
          for (const [at, value] of changes) copy.writeUInt8(value, at);
          const image = parseImage(copy);
          if (image.kind === 'image') {
            expect(image.hashed.to).toBeLessThanOrEqual(copy.length);
            expect(image.imageBytes).toBeLessThanOrEqual(copy.length);
          } else expect(image.detail).toMatch(/^[\x20-\x7e]+$/);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('counts hardware revisions that were not protected for nothing', () => {
    const tlvs = [{ type: 0xa0, protected: false, value: Buffer.from('SIM-A') }];
    const image = parseImage(buildImage({ version, key, tlvs }));
    expect(image).toMatchObject({ kind: 'image', hardwareRevisions: [] });
  });

  it('counts a hash and a signature that stand among the protected entries for nothing', () => {
    const tlvs = [
      { type: 0x10, protected: true, value: new Uint8Array(32) },
      { type: 0x22, protected: true, value: new Uint8Array(70) },
    ];
    const image = parseImage(buildImage({ version, key, tlvs }));
    if (image.kind !== 'image') throw new Error(image.detail);
    expect(image.hash?.value).not.toEqual(new Uint8Array(32));
    expect(image.signatures.length).toBe(1);
  });

  it('leaves what follows the image alone', () => {
    const image = parseImage(Buffer.concat([good, Buffer.alloc(500, 0xff)]));
    expect(image).toMatchObject({ kind: 'image', imageBytes: good.length });
  });

  it('reads a header from the first 32 bytes', () => {
    expect(parseImageHeader(good.subarray(0, 32))).toMatchObject({ version, bodyBytes: 3000 });
  });
});

describe('versions', () => {
  it.each([
    ['1.2.3', '1.2.3'],
    ['1.2.3+4', '1.2.3.4'],
    ['1.2.3.4', '1.2.3.4'],
    ['1', '1.0.0'],
    ['0.0.0', '0.0.0'],
    ['255.255.65535+4294967295', '255.255.65535.4294967295'],
  ])('%s is %s', (text, shown) => {
    const parsed = parseVersion(text);
    expect(parsed && versionText(parsed)).toBe(shown);
  });

  it.each(['', '1.', '256.0.0', '1.2.65536', '1.2.3+4294967296', '1.2.3-rc1', 'v1.2.3', '1.2.3.4.5', '-1'])(
    '%j is none',
    (text) => {
      expect(parseVersion(text)).toBeNull();
    },
  );

  it('are ordered by major, minor, revision, and by build only when asked', () => {
    const v = (text: string) => parseVersion(text) ?? version;
    const ordered = ['0.9.9', '1.0.0', '1.0.1', '1.2.0', '2.0.0'].map(v);
    for (const [i, a] of ordered.entries()) {
      for (const [j, b] of ordered.entries()) expect(Math.sign(compareVersions(a, b))).toBe(Math.sign(i - j));
    }
    expect(compareVersions(v('1.0.0+1'), v('1.0.0+2'))).toBe(0);
    expect(compareVersions(v('1.0.0+1'), v('1.0.0+2'), 'counts')).toBeLessThan(0);
  });
});
