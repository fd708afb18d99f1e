/**
 * What SMP's OS and image groups say, as types. README.md section 4 has the keys on the wire.
 *
 * Source: Zephyr documentation, services/device_mgmt/smp_groups/smp_group_0 and smp_group_1.
 */

/** A request or a response without fields. */
export type Nothing = Readonly<Record<never, never>>;

export interface Echo {
  readonly text: string;
}

export interface ResetRequest {
  /** Reset although the application would rather not. */
  readonly force?: boolean;
  /** 0 as usual, 1 into the bootloader's serial recovery. */
  readonly bootMode?: number;
}

/** What the device's receiver can take. */
export interface Params {
  /** Bytes of one packet, header and CBOR, in the device's buffer. */
  readonly bufferBytes: number;
  /** Requests it can hold at the same time. */
  readonly bufferCount: number;
}

export interface OsInfoRequest {
  /** `s` kernel name, `v` version, `b` build time, `m` machine, `i` board, `a` all ...; `s` when left out. */
  readonly format?: string;
}

export interface OsInfo {
  readonly output: string;
}

export interface BootloaderInfoRequest {
  /** Left out: who are you. `mode`: how images are swapped. */
  readonly query?: string;
}

export interface BootloaderInfo {
  /** `MCUboot`; left out in the answer to a query. */
  readonly bootloader?: string;
  /** See `BOOTLOADER_MODES`. */
  readonly mode?: number;
  /** An image of a lower version is not started. */
  readonly noDowngrade?: boolean;
}

/** Values of `BootloaderInfo.mode`. */
export const BOOTLOADER_MODES = {
  '-1': 'unknown',
  0: 'single application',
  1: 'swap using scratch',
  2: 'overwrite only',
  3: 'swap without scratch',
  4: 'direct XIP without revert',
  5: 'direct XIP with revert',
  6: 'RAM load',
  7: 'firmware loader',
  8: 'single application RAM load',
  9: 'swap using offset',
} as const;

/** One slot that holds an image. A bootloader in recovery leaves the flags out. */
export interface ImageEntry {
  /** Number of the image on devices with several; 0 when left out. */
  readonly image?: number;
  readonly slot: number;
  /** `major.minor.revision`, then `.build` when that is not 0. */
  readonly version: string;
  /** The image's own hash (its SHA-256 TLV), not that of the file. */
  readonly hash?: Uint8Array;
  readonly bootable?: boolean;
  /** Is started at the next reset. */
  readonly pending?: boolean;
  /** Stays after the next reset. */
  readonly confirmed?: boolean;
  /** Is running. */
  readonly active?: boolean;
  /** Pending, and confirmed as soon as it starts. */
  readonly permanent?: boolean;
}

export interface ImageState {
  readonly images: readonly ImageEntry[];
  readonly splitStatus?: number;
}

/** `confirm` false: start the image with this hash once. True: keep it; without a hash, the running one. */
export interface SetImageStateRequest {
  readonly hash?: Uint8Array;
  readonly confirm?: boolean;
}

/** The first piece of an upload has `offset` 0 and `imageBytes`; the device may answer with any offset to go on from. */
export interface UploadRequest {
  readonly image?: number;
  readonly offset: number;
  /** Bytes of the whole file; with offset 0 only. */
  readonly imageBytes?: number;
  /** SHA-256 of the whole file, by which an upload is resumed; with offset 0 only. */
  readonly fileSha256?: Uint8Array;
  readonly data?: Uint8Array;
  /** Refuse an image that is not newer than the running one; with offset 0 only. */
  readonly upgradeOnly?: boolean;
}

export interface UploadResponse {
  /** The next byte the device wants, whatever was sent. */
  readonly offset: number;
  /** With the last piece: what was stored has the `fileSha256` of the first. */
  readonly match?: boolean;
}

export interface EraseRequest {
  /** 1 when left out. */
  readonly slot?: number;
}

export interface SlotInfo {
  readonly slot: number;
  /** Left out when the device could not tell; then `rc` says why. */
  readonly sizeBytes?: number;
  readonly rc?: number;
  /** The `image` number with which this slot is uploaded to. */
  readonly uploadImage?: number;
}

export interface SlotInfoResponse {
  readonly images: readonly {
    readonly image: number;
    readonly slots: readonly SlotInfo[];
    /** Largest image that can be swapped in, when the device knows. */
    readonly maxImageBytes?: number;
  }[];
}
