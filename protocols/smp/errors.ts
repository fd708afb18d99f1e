/**
 * Every code a server refuses with: its name in Zephyr, what it means, and what to do.
 *
 * Source: Zephyr `mgmt_defines.h` (`mcumgr_err_t`), `os_mgmt.h` (`os_mgmt_err_code_t`), `img_mgmt.h`
 * (`img_mgmt_err_code_t`).
 */
import { SMP_GROUP } from './packet.ts';

export interface SmpError {
  /** `null`: a generic code (`rc`), the same for all groups. */
  readonly group: number | null;
  readonly code: number;
  /** Zephyr's name, `MGMT_ERR_ENOTSUP` or `IMG_MGMT_ERR_HASH_NOT_FOUND`; `null` for a code not in the tables. */
  readonly name: string | null;
  readonly meaning: string;
  readonly remedy: string;
  /** Free text of old servers (`rsn`). */
  readonly reason: string | null;
}

type Entry = readonly [name: string, meaning: string, remedy: string];

/** Generic codes that servers use. */
export const MGMT = {
  unknown: 1,
  noMemory: 2,
  invalid: 3,
  timeout: 4,
  noEntry: 5,
  badState: 6,
  tooLarge: 7,
  notSupported: 8,
  corrupt: 9,
  busy: 10,
  denied: 11,
  tooOld: 12,
  tooNew: 13,
} as const;

/** Codes of the image group that servers use. */
export const IMG = {
  flashConfig: 2,
  noImage: 3,
  noTlvs: 4,
  hashNotFound: 8,
  noFreeSlot: 9,
  flashRead: 11,
  flashWrite: 12,
  flashErase: 13,
  invalidSlot: 14,
  invalidOffset: 20,
  invalidLength: 21,
  invalidHeader: 22,
  badMagic: 23,
  invalidHash: 24,
  currentIsNewer: 27,
  alreadyPending: 28,
  tooLarge: 30,
  dataOverrun: 31,
  confirmDenied: 32,
  testOfActive: 33,
} as const;

const RETRY = 'Try again; if it stays, read the slots and the log of the device.';
const FLASH = 'Try again; if it stays, the flash of the device is worn or damaged: take the station out of use.';
const WRONG_FILE = 'Check that the file is a signed MCUboot image for this hardware, and upload it again.';

const GENERIC: Readonly<Record<number, Entry>> = {
  1: ['MGMT_ERR_EUNKNOWN', 'the device failed and does not say why', RETRY],
  2: ['MGMT_ERR_ENOMEM', 'the device has no memory left for this request', 'Wait a moment, or send smaller pieces.'],
  3: [
    'MGMT_ERR_EINVAL',
    'the device found a value in the request that it cannot take',
    'Check size and offset; an image that is too large for its slot is refused in this way by a bootloader.',
  ],
  4: ['MGMT_ERR_ETIMEOUT', 'the device gave up waiting for one of its own parts', RETRY],
  5: ['MGMT_ERR_ENOENT', 'what the request names is not there', 'Read the slots again: the image may be gone.'],
  6: [
    'MGMT_ERR_EBADSTATE',
    'the device cannot do this in its present state',
    'Read the slots; reset the device when an image is waiting for it.',
  ],
  7: ['MGMT_ERR_EMSGSIZE', "the answer does not fit the device's buffer", 'Ask for less at a time.'],
  8: [
    'MGMT_ERR_ENOTSUP',
    'the device does not have this command',
    'This firmware, or its bootloader, was built without it; use another way.',
  ],
  9: ['MGMT_ERR_ECORRUPT', 'what the device received or stored is damaged', 'Erase the slot and upload again.'],
  10: ['MGMT_ERR_EBUSY', 'the device is busy with something else', 'Wait and try again.'],
  11: [
    'MGMT_ERR_EACCESSDENIED',
    'the device does not allow this',
    'Its application refuses at present; finish what it is doing.',
  ],
  12: [
    'MGMT_ERR_UNSUPPORTED_TOO_OLD',
    'the request is in an older version of SMP than the device takes',
    'Send version 1.',
  ],
  13: [
    'MGMT_ERR_UNSUPPORTED_TOO_NEW',
    'the request is in a newer version of SMP than the device knows',
    'Send version 1 or 0.',
  ],
};

