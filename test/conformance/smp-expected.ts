/**
 * What every packet of the SMP vectors means, written by hand from the documentation and the description beside each
 * capture. Requests by the host are definite CBOR, answers of Zephyr indefinite, as captured.
 */
import type {
  EraseRequest,
  ImageEntry,
  RequestOf,
  ResponseOf,
  SMP_COMMANDS,
  SmpCommandName,
  UploadRequest,
} from '../../protocols/smp/index.ts';

type Commands = typeof SMP_COMMANDS;
/** `command` null: the packet names a place where no declared command lives; reset's fields are expected there. */
export type Expected =
  | { readonly kind: 'request'; readonly command: SmpCommandName; readonly value: object; readonly form?: 'indefinite' }
  | {
      readonly kind: 'response';
      readonly command: SmpCommandName | null;
      readonly value: object;
      readonly rc?: 'always';
      readonly form?: 'definite';
    }
  | {
      readonly kind: 'refusal';
      readonly command: SmpCommandName | null;
      readonly group: number | null;
      readonly code: number;
    };

const request = <N extends SmpCommandName>(command: N, value: RequestOf<Commands[N]>): Expected => ({
  kind: 'request',
  command,
  value,
});
const response = <N extends SmpCommandName>(command: N, value: ResponseOf<Commands[N]>, rc?: 'always'): Expected => ({
  kind: 'response',
  command,
  value,
  ...(rc ? { rc } : {}),
});
const refusal = (command: SmpCommandName | null, group: number | null, code: number): Expected => ({
  kind: 'refusal',
  command,
  group,
  code,
});

export const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));

/** The images in the captures: their own hashes, and the SHA-256 of the files. */
const MPS2 = hex('18779b16a62c10405e239b096eae0c54c8b097a260978b21b4cec75f149a617e');
const MPS2_FILE = hex('7fe9223179f723b5599bb17f93ea3323c0dd17c9c1b034ed9403b72d16c2f9b1');
const BIT_OLD = hex('1baa222074cc805faf4e09846d2377886b1e5ef7cfccd9eac1554d82d9aa9d5a');
const BIT_OLD_FILE = hex('e96f3b40d10418018caa1c3f9776d3bbdd542f5612e3caad3a223bb0b2a24c54');
const BIT_NEW = hex('f3a3210b8f68e945f0c1c7ed1ad10cd3aa6f63617a0eada429b14f56c8a04c2e');
const BIT_NEW_FILE = hex('aee6324c552f5046711e4c7733bfadb72d4b092d7e9442253bcbcef07a82fbfd');
const BIT_TAMPERED_FILE = hex('20f53498dcebe7c6aa446f272c3e5286bbfd93e917810420305ead076a8511df');
const NO_HASH = new Uint8Array(32);

type Flags = 'active' | 'confirmed' | 'pending';
const slot = (number: number, version: string, hash: Uint8Array, ...flags: Flags[]): ImageEntry => ({
  slot: number,
  version,
  hash,
  bootable: true,
  pending: flags.includes('pending'),
  confirmed: flags.includes('confirmed'),
  active: flags.includes('active'),
  permanent: false,
});
const images = (...entries: ImageEntry[]) => ({ images: entries, splitStatus: 0 });
const slots = (sizeBytes: number) => ({
  images: [
    {
      image: 0,
      slots: [
        { slot: 0, sizeBytes },
        { slot: 1, sizeBytes, uploadImage: 0 },
      ],
    },
  ],
});
/** A bootloader names version after hash and tells no flags. */
const recovery = {
  images: [
    { slot: 0, hash: MPS2, version: '0.0.0' },
    { slot: 1, hash: MPS2, version: '0.0.0' },
  ],
};
const mps2First = { offset: 0, imageBytes: 132_476, fileSha256: MPS2_FILE };
const bitFirst = (fileSha256: Uint8Array) => ({ offset: 0, imageBytes: 49_692, fileSha256 });
const none: EraseRequest = {};

/** Uploads: the data is not written down here but cut out of the packet, `after` bytes before its end. */
export interface DataAt {
  readonly bytes: number;
  readonly after: number;
}
const upload = (value: UploadRequest, bytes: number, after = 0): readonly [Expected, DataAt] => [
  request('upload', after === 0 ? value : { ...value, upgradeOnly: true }),
  { bytes, after },
];
/** `upgrade: true` behind the data: 67 "upgrade" F5. */
const UPGRADE = 9;

