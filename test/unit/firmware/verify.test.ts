/** What an image must be before its first byte is sent; every way to be wrong has its own code and one sentence. */
import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { IMAGE_FLAG } from '../../../protocols/smp/index.ts';
import { buildFlawedImage, IMAGE_FLAWS, type ImageFlaw } from '../../../simulator/firmware/image-builder.ts';
import { SIGNATURE_ALGORITHMS } from '../../../simulator/firmware/signing.ts';
import { parsePolicy } from '../../../src/firmware/policy-file.ts';
import { fitsStation, type StationFacts } from '../../../src/firmware/verify/fits.ts';
import { type FirmwareKey, keyFromPem, keyHash, readKeys } from '../../../src/firmware/verify/keys.ts';
import { type ImageFacts, verifyImage } from '../../../src/firmware/verify/verify.ts';
import { readVectors } from '../../support/reference/vectors.ts';
import { image, pemOf, SPEC, signingKey, trusted } from './images.ts';

const codes = (file: Uint8Array, keys = trusted()) => verifyImage(file, keys).problems.map((p) => p.code);

describe('images made by MCUboot’s own signing tool', () => {
  interface Vector {
    readonly name: string;
    readonly source: string;
    readonly hex: string;
    readonly public_key?: string;
    readonly key_hash?: string;
  }
  const expected: Record<string, string[]> = {
    unsigned: ['unsigned'],
    rsa2048: [],
    rsa3072: [],
    ecdsa_p256: [],
    ecdsa_p256_padded: [],
    ed25519: [],
    ed25519_pure: [],
    protected_tlvs: [],
    ram_load: [],
    sha512: [],
    padded_slot: ['trailing-bytes'],
  };
  const all = readVectors<Vector>('mcuboot-imgtool.jsonl');

  it('are all in this test', () => {
    expect(all.map((v) => v.name).sort()).toEqual(Object.keys(expected).sort());
  });

  it.each(all)('$name', ({ name, hex, public_key, key_hash }) => {
    const file = Buffer.from(hex, 'hex');
    const keys = public_key === undefined ? trusted() : [keyFromPem(public_key, 'vector.pem')];
    const [key] = keys;
    if (key_hash !== undefined && key) expect(keyHash(key, 'sha256').toString('hex')).toBe(key_hash);
    expect(codes(file, keys)).toEqual(expected[name]);
    const { facts } = verifyImage(file, keys);
    if (expected[name]?.length === 0) expect(facts?.signedBy?.key).toBe('vector.pem');
    for (const at of [40, 100, 300]) {
      const damaged = Buffer.from(file);
      damaged.writeUInt8(damaged.readUInt8(at) ^ 0x10, at);
      expect(codes(damaged, keys)).toContain('wrong-hash');
    }
  });
});

