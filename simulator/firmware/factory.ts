/** What a station is made with: a first image, and a key of the factory that nobody else has. Made once, when needed. */
import type { KeyObject } from 'node:crypto';
import type { McubootVersion } from '../../protocols/smp/mcuboot/index.ts';
import { buildImage } from './image-builder.ts';
import { newSigningKey, type SigningKey } from './signing.ts';

export const FACTORY_VERSION: McubootVersion = { major: 1, minor: 0, revision: 0, build: 0 };

let key: SigningKey | null = null;
const images = new Map<string, Uint8Array>();
const trusts = new WeakMap<readonly KeyObject[], readonly KeyObject[]>();

function factoryKey(): SigningKey {
  key ??= newSigningKey('ecdsa');
  return key;
}

/** The image in the first slot of a new station of this hardware. One copy, however many stations. */
export function factoryImage(hardwareRevision: string, version = FACTORY_VERSION): Uint8Array {
  const name = `${hardwareRevision} ${Object.values(version).join('.')}`;
  let image = images.get(name);
  if (image === undefined) {
    image = buildImage({ version, hardwareRevisions: [hardwareRevision], key: factoryKey() });
    images.set(name, image);
  }
  return image;
}

/** The keys in a station's boot loader: the factory's, and those that it was told to trust. The same list for the same keys. */
export function bootloaderKeys(more: readonly KeyObject[]): readonly KeyObject[] {
  let keys = trusts.get(more);
  if (keys === undefined) {
    keys = [factoryKey().publicKey, ...more];
    trusts.set(more, keys);
  }
  return keys;
}
