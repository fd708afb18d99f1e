/**
 * Everything that can be known of an image before its first byte is sent. A station's "yes" proves nothing: real firmware
 * took a tampered image for a test.
 */
import { createHash } from 'node:crypto';
import { IMAGE_FLAG, parseImage, versionText } from '../../../protocols/smp/index.ts';
import type { FirmwareKey } from './keys.ts';
import { type ImageTrouble, trouble } from './problems.ts';
import { signedBy } from './signature.ts';

/** What an image says of itself. */
export interface ImageFacts {
  /** SHA-256 of the whole file. */
  readonly file: string;
  readonly bytes: number;
  readonly version: string;
  /** Its hash TLV (SHA-256, or longer): the name by which stations know it. `null` when it has none. */
  readonly hash: string | null;
  /** From the signed part; empty when it does not say. */
  readonly hardwareRevisions: readonly string[];
  readonly securityCounter: number | null;
  readonly signedBy: { readonly key: string; readonly algorithm: string } | null;
}

export interface Verification {
  /** `null` when the file is no image at all. */
  readonly facts: ImageFacts | null;
  /** Empty: the image is what its signer made. */
  readonly problems: readonly ImageTrouble[];
}

const ENCRYPTED = IMAGE_FLAG.encryptedAes128 | IMAGE_FLAG.encryptedAes256;
const ERASED = 0xff;

export function verifyImage(file: Uint8Array, keys: readonly FirmwareKey[]): Verification {
  const image = parseImage(file);
  if (image.kind === 'not-an-image') return { facts: null, problems: [trouble(image.problem, image.detail)] };
  const problems: ImageTrouble[] = [];
  if (image.flags & ENCRYPTED) problems.push(trouble('encrypted'));
  if (image.flags & IMAGE_FLAG.nonBootable) problems.push(trouble('not-bootable'));
  if (file.subarray(image.imageBytes).some((byte) => byte !== ERASED)) {
    problems.push(trouble('trailing-bytes', `${file.length - image.imageBytes} bytes`));
  }
  const said = image.hash === null ? null : Buffer.from(image.hash.value).toString('hex');
  const real = createHash(image.hash?.algorithm ?? 'sha256')
    .update(file.subarray(image.hashed.from, image.hashed.to))
    .digest('hex');
  let key: FirmwareKey | null = null;
  if (said === null) problems.push(trouble('no-hash'));
  else if (said !== real) problems.push(trouble('wrong-hash', `says ${said.slice(0, 16)}…, is ${real.slice(0, 16)}…`));
  else {
    const signer = signedBy(file, image, keys);
    if ('code' in signer) problems.push(signer);
    else key = signer;
  }
  const facts: ImageFacts = {
    file: createHash('sha256').update(file).digest('hex'),
    bytes: file.length,
    version: versionText(image.version),
    hash: said,
    hardwareRevisions: image.hardwareRevisions,
    securityCounter: image.securityCounter,
    signedBy: key && { key: key.name, algorithm: key.algorithm },
  };
  return { facts, problems };
}
