/**
 * The boot loader: MCUboot with swap, as far as it can be seen from outside. Decides by the marks in flash, checks hash and
 * signature of whatever it is about to start, and leaves flash so that it can go on after a power loss at any moment.
 *
 *   plan ──▶ recovery
 *     │ ───▶ swap ──▶ completeSwap ──▶ start?
 *     └──────────────────────────────▶ start?  ──no──▶ recovery
 *
 * From the end of a swap on, a reset before the new image is confirmed goes back to the old one, also when the new one has
 * not run at all.
 */
import { createHash, type KeyObject } from 'node:crypto';
import { IMAGE_FLAG, parseImage } from '../../protocols/smp/mcuboot/index.ts';
import { BOOT_TEXT } from './console.ts';
import { type Flash, SECTOR_BYTES, type Slot, type Swap } from './flash.ts';
import { isSignedBy } from './signing.ts';

/** What happens after a reset. A swap that power interrupted goes on; it is then in `flash.swap` already. */
export function planBoot(flash: Flash, trusted: readonly KeyObject[], says: (line: string) => void): Swap | null {
  flash.swap ??= decide(flash, trusted, says);
  if (flash.swap !== null) says(BOOT_TEXT.swapping(flash.swap.kind));
  return flash.swap;
}

function decide(flash: Flash, trusted: readonly KeyObject[], says: (line: string) => void): Swap | null {
  const { pending } = flash;
  if (pending !== 'none') {
    if (isValid(flash.secondary, trusted)) return { kind: pending, done: 0 };
    says(BOOT_TEXT.invalidSecondary);
    flash.secondary.erase();
    flash.pending = 'none';
    return null;
  }
  if (!flash.secondaryInUse) return null;
  if (isValid(flash.secondary, trusted)) return { kind: 'revert', done: 0 };
  // Nothing to go back to: what runs stays.
  flash.canRevert = false;
  return null;
}

/** All sectors of `flash.swap` are exchanged. */
export function completeSwap(flash: Flash): void {
  const kind = flash.swap?.kind;
  flash.primary.exchange(flash.secondary);
  flash.swap = null;
  flash.pending = 'none';
  flash.confirmed = kind !== 'test';
  flash.canRevert = kind === 'test';
  // As after a confirmation: the old image is no longer listed.
  if (kind === 'permanent') flash.secondary.erase();
}

/** Sectors that a swap moves. */
export function swapSectors(flash: Flash): number {
  return Math.ceil(Math.max(flash.primary.bytes.length, flash.secondary.bytes.length) / SECTOR_BYTES);
}

/** Images that passed, by their bytes: a fleet starts one image many times. */
const passed = new WeakMap<Uint8Array, readonly KeyObject[]>();

/** What MCUboot checks before it starts an image: form, hash, and a signature by a key it has. Not the hardware. */
export function isValid(slot: Pick<Slot, 'bytes'>, trusted: readonly KeyObject[]): boolean {
  const file = slot.bytes;
  if (passed.get(file) === trusted) return true;
  const image = parseImage(file);
  if (image.kind !== 'image' || image.hash?.algorithm !== 'sha256' || image.ed25519Signs === 'bytes') return false;
  if ((image.flags & IMAGE_FLAG.nonBootable) !== 0) return false;
  const hashed = file.subarray(image.hashed.from, image.hashed.to);
  if (!createHash('sha256').update(hashed).digest().equals(image.hash.value)) return false;
  const signed = image.signatures.some((signature) => trusted.some((key) => isSignedBy(hashed, signature, key)));
  if (signed) passed.set(file, trusted);
  return signed;
}
