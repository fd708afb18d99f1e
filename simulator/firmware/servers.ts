/**
 * The two SMP servers of a station: the application's, as in Zephyr, and the boot loader's in recovery. What they answer
 * is as captured from real ones (`test/unit/simulator/firmware-captures.test.ts`), down to which success has `rc` 0.
 */
import {
  type EraseRequest,
  IMG,
  type ImageEntry,
  type ImageState,
  MGMT,
  type Params,
  type ResetRequest,
  type SetImageStateRequest,
  type SlotInfoResponse,
  SMP_GROUP,
  type SmpCommandName,
  type UploadRequest,
} from '../../protocols/smp/index.ts';
import { versionText } from '../../protocols/smp/mcuboot/index.ts';
import type { FirmwareFaults } from './faults.ts';
import type { Flash, Slot } from './flash.ts';
import type { UploadOutcome, Uploads } from './uploads.ts';

export type Answer = (
  | { readonly kind: 'value'; readonly value: object; readonly rc?: 'always' }
  | { readonly kind: 'error'; readonly group: number | null; readonly code: number; readonly inVersion0?: number }
) & { readonly tookMs?: number; readonly resetTo?: 'application' | 'recovery' };

export interface Server {
  readonly params: Params;
  answer(command: SmpCommandName, request: unknown): Answer;
}

const value = (fields: object, more: Partial<Extract<Answer, { kind: 'value' }>> = {}): Answer => ({
  kind: 'value',
  value: fields,
  ...more,
});
const generic = (code: number): Answer => ({ kind: 'error', group: null, code });

/** What version 0 says in place of a code of the image group, as Zephyr translates them. */
const IN_VERSION_0: Readonly<Record<number, number>> = {
  [IMG.noImage]: MGMT.noEntry,
  [IMG.noTlvs]: MGMT.noEntry,
  [IMG.noFreeSlot]: MGMT.badState,
  [IMG.currentIsNewer]: MGMT.badState,
  [IMG.alreadyPending]: MGMT.badState,
  [IMG.invalidSlot]: MGMT.invalid,
  [IMG.invalidOffset]: MGMT.invalid,
  [IMG.invalidLength]: MGMT.invalid,
  [IMG.invalidHeader]: MGMT.invalid,
  [IMG.invalidHash]: MGMT.invalid,
};

const imageError = (code: number, tookMs = 0): Answer => ({
  kind: 'error',
  group: SMP_GROUP.image,
  code,
  inVersion0: IN_VERSION_0[code] ?? MGMT.unknown,
  tookMs,
});

interface Parts {
  readonly flash: Flash;
  readonly uploads: Uploads;
  readonly faults: FirmwareFaults;
  readonly params: Params;
}

export function applicationServer({ flash, uploads, faults, params }: Parts): Server {
  const answers: Partial<Record<SmpCommandName, (request: never) => Answer>> = {
    echo: ({ text }: { text: string }) => value({ text }),
    params: () => value(params),
    osInfo: ({ format = 's' }: { format?: string }) => value({ output: systemText(flash, format) }),
    bootloaderInfo: ({ query }: { query?: string }) => bootloaderAnswer(query),
    reset: ({ bootMode }: ResetRequest) => value({}, { resetTo: bootMode === 1 ? 'recovery' : 'application' }),
    imageState: () => value(listImages(flash)),
    setImageState: (request: SetImageStateRequest) => setImageState(flash, faults, request),
    upload: (request: UploadRequest) => uploadAnswer(uploads.toSecondary(request), imageError),
    erase: (request: EraseRequest) => erase(flash, uploads, request),
    slotInfo: () => value(slotInfo(flash)),
  };
  return {
    params,
    answer: (command, request) => answers[command]?.(request as never) ?? generic(MGMT.notSupported),
  };
}

export function recoveryServer({ flash, uploads, params }: Parts): Server {
  const inRecovery = (code: number, tookMs = 0): Answer => ({
    ...generic(code === IMG.dataOverrun || code === MGMT.invalid ? MGMT.invalid : MGMT.unknown),
    tookMs,
  });
  const answers: Partial<Record<SmpCommandName, (request: never) => Answer>> = {
    params: () => value(params),
    reset: () => value({}, { resetTo: 'application', rc: 'always' }),
    imageState: () => value({ images: slotsOf(flash).flatMap(([slot, number]) => recoveryEntry(slot, number)) }),
    // `rc` 0 with these two only: captured so.
    upload: (request: UploadRequest) => ({ ...uploadAnswer(uploads.toPrimary(request), inRecovery), rc: 'always' }),
  };
  return {
    params,
    answer: (command, request) => answers[command]?.(request as never) ?? generic(MGMT.notSupported),
  };
}