export const EXPECTED: Readonly<Record<string, Expected | readonly [Expected, DataAt]>> = {
  one_chunk_exact_127: {
    kind: 'response',
    command: 'echo',
    value: { text: '123456789012345678901234567890123456789012345678901234567890123456789012345' },
    form: 'definite',
  },
  zephyr1_echo_rsp: response('echo', { text: 'hello' }),
  zephyr1_mcumgr_params_req: request('params', {}),
  zephyr1_bootloader_info_req: request('bootloaderInfo', {}),
  zephyr1_os_info_rsp: response('osInfo', {
    output: 'Zephyr unknown f33aa2bc4a43 4.4.99 Wed Jun 24 22:06:45 2026 arm cortex-m3 mps2/an385 Zephyr',
  }),
  zephyr1_image_list_rsp: response('imageState', images(slot(0, '0.0.0', MPS2, 'active', 'confirmed'))),
  zephyr1_slot_info_rsp: response('slotInfo', slots(524_288)),
  zephyr1_image_list_v1_req: request('imageState', {}),
  zephyr1_image_list_v1_rsp: response('imageState', images(slot(0, '0.0.0', MPS2, 'active', 'confirmed'))),
  zephyr1_test_bad_hash_v1_rsp: refusal('setImageState', null, 8),
  zephyr1_unknown_group_rsp: refusal(null, null, 8),
  zephyr2_upload_garbage_no_magic_req: upload(
    { offset: 0, imageBytes: 1000, fileSha256: new Uint8Array(32).fill(1) },
    200,
  ),
  zephyr2_upload_garbage_no_magic_rsp: refusal('upload', 1, 23),
  zephyr2_upload_too_big_req: upload({ offset: 0, imageBytes: 9_437_184, fileSha256: MPS2_FILE }, 200),
  zephyr2_upload_too_big_rsp: refusal('upload', 1, 30),
  zephyr2_upload_upgrade_same_version_req: upload(mps2First, 200, UPGRADE),
  zephyr2_erase_req: request('erase', none),
  zephyr2_upload_first_req: upload(mps2First, 256),
  zephyr2_upload_first_rsp: response('upload', { offset: 256 }),
  zephyr2_upload_wrong_off_req: upload({ offset: 1024 }, 256),
  zephyr2_upload_dup_off_req: upload({ offset: 256 }, 256),
  zephyr2_upload_dup_off_rsp: response('upload', { offset: 512 }),
  zephyr2_upload_resume_same_sha_req: upload(mps2First, 256),
  zephyr2_upload_chunk_0_rsp: response('upload', { offset: 768 }),
  zephyr2_image_list_after_upload_req: request('imageState', {}),
  zephyr2_image_list_after_upload_rsp: response(
    'imageState',
    images(slot(0, '0.0.0', MPS2, 'active', 'confirmed'), slot(1, '0.0.0', MPS2)),
  ),
  zephyr2_set_test_badhash_req: request('setImageState', { hash: NO_HASH }),
  zephyr2_set_test_badhash_rsp: refusal('setImageState', null, 8),
  zephyr3_reset_boot_mode_1_rsp: response('reset', {}),
  zephyr3_recovery_image_list_rsp: response('imageState', recovery),
  zephyr3_recovery_params_rsp: response('params', { bufferBytes: 1024, bufferCount: 1 }),
  zephyr3_recovery_echo_req: request('echo', { text: 'hi' }),
  zephyr3_recovery_image_list_v1_rsp: response('imageState', recovery),
  zephyr3_recovery_slot_info_req: request('slotInfo', {}),
  zephyr3_recovery_upload_first_req: upload({ image: 0, ...mps2First }, 512),
  zephyr3_recovery_upload_first_rsp: response('upload', { offset: 512 }, 'always'),
  zephyr3_recovery_upload_wrong_off_rsp: response('upload', { offset: 1024 }, 'always'),
  zephyr3_recovery_upload_too_big_req: upload({ image: 0, offset: 0, imageBytes: 9_437_184 }, 100),
  zephyr3_recovery_reset_rsp: response('reset', {}, 'always'),
  zephyr3_echo_after_recovery_rsp: response('echo', { text: 'back' }),
  zephyr4_echo_req: request('echo', { text: 'hello' }),
  zephyr4_echo_rsp: response('echo', { text: 'hello' }),
  zephyr4_mcumgr_params_rsp: response('params', { bufferBytes: 384, bufferCount: 4 }),
  zephyr4_image_list_rsp: response('imageState', images(slot(0, '0.0.0', BIT_OLD, 'active', 'confirmed'))),
  zephyr4_slot_info_req: request('slotInfo', {}),
  zephyr4_slot_info_rsp: response('slotInfo', slots(106_496)),
  zephyr4_bootloader_info_req: request('bootloaderInfo', {}),
  zephyr4_bootloader_info_rsp: refusal('bootloaderInfo', null, 8),
  zephyr4_bootloader_mode_rsp: refusal('bootloaderInfo', null, 8),
  zephyr4_upload_first_req: upload(bitFirst(BIT_OLD_FILE), 96),
  zephyr4_upload_first_rsp: response('upload', { offset: 96 }),
  zephyr4_image_list_after_upload_req: request('imageState', {}),
  zephyr4_image_list_after_upload_rsp: response(
    'imageState',
    images(slot(0, '0.0.0', BIT_OLD, 'active', 'confirmed'), slot(1, '0.0.0', BIT_OLD)),
  ),
  zephyr4_set_state_bad_hash_req: request('setImageState', { hash: NO_HASH, confirm: false }),
  zephyr4_image_test_rsp: refusal('setImageState', 1, 33),
  zephyr4_erase_while_pending_req: request('erase', none),
  zephyr4_erase_while_pending_rsp: response('erase', {}),
  zephyr4_reset_req: request('reset', {}),
  zephyr4_reset_rsp: response('reset', {}),
  zephyr5_upload_first_upgrade_req: upload(bitFirst(BIT_NEW_FILE), 96, UPGRADE),
  zephyr5_upload_first_upgrade_rsp: response('upload', { offset: 96 }),
  zephyr5_upload_last_rsp: response('upload', { offset: 49_692 }),
  zephyr5_list_after_upload_req: request('imageState', {}),
  zephyr5_image_test_rsp: response(
    'setImageState',
    images(slot(0, '0.0.0', BIT_OLD, 'active', 'confirmed'), slot(1, '1.2.3.4', BIT_NEW, 'pending')),
  ),
  zephyr5_erase_while_pending_rsp: response('erase', {}),
  zephyr5_reset_rsp: response('reset', {}),
  zephyr5_list_after_swap_req: request('imageState', {}),
  zephyr5_confirm_running_req: request('setImageState', { confirm: true }),
  zephyr5_list_after_confirm_req: request('imageState', {}),
  zephyr5_list_after_confirm_rsp: response('imageState', images(slot(0, '0.0.0', BIT_OLD, 'active', 'confirmed'))),
  zephyr6_echo_rsp: response('echo', { text: 'hello' }),
  zephyr6_upload_first_req: upload(bitFirst(BIT_NEW_FILE), 96),
  zephyr6_upload_first_rsp: response('upload', { offset: 96 }),
  zephyr6_image_test_req: request('setImageState', { hash: BIT_NEW, confirm: false }),
  zephyr6_image_test_rsp: response(
    'setImageState',
    images(slot(0, '0.0.0', BIT_OLD, 'active', 'confirmed'), slot(1, '1.2.3.4', BIT_NEW, 'pending')),
  ),
  zephyr6_image_test_again_req: request('setImageState', { hash: BIT_NEW, confirm: false }),
  zephyr6_reset_req: request('reset', {}),
  zephyr6_reset_rsp: response('reset', {}),
  zephyr6_list_after_swap_req: request('imageState', {}),
  zephyr6_list_after_swap_rsp: response(
    'imageState',
    images(slot(0, '1.2.3.4', BIT_NEW, 'active'), slot(1, '0.0.0', BIT_OLD, 'confirmed')),
  ),
  zephyr6_confirm_running_rsp: response('setImageState', images(slot(0, '1.2.3.4', BIT_NEW, 'active', 'confirmed'))),
  zephyr7_echo_req: request('echo', { text: 'hello' }),
  zephyr7_tampered_upload_first_req: upload(bitFirst(BIT_TAMPERED_FILE), 96),
  zephyr7_tampered_list_req: request('imageState', {}),
  // smp-packet.jsonl
  upload_next_req: {
    kind: 'request',
    command: 'upload',
    value: { offset: 12, data: hex('3031323334353637') },
    form: 'indefinite',
  },
  upload_rsp_rc1_nooff: refusal('upload', null, 1),
  reset_rsp_ok: { kind: 'response', command: null, value: {}, rc: 'always' },
  reset_rsp_enotsup: refusal(null, null, 8),
  image_list_rsp: {
    kind: 'response',
    command: 'imageState',
    form: 'definite',
    value: {
      images: [true, false].map((current, number) => ({
        slot: number,
        version: '1.2.3',
        hash: Uint8Array.from({ length: 32 }, (_, i) => i),
        bootable: true,
        permanent: current,
        confirmed: current,
        active: current,
        pending: false,
      })),
    },
  },
};
