/**
 * Numbers of the MCUboot image format, little endian throughout.
 *
 * Source: mcu-tools/mcuboot docs/design.md ("Image format") and boot/bootutil/include/bootutil/image.h.
 */
export const MCUBOOT_MAGIC = 0x96f3b83d;
export const HEADER_BYTES = 32;
export const TLV_INFO_BYTES = 4;
export const TLV_HEAD_BYTES = 4;
export const TLV_INFO_MAGIC = 0x6907;
export const PROTECTED_TLV_INFO_MAGIC = 0x6908;

export const IMAGE_FLAG = {
  pic: 0x1,
  encryptedAes128: 0x4,
  encryptedAes256: 0x8,
  nonBootable: 0x10,
  ramLoad: 0x20,
  romFixed: 0x100,
  compressedLzma1: 0x200,
  compressedLzma2: 0x400,
} as const;

export const TLV = {
  keyHash: 0x01,
  publicKey: 0x02,
  sha256: 0x10,
  sha384: 0x11,
  sha512: 0x12,
  rsa2048Pss: 0x20,
  ecdsa: 0x22,
  rsa3072Pss: 0x23,
  ed25519: 0x24,
  signedWhole: 0x25,
  dependency: 0x40,
  securityCounter: 0x50,
  bootRecord: 0x60,
  /**
   * A hardware revision the image is made for, as text, like `hardwareRevision` of HRSP's ID. May occur several times. In
   * the range that MCUboot leaves to vendors (xxA0h to xxFEh); counts only among the protected TLVs.
   */
  hardwareRevision: 0x00a0,
} as const;

export interface McubootVersion {
  readonly major: number;
  readonly minor: number;
  readonly revision: number;
  readonly build: number;
}

export interface McubootHeader {
  readonly loadAddress: number;
  readonly headerBytes: number;
  /** 0 when the image has no protected TLVs. */
  readonly protectedTlvBytes: number;
  /** The body: what follows the header. */
  readonly bodyBytes: number;
  readonly flags: number;
  readonly version: McubootVersion;
}

/** A part of the file: `[from, to)`. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

export interface ImageTlv {
  readonly type: number;
  readonly protected: boolean;
  readonly value: Uint8Array;
}

export type HashAlgorithm = 'sha256' | 'sha384' | 'sha512';
export type SignatureAlgorithm = 'rsa2048-pss' | 'rsa3072-pss' | 'ecdsa' | 'ed25519';