const OS: Readonly<Record<number, Entry>> = {
  1: ['OS_MGMT_ERR_UNKNOWN', 'the device failed and does not say why', RETRY],
  2: ['OS_MGMT_ERR_INVALID_FORMAT', 'the format asked for is not known', 'Use the letters of the format list.'],
  3: [
    'OS_MGMT_ERR_QUERY_YIELDS_NO_ANSWER',
    'the bootloader was asked something it has no answer to',
    'Ask without a query.',
  ],
  4: ['OS_MGMT_ERR_RTC_NOT_SET', 'the clock of the device is not set', 'Set it first.'],
  5: ['OS_MGMT_ERR_RTC_COMMAND_FAILED', 'the clock of the device did not obey', RETRY],
  6: [
    'OS_MGMT_ERR_QUERY_RESPONSE_VALUE_NOT_VALID',
    'the bootloader has no valid answer to the query',
    'Ask without a query.',
  ],
};

const IMAGE: Readonly<Record<number, Entry>> = {
  1: ['IMG_MGMT_ERR_UNKNOWN', 'the device failed and does not say why', RETRY],
  2: ['IMG_MGMT_ERR_FLASH_CONFIG_QUERY_FAIL', 'the device cannot tell how its flash is laid out', FLASH],
  3: ['IMG_MGMT_ERR_NO_IMAGE', 'there is no image in the slot', 'Upload one first.'],
  4: ['IMG_MGMT_ERR_NO_TLVS', 'the image in the slot has no trailer with hash and signature', WRONG_FILE],
  5: ['IMG_MGMT_ERR_INVALID_TLV', "the image's trailer has an entry that cannot be", WRONG_FILE],
  6: ['IMG_MGMT_ERR_TLV_MULTIPLE_HASHES_FOUND', 'the image says more than one hash of itself', WRONG_FILE],
  7: ['IMG_MGMT_ERR_TLV_INVALID_SIZE', "the image's trailer is longer or shorter than it says", WRONG_FILE],
  8: [
    'IMG_MGMT_ERR_HASH_NOT_FOUND',
    'no slot holds an image with this hash',
    'Read the slots: the upload did not finish, or it was another image.',
  ],
  9: [
    'IMG_MGMT_ERR_NO_FREE_SLOT',
    'no slot is free for the upload',
    'Confirm or revert the image that is waiting, then erase the slot.',
  ],
  10: ['IMG_MGMT_ERR_FLASH_OPEN_FAILED', 'the device could not open its flash', FLASH],
  11: ['IMG_MGMT_ERR_FLASH_READ_FAILED', 'the device could not read its flash', FLASH],
  12: ['IMG_MGMT_ERR_FLASH_WRITE_FAILED', 'the device could not write its flash', FLASH],
  13: ['IMG_MGMT_ERR_FLASH_ERASE_FAILED', 'the device could not erase its flash', FLASH],
  14: [
    'IMG_MGMT_ERR_INVALID_SLOT',
    'the slot does not exist, or must not be changed',
    'Read the slot information and name another slot.',
  ],
  15: [
    'IMG_MGMT_ERR_NO_FREE_MEMORY',
    'the device has no memory left for this request',
    'Wait a moment, or send smaller pieces.',
  ],
  16: ['IMG_MGMT_ERR_FLASH_CONTEXT_ALREADY_SET', 'an upload is already under way', 'Finish it, or reset the device.'],
  17: ['IMG_MGMT_ERR_FLASH_CONTEXT_NOT_SET', 'no upload is under way', 'Begin again at offset 0.'],
  18: ['IMG_MGMT_ERR_FLASH_AREA_DEVICE_NULL', 'the device has no flash behind the slot', FLASH],
  19: ['IMG_MGMT_ERR_INVALID_PAGE_OFFSET', 'an offset lies outside the flash', 'Begin again at offset 0.'],
  20: ['IMG_MGMT_ERR_INVALID_OFFSET', 'the offset is missing or cannot be', 'Begin again at offset 0.'],
  21: [
    'IMG_MGMT_ERR_INVALID_LENGTH',
    'the first piece does not say how long the image is',
    'Send the length with offset 0.',
  ],
  22: [
    'IMG_MGMT_ERR_INVALID_IMAGE_HEADER',
    'the first piece is too short to hold an image header',
    'Send at least 32 bytes with offset 0.',
  ],
  23: ['IMG_MGMT_ERR_INVALID_IMAGE_HEADER_MAGIC', 'the file does not begin like an MCUboot image', WRONG_FILE],
  24: [
    'IMG_MGMT_ERR_INVALID_HASH',
    'the hash in the request has the wrong length',
    'Send the SHA-256 of the file, 32 bytes.',
  ],
  25: [
    'IMG_MGMT_ERR_INVALID_FLASH_ADDRESS',
    'the image is linked for another address than its slot',
    'Take the image built for this slot.',
  ],
  26: ['IMG_MGMT_ERR_VERSION_GET_FAILED', 'the device cannot read the version it runs', RETRY],
  27: [
    'IMG_MGMT_ERR_CURRENT_VERSION_IS_NEWER',
    'the device already runs this version or a newer one',
    'Nothing to do; to go back on purpose, upload without the upgrade-only flag.',
  ],
  28: [
    'IMG_MGMT_ERR_IMAGE_ALREADY_PENDING',
    'an image is already waiting for the next reset',
    'Reset the device first.',
  ],
  29: ['IMG_MGMT_ERR_INVALID_IMAGE_VECTOR_TABLE', 'the image has no valid start address', WRONG_FILE],
  30: [
    'IMG_MGMT_ERR_INVALID_IMAGE_TOO_LARGE',
    'the image is larger than its slot',
    'Take the image built for this hardware.',
  ],
  31: [
    'IMG_MGMT_ERR_INVALID_IMAGE_DATA_OVERRUN',
    'more bytes came than the first piece announced',
    'Begin again at offset 0.',
  ],
  32: [
    'IMG_MGMT_ERR_IMAGE_CONFIRMATION_DENIED',
    'the application does not allow its image to be confirmed',
    'Its self-test has not passed: let it revert.',
  ],
  33: [
    'IMG_MGMT_ERR_IMAGE_SETTING_TEST_TO_ACTIVE_DENIED',
    'the image to be tested is the one that runs',
    'Nothing to do: this image is already active.',
  ],
  34: ['IMG_MGMT_ERR_ACTIVE_SLOT_NOT_KNOWN', 'the device cannot tell which slot it runs from', RETRY],
};

