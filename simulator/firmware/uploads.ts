/**
 * Receives an image piece by piece, as Zephyr's `img_mgmt` and MCUboot's recovery do. The device says which byte it wants;
 * whoever sends follows.
 */
import type { UploadRequest } from '../../protocols/smp/index.ts';
import { IMG, MGMT } from '../../protocols/smp/index.ts';
import { compareVersions, HEADER_BYTES, parseImageHeader } from '../../protocols/smp/mcuboot/index.ts';
import type { FirmwareFaults } from './faults.ts';
import { type Flash, SECTOR_BYTES, type Slot } from './flash.ts';

export interface FlashTiming {
  readonly eraseMsPerSector: number;
  readonly writeMsPerKiB: number;
}

/** `error`: a code of the image group. `offset`: the byte wanted next. `tookMs`: time the flash took. */
export type UploadOutcome =
  | { readonly kind: 'taken'; readonly offset: number; readonly tookMs: number; readonly complete: boolean }
  | { readonly kind: 'refused'; readonly error: number; readonly tookMs: number };

/** Lives in RAM: a reset forgets it, and what was written must be written again. */
export class Uploads {
  readonly #flash: Flash;
  readonly #faults: FirmwareFaults;
  readonly #timing: FlashTiming;
  #slot: Slot | null = null;
  #length = 0;
  #offset = 0;
  #sha: Uint8Array = new Uint8Array(0);

  constructor(flash: Flash, faults: FirmwareFaults, timing: FlashTiming) {
    this.#flash = flash;
    this.#faults = faults;
    this.#timing = timing;
  }

  get underWay(): boolean {
    return this.#slot !== null;
  }

  forget(): void {
    this.#slot = null;
    this.#offset = 0;
    this.#length = 0;
  }

  /** In the application: to the second slot. */
  toSecondary(request: UploadRequest): UploadOutcome {
    if (request.offset !== 0) return this.#continue(request);
    const { imageBytes, fileSha256 = new Uint8Array(0), data = new Uint8Array(0) } = request;
    if (imageBytes === undefined) return refuse(IMG.invalidLength);
    if (data.length < HEADER_BYTES) return refuse(IMG.invalidHeader);
    const header = parseImageHeader(data);
    if ('kind' in header) return refuse(header.problem === 'bad-magic' ? IMG.badMagic : IMG.invalidHeader);
    if (fileSha256.length > 32) return refuse(IMG.invalidHash);
    if (this.#isSame(fileSha256)) return taken(this.#offset);
    if (this.#flash.secondaryInUse) return refuse(IMG.noFreeSlot);
    if (imageBytes > this.#flash.slotBytes) return refuse(IMG.tooLarge);
    const running = this.#flash.primary.image;
    if (request.upgradeOnly && running && compareVersions(header.version, running.version) <= 0) {
      return refuse(IMG.currentIsNewer);
    }
    return this.#begin(this.#flash.secondary, request, imageBytes, fileSha256);
  }

  /** In recovery: over the image that would be started. Errors are generic codes. */
  toPrimary(request: UploadRequest): UploadOutcome {
    if (request.offset !== 0) return this.#continue(request);
    const { imageBytes, fileSha256 = new Uint8Array(0) } = request;
    if (imageBytes === undefined || imageBytes > this.#flash.slotBytes) return refuse(MGMT.invalid);
    if (this.#isSame(fileSha256)) return taken(this.#offset);
    return this.#begin(this.#flash.primary, request, imageBytes, fileSha256);
  }

  #isSame(sha: Uint8Array): boolean {
    return this.#slot !== null && sha.length > 0 && Buffer.from(sha).equals(this.#sha);
  }

  #begin(slot: Slot, request: UploadRequest, length: number, sha: Uint8Array): UploadOutcome {
    this.forget();
    let tookMs = 0;
    if (slot.isDirty || this.#faults.eraseMs !== null) {
      const erased = this.erase(slot);
      if (typeof erased !== 'number') return erased;
      tookMs = erased;
    }
    if (slot === this.#flash.secondary) this.#flash.pending = 'none';
    slot.open(length);
    this.#slot = slot;
    this.#length = length;
    this.#sha = Uint8Array.from(sha);
    return this.#write(request, tookMs);
  }

  #continue(request: UploadRequest): UploadOutcome {
    if (this.#slot === null || request.offset !== this.#offset) return taken(this.#offset);
    if (request.offset + (request.data?.length ?? 0) > this.#length) {
      this.forget();
      return refuse(IMG.dataOverrun);
    }
    return this.#write(request, 0);
  }

  #write({ data = new Uint8Array(0) }: UploadRequest, before: number): UploadOutcome {
    const slot = this.#slot as Slot;
    if (this.#offset + data.length > this.#length) {
      this.forget();
      return refuse(IMG.dataOverrun, before);
    }
    const tookMs = before + (data.length / 1024) * this.#timing.writeMsPerKiB;
    if (this.#faults.strikes('flash-write')) {
      this.forget();
      return refuse(IMG.flashWrite, tookMs);
    }
    slot.write(this.#offset, data.subarray(0, data.length >> 1));
    this.#faults.step('write');
    slot.write(this.#offset, data);
    this.#offset += data.length;
    this.#faults.step('written');
    const offset = this.#offset;
    const complete = offset === this.#length;
    if (complete) this.forget();
    return { kind: 'taken', offset, tookMs, complete };
  }

  /** ms it took, or why it did not work. */
  erase(slot: Slot): number | Extract<UploadOutcome, { kind: 'refused' }> {
    const sectors = Math.ceil((slot.isDirty ? this.#flash.slotBytes : 0) / SECTOR_BYTES);
    const tookMs = this.#faults.eraseMs ?? sectors * this.#timing.eraseMsPerSector;
    if (this.#faults.has('flash-erase')) return { kind: 'refused', error: IMG.flashErase, tookMs };
    slot.spoil();
    this.#faults.step('erase');
    slot.erase();
    return tookMs;
  }
}

function refuse(error: number, tookMs = 0): Extract<UploadOutcome, { kind: 'refused' }> {
  return { kind: 'refused', error, tookMs };
}

function taken(offset: number): UploadOutcome {
  return { kind: 'taken', offset, tookMs: 0, complete: false };
}
