/** MCUboot images made by MCUboot's own signing tool: what is read, what is hashed, and what the signatures are over. */
import { createHash, createPublicKey, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type McubootImage, parseImage, versionText } from '../../protocols/smp/index.ts';
import { isSignedBy, keyHash } from '../../simulator/firmware/signing.ts';
import { readVectors } from '../support/reference/vectors.ts';

interface ImageVector {
  readonly name: string;
  readonly source: string;
  readonly hex: string;
  readonly public_key?: string;
  readonly key_hash?: string;
}

const vectors = readVectors<ImageVector>('mcuboot-imgtool.jsonl');
const hex = (bytes: Uint8Array | null | undefined) => Buffer.from(bytes ?? []).toString('hex');
const read = (name: string): { image: McubootImage; file: Buffer; vector: ImageVector } => {
  const vector = vectors.find((v) => v.name === name) as ImageVector;
  const file = Buffer.from(vector.hex, 'hex');
  const image = parseImage(file);
  if (image.kind !== 'image') throw new Error(image.detail);
  return { image, file, vector };
};

/** Written down from what the tool prints about each file (its command `dumpinfo`). */
const SIGNATURES: Record<string, [algorithm: string, bytes: number] | null> = {
  unsigned: null,
  rsa2048: ['rsa2048-pss', 256],
  rsa3072: ['rsa3072-pss', 384],
  ecdsa_p256: ['ecdsa', 70],
  ecdsa_p256_padded: ['ecdsa', 71],
  ed25519: ['ed25519', 64],
  ed25519_pure: ['ed25519', 64],
  protected_tlvs: ['ecdsa', 70],
  ram_load: ['ed25519', 64],
  sha512: ['ed25519', 64],
  padded_slot: ['ecdsa', 72],
};

describe.each(vectors)('$name', ({ name, source }) => {
  const { image, file, vector } = read(name);
  const hashed = file.subarray(image.hashed.from, image.hashed.to);

  it('says which bytes its hash covers', () => {
    expect(source).not.toBe('');
    expect(image.hash).not.toBeNull();
    if (image.hash === null) return;
    expect(hex(image.hash.value)).toBe(createHash(image.hash.algorithm).update(hashed).digest('hex'));
  });

  it('says what its signature is and covers', () => {
    const expected = SIGNATURES[name];
    expect(image.signatures.length).toBe(expected === null ? 0 : 1);
    const [signature] = image.signatures;
    if (signature === undefined || expected === null || image.hash === null) return;
    expect(signature.algorithm).toBe(expected?.[0]);
    const key = createPublicKey(vector.public_key ?? '');
    const digest = createHash(image.hash.algorithm).update(hashed).digest();
    const holds = (signed: Uint8Array, value: Uint8Array) => {
      if (signature.algorithm === 'ed25519') {
        return verify(
          null,
          image.ed25519Signs === 'bytes'
            ? signed
            : createHash(image.hash?.algorithm ?? '')
                .update(signed)
                .digest(),
          key,
          value,
        );
      }
      if (signature.algorithm === 'ecdsa') return verify('sha256', signed, key, value);
      return verify('sha256', signed, { key, padding: 6, saltLength: 32 }, value);
    };
    expect(digest.length).toBeGreaterThan(0);
    expect(holds(hashed, signature.value)).toBe(true);
    const damaged = Buffer.from(hashed);
    damaged.writeUInt8(damaged.readUInt8(100) ^ 1, 100);
    expect(holds(damaged, signature.value)).toBe(false);
    if (image.hash.algorithm === 'sha256') {
      // The simulator's own check, and the key hash that the tool says.
      expect(isSignedBy(hashed, signature, key)).toBe(true);
      expect(isSignedBy(damaged, signature, key)).toBe(false);
      expect(hex(keyHash(key))).toBe(vector.key_hash);
      expect(hex(signature.keyHash)).toBe(vector.key_hash);
    }
  });
});

describe('what the images say about themselves', () => {
  it.each([
    ['unsigned', '1.2.3.4', 804],
    ['rsa2048', '2.0.1', 1100],
    ['rsa3072', '2.0.2', 1228],
    ['ecdsa_p256', '255.255.65535.4294967295', 914],
    ['ecdsa_p256_padded', '1.0.0', 916],
    ['ed25519', '0.9.1', 908],
    ['ed25519_pure', '0.9.2', 977],
    ['protected_tlvs', '1.4.0.7', 981],
    ['padded_slot', '1.6.0', 416],
  ])('%s is version %s and %i bytes long', (name, version, bytes) => {
    const { image } = read(name);
    expect([versionText(image.version), image.imageBytes]).toEqual([version, bytes]);
    expect(image.headerBytes).toBe(0x40);
  });

  it('has hardware revision, security counter and dependency among the protected TLVs; others are kept', () => {
    const { image } = read('protected_tlvs');
    expect(image.hardwareRevisions).toEqual(['SIM-A']);
    expect(image.securityCounter).toBe(77);
    expect(image.protectedTlvBytes).toBe(0x43);
    expect(image.tlvs.map((t) => [t.type, t.protected, t.value.length])).toEqual([
      [0x50, true, 4],
      [0x40, true, 12],
      [0xa0, true, 5],
      [0xa1, true, 5],
      [0x1a0, true, 17],
      [0x10, false, 32],
      [0x01, false, 32],
      [0x22, false, 70],
    ]);
    expect(read('unsigned').image).toMatchObject({ hardwareRevisions: [], securityCounter: null });
  });

  it('has a load address and flags', () => {
    expect(read('ram_load').image).toMatchObject({ loadAddress: 0x2000_0000, flags: 0x20 });
  });

  it('tells signatures over the hash from those over the image', () => {
    expect(read('ed25519').image.ed25519Signs).toBe('hash');
    expect(read('ed25519_pure').image.ed25519Signs).toBe('bytes');
  });

  it('has the hash and the signature algorithm that the list above says, for every vector', () => {
    expect(vectors.map((v) => v.name).sort()).toEqual(Object.keys(SIGNATURES).sort());
  });
});
