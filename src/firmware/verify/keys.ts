/** The public keys that sign firmware, from PEM files. */
import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { HashAlgorithm, SignatureAlgorithm } from '../../../protocols/smp/index.ts';

export interface FirmwareKey {
  /** Name of the file. */
  readonly name: string;
  readonly algorithm: SignatureAlgorithm;
  readonly key: KeyObject;
  /** As imgtool encodes it: PKCS#1 for RSA, SubjectPublicKeyInfo for the others. */
  readonly der: Uint8Array;
}

/** A key file that cannot be used; the message says what to do. */
export class UnusableKey extends Error {
  override readonly name = 'UnusableKey';
}

const RSA: Readonly<Record<number, SignatureAlgorithm>> = { 2048: 'rsa2048-pss', 3072: 'rsa3072-pss' };

function algorithmOf(key: KeyObject): SignatureAlgorithm | null {
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType === 'rsa') return RSA[modulusLength ?? 0] ?? null;
  if (key.asymmetricKeyType === 'ec') return namedCurve === 'prime256v1' ? 'ecdsa' : null;
  return key.asymmetricKeyType === 'ed25519' ? 'ed25519' : null;
}

/** What the key hash TLV of an image says that uses this hash function. */
export function keyHash({ der }: FirmwareKey, algorithm: HashAlgorithm): Buffer {
  return createHash(algorithm).update(der).digest();
}

/** Throws `UnusableKey`. */
export function keyFromPem(pem: string, name: string): FirmwareKey {
  if (/PRIVATE KEY/.test(pem)) {
    throw new UnusableKey(`${name} holds a private key, which has no place here: give the public one (imgtool getpub)`);
  }
  let key: KeyObject;
  try {
    key = createPublicKey(pem);
  } catch {
    throw new UnusableKey(`${name} is no PEM file of a public key: make one with imgtool getpub -e pem`);
  }
  const algorithm = algorithmOf(key);
  if (algorithm === null) {
    throw new UnusableKey(`${name} is of a kind that MCUboot does not take: RSA 2048 or 3072, EC P-256 or Ed25519`);
  }
  const type = key.asymmetricKeyType === 'rsa' ? 'pkcs1' : 'spki';
  return { name, algorithm, key, der: key.export({ type, format: 'der' }) };
}

/** Throws `UnusableKey`. */
export function readKeys(files: readonly string[]): FirmwareKey[] {
  return files.map((file) => {
    let pem: string;
    try {
      pem = readFileSync(file, 'utf8');
    } catch {
      throw new UnusableKey(`${file} cannot be read: let the daemon's user read it, or correct firmware.keyFiles`);
    }
    return keyFromPem(pem, basename(file));
  });
}
