/** Checks the signatures of an MCUboot image. Source: MCUboot docs/design.md and scripts/imgtool. */
import { constants, verify } from 'node:crypto';
import type { ImageSignature, McubootImage } from '../../../protocols/smp/index.ts';
import { type FirmwareKey, keyHash } from './keys.ts';
import { type ImageTrouble, trouble } from './problems.ts';

function isValid(
  file: Uint8Array,
  image: McubootImage,
  { value }: ImageSignature,
  { algorithm, key }: FirmwareKey,
): boolean {
  const hashed = file.subarray(image.hashed.from, image.hashed.to);
  const digest = image.hash?.algorithm ?? 'sha256';
  switch (algorithm) {
    case 'rsa2048-pss':
    case 'rsa3072-pss': {
      const pss = { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
      return verify(digest, hashed, pss, value);
    }
    case 'ecdsa':
      return verify(digest, hashed, { key, dsaEncoding: 'der' }, withoutPadding(value));
    case 'ed25519': {
      const signed = image.ed25519Signs === 'bytes' ? hashed : image.hash?.value;
      return signed !== undefined && verify(null, signed, key, value);
    }
  }
}

/** Old image tools fill a DER signature with zeros to a fixed length. */
function withoutPadding(der: Uint8Array): Uint8Array {
  const length = 2 + (der[1] ?? 0);
  const padded = length < der.length && der.subarray(length).every((byte) => byte === 0);
  return padded ? der.subarray(0, length) : der;
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** The key that has signed the image, or why none has. The image's hash must have been checked already. */
export function signedBy(
  file: Uint8Array,
  image: McubootImage,
  keys: readonly FirmwareKey[],
): FirmwareKey | ImageTrouble {
  if (keys.length === 0) return trouble('no-keys');
  if (image.signatures.length === 0) return trouble('unsigned');
  const digest = image.hash?.algorithm ?? 'sha256';
  let fitting = 0;
  for (const signature of image.signatures) {
    const { algorithm, keyHash: said } = signature;
    for (const key of keys) {
      if (key.algorithm !== algorithm) continue;
      if (said !== null && !keyHash(key, digest).equals(said)) continue;
      fitting++;
      if (isValid(file, image, signature, key)) return key;
    }
  }
  if (fitting > 0) return trouble('bad-signature');
  const first = image.signatures[0];
  const said = first?.keyHash ? `, key ${hex(first.keyHash).slice(0, 16)}…` : '';
  return trouble('unknown-key', `${first?.algorithm}${said}`);
}