describe('an image', () => {
  it.each(SIGNATURE_ALGORITHMS)('signed with %s is good by its key, and by that alone', (algorithm) => {
    const file = image({ key: signingKey(algorithm) });
    expect(verifyImage(file, trusted(signingKey(algorithm)))).toMatchObject({
      problems: [],
      facts: { version: '1.2.3', hardwareRevisions: ['SIM-A'], bytes: file.length, signedBy: { algorithm } },
    });
    for (const other of SIGNATURE_ALGORITHMS) {
      if (other !== algorithm) expect(codes(file, trusted(signingKey(other)))).toEqual(['unknown-key']);
    }
  });

  it.each(Object.keys(IMAGE_FLAWS) as ImageFlaw[])('that is %s is told as such', (flaw) => {
    const expected: Record<ImageFlaw, string[]> = {
      tampered: ['wrong-hash'],
      forged: ['bad-signature'],
      unsigned: ['unsigned'],
      'wrong-key': ['unknown-key'],
      'wrong-board': [],
      truncated: ['truncated'],
      'not-an-image': ['bad-magic'],
    };
    const file = buildFlawedImage({ ...SPEC, key: signingKey() }, flaw, signingKey('ecdsa'));
    const { problems } = verifyImage(file, trusted());
    expect(problems.map((p) => p.code)).toEqual(expected[flaw]);
    for (const { message } of problems) expect(message.split('\n')).toHaveLength(1);
  });

  it('is not taken by a signature with the key hash of another', () => {
    const [own, other] = [trusted()[0], trusted(signingKey('ecdsa'))[0]] as [FirmwareKey, FirmwareKey];
    expect(codes(image(), [{ ...other, der: own.der }])).toEqual(['unknown-key']);
    expect(codes(image(), [{ ...other, algorithm: 'ed25519', der: own.der }])).toEqual(['bad-signature']);
  });

  it('is refused when encrypted, not bootable, padded or without any key to check it', () => {
    expect(codes(image({ flags: IMAGE_FLAG.encryptedAes128 }))).toEqual(['encrypted']);
    expect(codes(image({ flags: IMAGE_FLAG.nonBootable }))).toEqual(['not-bootable']);
    expect(codes(Buffer.concat([image(), Buffer.alloc(16, 0xff)]))).toEqual([]);
    expect(codes(Buffer.concat([image(), Buffer.alloc(15, 0xff), Buffer.of(1)]))).toEqual(['trailing-bytes']);
    expect(codes(image(), [])).toEqual(['no-keys']);
    expect(codes(Buffer.alloc(0))).toEqual(['too-short']);
  });

  it('whose header or trailer contradicts itself, or that does not say its own hash, is told as such', () => {
    const changed = (change: (file: Buffer, trailerAt: number) => unknown) => {
      const file = image();
      change(file, file.readUInt16LE(8) + file.readUInt32LE(12) + file.readUInt16LE(10));
      return codes(file);
    };
    // Header of 16 bytes, where 32 are the least.
    expect(changed((file) => file.writeUInt16LE(16, 8))).toEqual(['bad-header']);
    expect(changed((file, at) => file.writeUInt16LE(0x1234, at))).toEqual(['bad-tlvs']);
    // The first entry of the trailer is the hash: longer than the trailer, then of a type that nobody knows.
    expect(changed((file, at) => file.writeUInt16LE(0xfff0, at + 6))).toEqual(['bad-tlvs']);
    expect(changed((file, at) => file.writeUInt16LE(0x00fe, at + 4))).toEqual(['no-hash']);
  });

  it('with any single bit changed in its hashed part is refused', () => {
    const file = image({ bodyBytes: 64, headerBytes: 32 });
    for (let bit = 0; bit < 8 * 96; bit++) {
      const damaged = Buffer.from(file);
      damaged.writeUInt8(damaged.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(codes(damaged)).not.toEqual([]);
    }
  });
});

describe('keys', () => {
  it('are public keys of the kinds that MCUboot takes', () => {
    const p384 = generateKeyPairSync('ec', { namedCurve: 'secp384r1' }).publicKey;
    expect(() => keyFromPem(p384.export({ type: 'spki', format: 'pem' }).toString(), 'k.pem')).toThrow(
      'k.pem is of a kind that MCUboot does not take',
    );
    const secret = signingKey().privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    expect(() => keyFromPem(secret, 'k.pem')).toThrow('k.pem holds a private key, which has no place here');
    expect(() => keyFromPem('nonsense', 'k.pem')).toThrow('k.pem is no PEM file of a public key');
    expect(() => readKeys(['/nowhere/k.pem'])).toThrow("cannot be read: let the daemon's user read it");
    expect(keyFromPem(pemOf(signingKey('ecdsa')), 'k.pem').algorithm).toBe('ecdsa');
  });
});

describe('an image for a station', () => {
  const HASH = 'ab'.repeat(32);
  const facts = (over: Partial<ImageFacts> = {}): ImageFacts => ({
    file: 'cd'.repeat(32),
    bytes: 4096,
    version: '2.4.1',
    hash: HASH,
    hardwareRevisions: ['C'],
    securityCounter: null,
    signedBy: { key: 'k.pem', algorithm: 'ed25519' },
    ...over,
  });
  const station = (over: Partial<StationFacts> = {}): StationFacts => ({
    hardwareRevision: 'C',
    version: '2.4.0',
    slotBytes: 8192,
    ...over,
  });
  const found = (image: ImageFacts, at: StationFacts, policy: string | null = null) =>
    fitsStation(image, at, { policy: policy === null ? null : parsePolicy(policy, 'p'), problem: null }).map(
      (p) => p.code,
    );

  it('fits when hardware, version and size do', () => {
    expect(found(facts(), station())).toEqual([]);
    expect(found(facts({ bytes: 8193 }), station())).toEqual(['too-large']);
    expect(found(facts(), station({ version: '2.5.0' }))).toEqual(['older']);
    expect(found(facts(), station({ hardwareRevision: null }))).toEqual(['hardware-unknown']);
    expect(found(facts(), station({ version: 'experimental' }))).toEqual([]);
  });

  it('is for the hardware that its signed part names, whatever the policy says of its hash', () => {
    const listed = `hardware: { D: { approved: [{ version: "2.4.1", hash: "${HASH}" }] } }`;
    expect(found(facts(), station({ hardwareRevision: 'D' }), listed)).toEqual(['wrong-board']);
    expect(found(facts({ hardwareRevisions: ['C', 'D'] }), station({ hardwareRevision: 'D' }), listed)).toEqual([]);
    expect(found(facts({ hardwareRevisions: [] }), station({ hardwareRevision: 'D' }), listed)).toEqual([]);
    expect(found(facts({ hardwareRevisions: [] }), station())).toEqual(['board-unknown']);
    const byVersion = 'hardware: { C: { approved: [{ version: "2.4.1" }] } }';
    expect(found(facts({ hardwareRevisions: [] }), station(), byVersion)).toEqual(['board-unknown']);
  });

  it('obeys the policy', () => {
    const policy = (rules: string) => `hardware: { C: { ${rules} } }`;
    expect(found(facts(), station(), policy('withdrawn: [{ version: "2.4.1", reason: leaks }]'))).toEqual([
      'withdrawn',
    ]);
    expect(found(facts(), station(), policy('minimum: "2.4.2"'))).toEqual(['below-minimum']);
    expect(found(facts(), station(), policy('approved: [{ version: "2.4.2" }]'))).toEqual(['not-approved']);
    const other = policy(`approved: [{ version: "2.4.1", hash: "${'0'.repeat(64)}" }]`);
    expect(found(facts(), station(), other)).toEqual(['other-build']);
    expect(found(facts(), station(), 'hardware: { D: {} }')).toEqual(['hardware-not-listed']);
    expect(found(facts(), station({ version: '2.5.0' }), policy('downgrade: allowed'))).toEqual([]);
    const unreadable = fitsStation(facts(), station(), { policy: null, problem: 'p.yaml:1:1: no' });
    expect(unreadable.map((p) => p.code)).toEqual(['policy-unreadable']);
  });
});
