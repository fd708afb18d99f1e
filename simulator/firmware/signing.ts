/** Keys that sign MCUboot images. Made when needed, never kept in the project. */
import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ImageSignature, SignatureAlgorithm } from '../../protocols/smp/mcuboot/index.ts';

export interface SigningKey {
  readonly algorithm: SignatureAlgorithm;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

export const SIGNATURE_ALGORITHMS: readonly SignatureAlgorithm[] = ['rsa2048-pss', 'rsa3072-pss', 'ecdsa', 'ed25519'];

export function newSigningKey(algorithm: SignatureAlgorithm): SigningKey {
  return { algorithm, ...keyPair(algorithm) };
}

function keyPair(algorithm: SignatureAlgorithm) {
  if (algorithm === 'ecdsa') return generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  if (algorithm === 'ed25519') return generateKeyPairSync('ed25519');
  return generateKeyPairSync('rsa', { modulusLength: algorithm === 'rsa2048-pss' ? 2048 : 3072 });
}

/** Which algorithm a key is for; `null` for a kind that MCUboot does not use. */
export function algorithmOf(key: KeyObject): SignatureAlgorithm | null {
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType === 'ed25519') return 'ed25519';
  if (key.asymmetricKeyType === 'ec') return namedCurve === 'prime256v1' ? 'ecdsa' : null;
  if (key.asymmetricKeyType !== 'rsa') return null;
  return modulusLength === 2048 ? 'rsa2048-pss' : modulusLength === 3072 ? 'rsa3072-pss' : null;
}

/** The key of a PEM file, or what is wrong with it. */
export function readKey(
  file: string,
  parse: (pem: Buffer) => KeyObject,
): { readonly key: KeyObject; readonly algorithm: SignatureAlgorithm } | string {
  let pem: Buffer;
  try {
    pem = readFileSync(file);
  } catch (error) {
    return `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  }
  let key: KeyObject;
  try {
    key = parse(pem);
  } catch {
    return `${file} holds no such key in PEM form`;
  }
  const algorithm = algorithmOf(key);
  if (algorithm === null) return `${file}: the key must be RSA of 2048 or 3072 bits, ECDSA P-256 or Ed25519`;
  return { key, algorithm };
}

/** The value of the key hash TLV: SHA-256 of the PKCS#1 key (RSA) or of the SubjectPublicKeyInfo (all others). */
export function keyHash(key: KeyObject): Buffer {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  const type = publicKey.asymmetricKeyType === 'rsa' ? 'pkcs1' : 'spki';
  return createHash('sha256')
    .update(publicKey.export({ type, format: 'der' }))
    .digest();
}

/** Signs the image whose hashed bytes these are. Ed25519 signs their hash, the others the bytes by way of their hash. */
export function signImage(hashed: Uint8Array, key: SigningKey): Buffer {
  if (key.algorithm === 'ed25519') return sign(null, createHash('sha256').update(hashed).digest(), key.privateKey);
  if (key.algorithm === 'ecdsa') return sign('sha256', hashed, key.privateKey);
  return sign('sha256', hashed, { key: key.privateKey, ...PSS });
}

/** Whether `key` made the signature over these bytes. */
export function isSignedBy(hashed: Uint8Array, signature: ImageSignature, key: KeyObject): boolean {
  if (algorithmOf(key) !== signature.algorithm) return false;
  if (signature.algorithm === 'ed25519') {
    return verify(null, createHash('sha256').update(hashed).digest(), key, signature.value);
  }
  if (signature.algorithm === 'ecdsa') return verify('sha256', hashed, key, signature.value);
  return verify('sha256', hashed, { key, ...PSS }, signature.value);
}

/** RSASSA-PSS with MGF1 of the same hash and a salt as long as the hash (RFC 8017; padding 6 is PSS in OpenSSL). */
const PSS = { padding: 6, saltLength: 32 } as const;
