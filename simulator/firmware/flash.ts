/**
 * What survives when power is lost: two slots and the boot loader's marks. A slot holds an image as it was uploaded; the
 * marks stand for MCUboot's trailers (magic, image_ok, copy_done, swap status).
 */
import { type McubootImage, parseImage } from '../../protocols/smp/mcuboot/index.ts';

export const SECTOR_BYTES = 4096;

/** An image that waits in the second slot to be started: once, or for good. */
export type Pending = 'none' | 'test' | 'permanent';

export interface Swap {
  readonly kind: 'test' | 'permanent' | 'revert';
  /** 0..1; goes on from here after a power loss. */
  done: number;
}

export class Slot {
  /** What was written; never changed in place once it is `complete`. */
  #bytes: Uint8Array = NOTHING;
  #written = 0;
  #image: McubootImage | null | undefined = null;

  /** Something was written since the last erase. */
  get isDirty(): boolean {
    return this.#bytes.length > 0;
  }

  get bytes(): Uint8Array {
    return this.#written === this.#bytes.length ? this.#bytes : this.#bytes.subarray(0, this.#written);
  }

  /** The image in the slot; `null` when there is none, or not all of it. */
  get image(): McubootImage | null {
    if (this.#image === undefined) {
      const parsed = parseImage(this.bytes);
      this.#image = parsed.kind === 'image' ? parsed : null;
    }
    return this.#image;
  }

  erase(): void {
    this.#bytes = NOTHING;
    this.#written = 0;
    this.#image = null;
  }

  /** A whole image at once. `bytes` is kept, not copied. */
  hold(bytes: Uint8Array): void {
    this.#bytes = bytes;
    this.#written = bytes.length;
    this.#image = undefined;
  }

  /** Makes room for an upload of `length` bytes. */
  open(length: number): void {
    this.#bytes = new Uint8Array(length);
    this.#written = 0;
    this.#image = null;
  }

  write(offset: number, data: Uint8Array): void {
    this.#bytes.set(data, offset);
    this.#written = Math.max(this.#written, offset + data.length);
    this.#image = undefined;
  }

  /** Spoils what is there, as an erase or a write that was cut short does. */
  spoil(): void {
    this.#bytes = this.#bytes.slice(0, this.#bytes.length >> 1);
    this.#written = Math.min(this.#written, this.#bytes.length);
    this.#image = undefined;
  }

  exchange(other: Slot): void {
    [this.#bytes, other.#bytes] = [other.#bytes, this.#bytes];
    [this.#written, other.#written] = [other.#written, this.#written];
    [this.#image, other.#image] = [other.#image, this.#image];
  }
}

const NOTHING = new Uint8Array(0);

export class Flash {
  readonly slotBytes: number;
  /** The one that runs. */
  readonly primary = new Slot();
  /** The one that is uploaded to. */
  readonly secondary = new Slot();
  pending: Pending = 'none';
  /** The running image stays after the next reset. */
  confirmed = true;
  /** The other image stands in the second slot to go back to. */
  canRevert = false;
  swap: Swap | null = null;

  constructor(slotBytes: number, factoryImage: Uint8Array) {
    this.slotBytes = slotBytes;
    this.primary.hold(factoryImage);
  }

  /** The second slot must be kept: its image is the way back. */
  get secondaryInUse(): boolean {
    return this.canRevert && !this.confirmed;
  }
}
