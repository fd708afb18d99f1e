/** Every reason not to install an image: a stable code, and one sentence with the remedy. */
export const IMAGE_PROBLEMS = {
  'too-short': 'the file is too short to be an image: was the copy interrupted?',
  'bad-magic': 'the file is no MCUboot image: give the signed .bin file',
  'bad-header': 'the image header contradicts itself: build or copy the image again',
  truncated: 'the file ends before the image does: copy it again',
  'bad-tlvs': 'the trailer of the image is damaged: build or copy the image again',
  'trailing-bytes':
    'bytes follow the image, as in one padded for a programmer, which could mark itself as kept: give the file without padding',
  encrypted: 'the image is encrypted, so nobody here can check it: give the plain signed image',
  'not-bootable': 'the image says that it is not meant to be started: give the application image',
  'no-hash': 'the image does not say its own hash: sign it with imgtool',
  'wrong-hash': 'the content of the image does not match its own hash: it was changed or damaged after it was made',
  'no-keys': 'no public key is configured to check signatures: set firmware.keyFiles',
  unsigned: 'the image is not signed: sign it with a key whose public part is in firmware.keyFiles',
  'unknown-key':
    'the image is signed with a key that is not in firmware.keyFiles: use the maker’s image, or add the key',
  'bad-signature': 'the signature does not match the image: it was changed after it was signed',
  'board-unknown':
    'nobody says for which hardware the image is: sign it with the hardware TLV, or list its hash in the policy',
  'wrong-board': 'the image is for other hardware',
  'hardware-unknown':
    'the station has not said its hardware revision: wait until it has, or, where only the bootloader answers, read it off the device and give it with --hardware',
  'too-large': 'the image does not fit the slot of the station',
  older: 'the image is older than what the station runs, and the policy does not allow going back',
  'policy-unreadable': 'the firmware policy cannot be used: mend the file',
  withdrawn: 'this firmware was withdrawn',
  'below-minimum': 'this firmware is older than the policy allows',
  'not-approved': 'this firmware is not approved for the hardware',
  'other-build': 'another build of this version is approved, not this one',
  'hardware-not-listed': 'the policy says nothing about this hardware',
} as const;

export type ImageProblemCode = keyof typeof IMAGE_PROBLEMS;

export interface ImageTrouble {
  readonly code: ImageProblemCode;
  readonly message: string;
}

export function trouble(code: ImageProblemCode, more = ''): ImageTrouble {
  return { code, message: more === '' ? IMAGE_PROBLEMS[code] : `${IMAGE_PROBLEMS[code]} (${more})` };
}