const slotsOf = (flash: Flash): [Slot, number][] => [
  [flash.primary, 0],
  [flash.secondary, 1],
];

function listImages(flash: Flash): ImageState {
  const images = slotsOf(flash).flatMap(([slot, number]): ImageEntry[] => {
    const { image } = slot;
    if (image === null || image.hash === null) return [];
    const isPrimary = number === 0;
    const pending = isPrimary ? 'none' : flash.pending;
    return [
      {
        slot: number,
        version: versionText(image.version),
        hash: image.hash.value,
        bootable: true,
        pending: pending !== 'none',
        confirmed: isPrimary ? flash.confirmed : flash.secondaryInUse,
        active: isPrimary,
        permanent: pending === 'permanent',
      },
    ];
  });
  return { images, splitStatus: 0 };
}

function recoveryEntry({ image }: Slot, number: number): ImageEntry[] {
  if (image === null || image.hash === null) return [];
  return [{ slot: number, hash: image.hash.value, version: versionText(image.version) }];
}

function slotInfo({ slotBytes }: Flash): SlotInfoResponse {
  return {
    images: [
      {
        image: 0,
        slots: [
          { slot: 0, sizeBytes: slotBytes },
          { slot: 1, sizeBytes: slotBytes, uploadImage: 0 },
        ],
      },
    ],
  };
}

function setImageState(flash: Flash, faults: FirmwareFaults, request: SetImageStateRequest): Answer {
  const { hash, confirm = false } = request;
  if (hash === undefined) return confirm ? confirmRunning(flash, faults) : imageError(IMG.invalidHash);
  const named = slotsOf(flash).find(([slot]) => slot.image?.hash && Buffer.from(hash).equals(slot.image.hash.value));
  if (named === undefined) return imageError(IMG.hashNotFound);
  if (named[1] === 0) return confirm ? confirmRunning(flash, faults) : imageError(IMG.testOfActive);
  if (flash.secondaryInUse) return imageError(IMG.alreadyPending);
  faults.step('mark');
  flash.pending = confirm ? 'permanent' : 'test';
  faults.step('marked');
  return value(listImages(flash));
}

function confirmRunning(flash: Flash, faults: FirmwareFaults): Answer {
  if (faults.has('confirm-denied')) return imageError(IMG.confirmDenied);
  if (!flash.confirmed) {
    faults.step('confirm');
    flash.confirmed = true;
    flash.canRevert = false;
    // Captured: the old image is no longer listed once there is no way back to it.
    flash.secondary.erase();
    faults.step('confirmed');
  }
  return value(listImages(flash));
}

function erase(flash: Flash, uploads: Uploads, { slot = 1 }: EraseRequest): Answer {
  if (slot > 1) return imageError(IMG.invalidSlot);
  if (slot === 0 || flash.secondaryInUse) return imageError(IMG.noFreeSlot);
  uploads.forget();
  const erased = uploads.erase(flash.secondary);
  if (typeof erased !== 'number') return imageError(erased.error, erased.tookMs);
  flash.pending = 'none';
  return value({}, { tookMs: erased });
}

function uploadAnswer(outcome: UploadOutcome, refuse: (code: number, tookMs: number) => Answer): Answer {
  if (outcome.kind === 'refused') return refuse(outcome.error, outcome.tookMs);
  return value({ offset: outcome.offset }, { tookMs: outcome.tookMs });
}

/** Swap using offset: MCUboot's mode 9. */
function bootloaderAnswer(query: string | undefined): Answer {
  if (query === undefined) return value({ bootloader: 'MCUboot' });
  if (query === 'mode') return value({ mode: 9 });
  return { kind: 'error', group: SMP_GROUP.os, code: 3, inVersion0: MGMT.unknown };
}

/** `s` as Zephyr's default; anything more than that is one line, too. */
function systemText({ primary }: Flash, format: string): string {
  const version = primary.image === null ? 'unknown' : versionText(primary.image.version);
  return format === 's' ? 'Simulated' : `Simulated refill-station ${version}`;
}
