/** Images and keys for the tests of this folder, small enough to be made many times. */
import type { SignatureAlgorithm } from '../../../protocols/smp/index.ts';
import { buildImage, type ImageSpec } from '../../../simulator/firmware/image-builder.ts';
import { newSigningKey, type SigningKey } from '../../../simulator/firmware/signing.ts';
import { keyFromPem } from '../../../src/firmware/verify/keys.ts';

const made = new Map<SignatureAlgorithm, SigningKey>();

/** One key of each kind for all tests: making RSA keys takes its time. */
export function signingKey(algorithm: SignatureAlgorithm = 'ed25519'): SigningKey {
  const key = made.get(algorithm) ?? newSigningKey(algorithm);
  made.set(algorithm, key);
  return key;
}

export const pemOf = (key: SigningKey): string => key.publicKey.export({ type: 'spki', format: 'pem' }).toString();
export const trusted = (key = signingKey()) => [keyFromPem(pemOf(key), 'test.pub.pem')];

export const SPEC = {
  version: { major: 1, minor: 2, revision: 3, build: 0 },
  hardwareRevisions: ['SIM-A'],
  bodyBytes: 4096,
} as const satisfies Omit<ImageSpec, 'key'>;

export function image(over: Partial<ImageSpec> = {}): Buffer {
  return buildImage({ ...SPEC, key: signingKey(), ...over });
}
