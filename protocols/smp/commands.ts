/** Every command once: where it lives and what its request and response hold. Encode and decode follow from it. */
import type {
  BootloaderInfo,
  BootloaderInfoRequest,
  Echo,
  EraseRequest,
  ImageEntry,
  ImageState,
  Nothing,
  OsInfo,
  OsInfoRequest,
  Params,
  ResetRequest,
  SetImageStateRequest,
  SlotInfo,
  SlotInfoResponse,
  UploadRequest,
  UploadResponse,
} from './messages.ts';
import { SMP_GROUP } from './packet.ts';
import { bytes, field, flag, integer, list, map, optional, type Shape, text, unsigned } from './shape.ts';

export interface SmpCommand<Request, Response> {
  readonly name: string;
  readonly op: 'read' | 'write';
  readonly group: number;
  readonly command: number;
  readonly request: Shape<Request>;
  readonly response: Shape<Response>;
}

const BYTE = 0xff;
const MOST_SLOTS = 32;
/** SHA-256 to SHA-512. */
const hash = bytes(32, 64);
const nothing = map<Nothing>({});

const os = <Q, S>(
  name: string,
  op: 'read' | 'write',
  command: number,
  request: Shape<Q>,
  response: Shape<S>,
): SmpCommand<Q, S> => ({ name, op, group: SMP_GROUP.os, command, request, response });

const image = <Q, S>(
  name: string,
  op: 'read' | 'write',
  command: number,
  request: Shape<Q>,
  response: Shape<S>,
): SmpCommand<Q, S> => ({ name, op, group: SMP_GROUP.image, command, request, response });

const imageState = map<ImageState>({
  images: field(
    'images',
    list(
      map<ImageEntry>({
        image: optional('image', unsigned(BYTE)),
        slot: field('slot', unsigned(BYTE)),
        version: field('version', text(64)),
        hash: optional('hash', hash),
        bootable: optional('bootable', flag),
        pending: optional('pending', flag),
        confirmed: optional('confirmed', flag),
        active: optional('active', flag),
        permanent: optional('permanent', flag),
      }),
      MOST_SLOTS,
    ),
  ),
  splitStatus: optional('splitStatus', integer),
});

const slotInfo = map<SlotInfo>({
  slot: field('slot', unsigned(BYTE)),
  sizeBytes: optional('size', unsigned()),
  rc: optional('rc', integer),
  uploadImage: optional('upload_image_id', unsigned(BYTE)),
});

export const SMP_COMMANDS = {
  echo: os('echo', 'write', 0, map<Echo>({ text: field('d', text()) }), map<Echo>({ text: field('r', text()) })),
  reset: os(
    'reset',
    'write',
    5,
    map<ResetRequest>({ force: optional('force', flag), bootMode: optional('boot_mode', unsigned(BYTE)) }),
    nothing,
  ),
  params: os(
    'params',
    'read',
    6,
    nothing,
    map<Params>({ bufferBytes: field('buf_size', unsigned()), bufferCount: field('buf_count', unsigned()) }),
  ),
  osInfo: os(
    'osInfo',
    'read',
    7,
    map<OsInfoRequest>({ format: optional('format', text(64)) }),
    map<OsInfo>({ output: field('output', text()) }),
  ),
  bootloaderInfo: os(
    'bootloaderInfo',
    'read',
    8,
    map<BootloaderInfoRequest>({ query: optional('query', text(64)) }),
    map<BootloaderInfo>({
      bootloader: optional('bootloader', text(64)),
      mode: optional('mode', integer),
      noDowngrade: optional('no-downgrade', flag),
    }),
  ),
  imageState: image('imageState', 'read', 0, nothing, imageState),
  setImageState: image(
    'setImageState',
    'write',
    0,
    map<SetImageStateRequest>({ hash: optional('hash', hash), confirm: optional('confirm', flag) }),
    imageState,
  ),
  upload: image(
    'upload',
    'write',
    1,
    map<UploadRequest>({
      image: optional('image', unsigned(BYTE)),
      offset: field('off', unsigned()),
      imageBytes: optional('len', unsigned()),
      fileSha256: optional('sha', bytes(0, 64)),
      data: optional('data', bytes(0, 0xffff)),
      upgradeOnly: optional('upgrade', flag),
    }),
    map<UploadResponse>({ offset: field('off', unsigned()), match: optional('match', flag) }),
  ),
  erase: image('erase', 'write', 5, map<EraseRequest>({ slot: optional('slot', unsigned(BYTE)) }), nothing),
  slotInfo: image(
    'slotInfo',
    'read',
    6,
    nothing,
    map<SlotInfoResponse>({
      images: field(
        'images',
        list(
          map<SlotInfoResponse['images'][number]>({
            image: field('image', unsigned(BYTE)),
            slots: field('slots', list(slotInfo, MOST_SLOTS)),
            maxImageBytes: optional('max_image_size', unsigned()),
          }),
          MOST_SLOTS,
        ),
      ),
    }),
  ),
} as const;

export type SmpCommandName = keyof typeof SMP_COMMANDS;
export type RequestOf<C> = C extends SmpCommand<infer Q, infer _S> ? Q : never;
export type ResponseOf<C> = C extends SmpCommand<infer _Q, infer S> ? S : never;
