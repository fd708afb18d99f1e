/**
 * Reads an MCUboot image. Computes no hash and checks no signature (this folder has no cryptography): it says which bytes
 * are hashed, what the hash should be, and which signatures stand there. Whoever has a hash function does the rest.
 *
 *   ┌────────┬──────┬────────────────┬──────────────────┬─────────────┐
 *   │ header │ body │ protected TLVs │ unprotected TLVs │ anything    │
 *   └────────┴──────┴────────────────┴──────────────────┴─────────────┘
 *   └────────── hashed ──────────────┘└─ hash, key hash, signature ──┘
 */
import {
  type ByteRange,
  type HashAlgorithm,
  HEADER_BYTES,
  type ImageTlv,
  MCUBOOT_MAGIC,
  type McubootHeader,
  PROTECTED_TLV_INFO_MAGIC,
  type SignatureAlgorithm,
  TLV,
  TLV_HEAD_BYTES,
  TLV_INFO_BYTES,
  TLV_INFO_MAGIC,
} from './format.ts';

export interface ImageHash {
  readonly algorithm: HashAlgorithm;
  readonly value: Uint8Array;
}

export interface ImageSignature {
  readonly algorithm: SignatureAlgorithm;
  /** RSA-PSS with MGF1 of the image's hash function and a salt of its length; ECDSA as DER without padding; Ed25519 as 64 bytes. */
  readonly value: Uint8Array;
  /** Hash of the public key that belongs to it, by the image's hash function: the key hash TLV before it. */
  readonly keyHash: Uint8Array | null;
}

export interface McubootImage extends McubootHeader {
  readonly kind: 'image';
  /** What the hash covers: header, body and protected TLVs. */
  readonly hashed: ByteRange;
  /** The first hash TLV; `null` when there is none. It is also the identity of the image in `imageState`. */
  readonly hash: ImageHash | null;
  readonly signatures: readonly ImageSignature[];
  /**
   * What Ed25519 signs: the hash, or the bytes `hashed` themselves. RSA-PSS and ECDSA sign the hash of `hashed`, which is
   * the same as signing `hashed` with that hash function.
   */
  readonly ed25519Signs: 'hash' | 'bytes';
  /** From the protected TLVs; empty when the image names none. */
  readonly hardwareRevisions: readonly string[];
  /** Protected; `null` when there is none. A bootloader that counts does not start an image with a lower one. */
  readonly securityCounter: number | null;
  readonly tlvs: readonly ImageTlv[];
  /** The image without what follows its TLVs. */
  readonly imageBytes: number;
}

export type ImageProblem =
  | 'too-short' // no room for a header
  | 'bad-magic' // does not begin like an MCUboot image
  | 'bad-header' // header fields contradict each other
  | 'truncated' // the file ends before the image does
  | 'bad-tlvs'; // a TLV area that cannot be

export interface NotAnImage {
  readonly kind: 'not-an-image';
  readonly problem: ImageProblem;
  readonly detail: string;
}

const HASHES: Readonly<Record<number, readonly [HashAlgorithm, bytes: number]>> = {
  [TLV.sha256]: ['sha256', 32],
  [TLV.sha384]: ['sha384', 48],
  [TLV.sha512]: ['sha512', 64],
};

const SIGNATURES: Readonly<Record<number, SignatureAlgorithm>> = {
  [TLV.rsa2048Pss]: 'rsa2048-pss',
  [TLV.rsa3072Pss]: 'rsa3072-pss',
  [TLV.ecdsa]: 'ecdsa',
  [TLV.ed25519]: 'ed25519',
};

const fail = (problem: ImageProblem, detail: string): NotAnImage => ({ kind: 'not-an-image', problem, detail });

/** Only the header, for a device that has received just the first bytes. Never throws. */
export function parseImageHeader(file: Uint8Array): McubootHeader | NotAnImage {
  if (file.length < 4) return fail('too-short', `${file.length} bytes; an image has a header of ${HEADER_BYTES}`);
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const magic = view.getUint32(0, true);
  if (magic !== MCUBOOT_MAGIC) {
    const shown = magic.toString(16).padStart(8, '0');
    return fail('bad-magic', `begins with ${shown}, an MCUboot image begins with ${MCUBOOT_MAGIC.toString(16)}`);
  }
  if (file.length < HEADER_BYTES) {
    return fail('too-short', `${file.length} bytes; an image has a header of ${HEADER_BYTES}`);
  }
  const headerBytes = view.getUint16(8, true);
  if (headerBytes < HEADER_BYTES)
    return fail('bad-header', `a header of ${headerBytes} bytes, at least ${HEADER_BYTES}`);
  return {
    loadAddress: view.getUint32(4, true),
    headerBytes,
    protectedTlvBytes: view.getUint16(10, true),
    bodyBytes: view.getUint32(12, true),
    flags: view.getUint32(16, true),
    version: {
      major: view.getUint8(20),
      minor: view.getUint8(21),
      revision: view.getUint16(22, true),
      build: view.getUint32(24, true),
    },
  };
}