const BY_GROUP: Readonly<Record<number, Readonly<Record<number, Entry>>>> = {
  [SMP_GROUP.os]: OS,
  [SMP_GROUP.image]: IMAGE,
};

/** All codes of the tables: `group` `null` for the generic ones. */
export function knownErrors(): SmpError[] {
  const all: SmpError[] = [];
  for (const [group, table] of [
    [null, GENERIC],
    [SMP_GROUP.os, OS],
    [SMP_GROUP.image, IMAGE],
  ] as const) {
    for (const code of Object.keys(table)) all.push(smpError(group, Number(code), null));
  }
  return all;
}

/** Explains a code; one that is not in the tables is told as such. */
export function smpError(group: number | null, code: number, reason: string | null): SmpError {
  const [name, meaning, remedy] = (group === null ? GENERIC : BY_GROUP[group])?.[code] ?? [
    null,
    group === null ? `generic code ${code}, not known here` : `code ${code} of group ${group}, not known here`,
    "Look it up in the documentation of the device's firmware.",
  ];
  return { group, code, name, meaning, remedy, reason };
}

/** One line for a person: `IMG_MGMT_ERR_NO_IMAGE (1/3): there is no image in the slot`. */
export function errorText({ group, code, name, meaning, reason }: SmpError): string {
  const place = group === null ? String(code) : `${group}/${code}`;
  const said = reason === null ? '' : ` ("${reason}")`;
  return name === null ? `${meaning}${said}` : `${name} (${place}): ${meaning}${said}`;
}
