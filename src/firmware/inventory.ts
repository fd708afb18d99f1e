/** What a station holds, as it was last asked: its slots, its bootloader, what it can take. */
import type { SlotState } from './update/words.ts';

/**
 * - `application`  asked, and all is known  - `bootloader`  only its bootloader answers
 * - `silent`       it answered no firmware request: only what HRSP says is known
 */
export type Answers = 'application' | 'bootloader' | 'silent';

export interface Held {
  /** Serial; the link while nobody has said who is there. */
  readonly station: string;
  readonly link: string;
  readonly askedUtcMs: number;
  readonly answers: Answers;
  readonly slots: readonly SlotState[];
  readonly bootloader: string | null;
  /** MCUboot mode, see `BOOTLOADER_MODES`; `null` when not said. */
  readonly mode: number | null;
  readonly buffer: { readonly bytes: number; readonly count: number } | null;
  /** Bytes of each slot, by number; empty when not said. */
  readonly slotBytes: readonly number[];
}

export const activeSlot = (held: Held): SlotState | undefined =>
  held.slots.find((slot) => slot.image === 0 && slot.active);

/** An image that is on trial: it runs and goes away at the next restart unless it is kept. */
export const onTrial = (held: Held): boolean => {
  const active = activeSlot(held);
  return active !== undefined && !active.confirmed;
};
