/**
 * Writes MCUboot images for tests and demonstrations: right ones, and ones with a flaw. The layout is written down here a
 * second time on purpose, with its own offsets: a builder made of the reader's declarations would share its mistakes.
 *
 * The body is not a program. It is noise made from the version, so that two versions differ everywhere.
 */
import { createHash } from 'node:crypto';
import type { McubootVersion } from '../../protocols/smp/mcuboot/index.ts';
import { seededRandom } from '../random.ts';
import { keyHash, type SigningKey, signImage } from './signing.ts';

export interface ImageSpec {
  readonly version: McubootVersion;
  /** Protected; none when empty. */
  readonly hardwareRevisions?: readonly string[];
  /** Bytes of the body, default 131,924 (a file of about 132.8 kB). */
  readonly bodyBytes?: number;
  /** `null`: not signed, as development builds are. */
  readonly key: SigningKey | null;
  /** Protected; left out when `undefined`. */
  readonly securityCounter?: number;
  readonly loadAddress?: number;
  readonly flags?: number;
  /** Bytes of the header with its padding; at least 32. */
  readonly headerBytes?: number;
  /** More TLVs, as they are. */
  readonly tlvs?: readonly { readonly type: number; readonly protected: boolean; readonly value: Uint8Array }[];
}

const DEFAULT_BODY = 131_924;
const DEFAULT_HEADER = 0x200;

export function buildImage(spec: ImageSpec): Buffer {
  const hashed = Buffer.concat([header(spec), body(spec), protectedTlvs(spec)]);
  const trailer = [tlv(0x10, createHash('sha256').update(hashed).digest())];
  if (spec.key !== null) {
    const type = { 'rsa2048-pss': 0x20, ecdsa: 0x22, 'rsa3072-pss': 0x23, ed25519: 0x24 }[spec.key.algorithm];
    trailer.push(tlv(0x01, keyHash(spec.key.publicKey)), tlv(type, signImage(hashed, spec.key)));
  }
  for (const more of spec.tlvs ?? []) if (!more.protected) trailer.push(tlv(more.type, more.value));
  return Buffer.concat([hashed, area(0x6907, trailer)]);
}

function header(spec: ImageSpec): Buffer {
  const { version, headerBytes = DEFAULT_HEADER, bodyBytes = DEFAULT_BODY } = spec;
  const bytes = Buffer.alloc(headerBytes);
  bytes.writeUInt32LE(0x96f3b83d, 0);
  bytes.writeUInt32LE(spec.loadAddress ?? 0, 4);
  bytes.writeUInt16LE(headerBytes, 8);
  bytes.writeUInt16LE(protectedTlvs(spec).length, 10);
  bytes.writeUInt32LE(bodyBytes, 12);
  bytes.writeUInt32LE(spec.flags ?? 0, 16);
  bytes.writeUInt8(version.major, 20);
  bytes.writeUInt8(version.minor, 21);
  bytes.writeUInt16LE(version.revision, 22);
  bytes.writeUInt32LE(version.build, 24);
  return bytes;
}

function body({ version, bodyBytes = DEFAULT_BODY }: ImageSpec): Buffer {
  const { major, minor, revision, build } = version;
  const random = seededRandom((major << 24) | (minor << 16) | revision, build);
  const bytes = Buffer.alloc(Math.ceil(bodyBytes / 4) * 4);
  for (let at = 0; at < bytes.length; at += 4) bytes.writeUInt32LE(random.uint32(), at);
  return bytes.subarray(0, bodyBytes);
}

function protectedTlvs(spec: ImageSpec): Buffer {
  const entries = (spec.hardwareRevisions ?? []).map((revision) => tlv(0x00a0, Buffer.from(revision, 'latin1')));
  if (spec.securityCounter !== undefined) {
    const value = Buffer.alloc(4);
    value.writeUInt32LE(spec.securityCounter);
    entries.push(tlv(0x50, value));
  }
  for (const more of spec.tlvs ?? []) if (more.protected) entries.push(tlv(more.type, more.value));
  return entries.length === 0 ? Buffer.alloc(0) : area(0x6908, entries);
}

function tlv(type: number, value: Uint8Array): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16LE(type, 0);
  head.writeUInt16LE(value.length, 2);
  return Buffer.concat([head, value]);
}

function area(magic: number, entries: readonly Buffer[]): Buffer {
  const info = Buffer.alloc(4);
  info.writeUInt16LE(magic, 0);
  info.writeUInt16LE(4 + entries.reduce((sum, entry) => sum + entry.length, 0), 2);
  return Buffer.concat([info, ...entries]);
}

/** Ways in which an image can be wrong; each is one test of whoever checks images. */
export const IMAGE_FLAWS = {
  tampered: 'one bit of the body changed after signing: its own hash is wrong',
  forged: 'one bit of the body changed and the hash made to fit: only the signature is wrong',
  unsigned: 'no signature',
  'wrong-key': 'signed with a key that nobody trusts',
  'wrong-board': 'made for another hardware revision',
  truncated: 'the last 100 bytes are missing',
  'not-an-image': 'does not begin like an image',
} as const;
export type ImageFlaw = keyof typeof IMAGE_FLAWS;

/** The image of `spec` with a flaw. `otherKey` signs the image with the wrong key. */
export function buildFlawedImage(spec: ImageSpec, flaw: ImageFlaw, otherKey: SigningKey): Buffer {
  if (flaw === 'unsigned') return buildImage({ ...spec, key: null });
  if (flaw === 'wrong-key') return buildImage({ ...spec, key: otherKey });
  if (flaw === 'wrong-board') return buildImage({ ...spec, hardwareRevisions: ['OTHER-BOARD'] });
  const image = buildImage(spec);
  if (flaw === 'truncated') return image.subarray(0, -100);
  if (flaw === 'not-an-image') {
    image.writeUInt32LE(0x464c457f, 0);
    return image;
  }
  const inBody = (spec.headerBytes ?? DEFAULT_HEADER) + ((spec.bodyBytes ?? DEFAULT_BODY) >> 1);
  image.writeUInt8(image.readUInt8(inBody) ^ 0x04, inBody);
  if (flaw === 'forged') {
    const hashedBytes = image.readUInt16LE(8) + image.readUInt32LE(12) + image.readUInt16LE(10);
    // The hash is the first TLV: 4 bytes of area, 4 of its own head.
    createHash('sha256')
      .update(image.subarray(0, hashedBytes))
      .digest()
      .copy(image, hashedBytes + 8);
  }
  return image;
}