/** The whole file. Values are views of `file`. Unknown TLVs are kept in `tlvs` and otherwise passed over. Never throws. */
export function parseImage(file: Uint8Array): McubootImage | NotAnImage {
  const header = parseImageHeader(file);
  if ('kind' in header) return header;
  const protectedFrom = header.headerBytes + header.bodyBytes;
  const hashedTo = protectedFrom + header.protectedTlvBytes;
  if (hashedTo + TLV_INFO_BYTES > file.length) {
    return fail('truncated', `${file.length} bytes; header and body alone announce ${hashedTo + TLV_INFO_BYTES}`);
  }
  const tlvs: ImageTlv[] = [];
  if (header.protectedTlvBytes > 0) {
    const area = readArea(file, protectedFrom, 'protected', tlvs);
    if (typeof area !== 'number') return area;
    if (area !== hashedTo) {
      const said = area - protectedFrom;
      return fail(
        'bad-tlvs',
        `the header says ${header.protectedTlvBytes} bytes of protected TLVs, their area ${said}`,
      );
    }
  }
  const end = readArea(file, hashedTo, 'unprotected', tlvs);
  if (typeof end !== 'number') return end;
  return interpret(header, { from: 0, to: hashedTo }, tlvs, end);
}

/** Returns where the area ends. */
function readArea(
  file: Uint8Array,
  from: number,
  area: 'protected' | 'unprotected',
  into: ImageTlv[],
): number | NotAnImage {
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const expected = area === 'protected' ? PROTECTED_TLV_INFO_MAGIC : TLV_INFO_MAGIC;
  if (from + TLV_INFO_BYTES > file.length) return fail('truncated', `the file ends before its ${area} TLVs`);
  const magic = view.getUint16(from, true);
  if (magic !== expected) {
    return fail(
      'bad-tlvs',
      `${area} TLVs begin with ${expected.toString(16)}, got ${magic.toString(16)} at byte ${from}`,
    );
  }
  const total = view.getUint16(from + 2, true);
  if (total < TLV_INFO_BYTES) return fail('bad-tlvs', `${area} TLVs of ${total} bytes, at least ${TLV_INFO_BYTES}`);
  const end = from + total;
  if (end > file.length) return fail('truncated', `the ${area} TLVs end at byte ${end}, the file at ${file.length}`);
  let at = from + TLV_INFO_BYTES;
  while (at + TLV_HEAD_BYTES <= end) {
    const valueFrom = at + TLV_HEAD_BYTES;
    const valueTo = valueFrom + view.getUint16(at + 2, true);
    if (valueTo > end) return fail('bad-tlvs', `the TLV at byte ${at} reaches beyond its area, which ends at ${end}`);
    into.push({
      type: view.getUint16(at, true),
      protected: area === 'protected',
      value: file.subarray(valueFrom, valueTo),
    });
    at = valueTo;
  }
  if (at !== end) return fail('bad-tlvs', `${end - at} bytes are left over at the end of the ${area} TLVs`);
  return end;
}

function interpret(
  header: McubootHeader,
  hashed: ByteRange,
  tlvs: readonly ImageTlv[],
  imageBytes: number,
): McubootImage | NotAnImage {
  let hash: ImageHash | null = null;
  let keyHash: Uint8Array | null = null;
  const signatures: ImageSignature[] = [];
  for (const { type, value, ...tlv } of tlvs) {
    if (tlv.protected) continue;
    const known = HASHES[type];
    if (known !== undefined) {
      const [algorithm, bytes] = known;
      if (value.length !== bytes) return fail('bad-tlvs', `a ${algorithm} of ${value.length} bytes, not ${bytes}`);
      if (hash !== null) return fail('bad-tlvs', 'the image says more than one hash of itself');
      hash = { algorithm, value };
    } else if (type === TLV.keyHash) keyHash = value;
    const algorithm = SIGNATURES[type];
    if (algorithm === undefined) continue;
    signatures.push({ algorithm, value: algorithm === 'ecdsa' ? withoutDerPadding(value) : value, keyHash });
  }
  const counter = tlvs.find((tlv) => tlv.protected && tlv.type === TLV.securityCounter);
  if (counter !== undefined && counter.value.length !== 4) {
    return fail('bad-tlvs', `a security counter of ${counter.value.length} bytes, not 4`);
  }
  const revisions = tlvs.filter((tlv) => tlv.protected && tlv.type === TLV.hardwareRevision);
  return {
    kind: 'image',
    ...header,
    hashed,
    hash,
    signatures,
    ed25519Signs: tlvs.some((tlv) => tlv.type === TLV.signedWhole && tlv.value[0] === 1) ? 'bytes' : 'hash',
    hardwareRevisions: revisions.map(({ value }) => asciiText(value)),
    securityCounter: counter === undefined ? null : littleEndian(counter.value),
    tlvs,
    imageBytes,
  };
}

/** Old signing tools put up to two zero bytes behind the DER sequence, so that all signatures are of one length. */
function withoutDerPadding(signature: Uint8Array): Uint8Array {
  const end = signature[0] === 0x30 ? 2 + (signature[1] ?? 0) : signature.length;
  return signature.subarray(end).every((byte) => byte === 0) ? signature.subarray(0, end) : signature;
}

/** Printable ASCII; every other byte becomes `?`, so that such a revision equals no station's. */
function asciiText(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes.subarray(0, 64).map((byte) => (byte >= 0x20 && byte <= 0x7e ? byte : 0x3f)));
}

function littleEndian(bytes: Uint8Array): number {
  return bytes.reduce((sum, byte, i) => sum + byte * 256 ** i, 0);
}
