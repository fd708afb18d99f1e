/**
 * Where to go on, from what the station holds and what is remembered. Every way into the machine leads through here: a new
 * order, a link that came back, a daemon that was restarted, a station that has restarted.
 */
import { failed, reverted, undone, updated } from './outcomes.ts';
import type { Answer, Outcome, SlotState, UpdateMemory, UpdateOrder } from './words.ts';

export type Decision =
  | { readonly to: 'upload' }
  | { readonly to: 'mark' }
  | { readonly to: 'restart'; readonly into: 'application' | 'recovery' }
  | { readonly to: 'prove' }
  /** The mark for a test must go: nobody is there to watch the station when it restarts. */
  | { readonly to: 'unmark' }
  | { readonly to: 'end'; readonly outcome: Outcome };

type StateAnswer = Extract<Answer, { op: 'state' }>;

export function decide(order: UpdateOrder, memory: UpdateMemory, { slots, recovery }: StateAnswer): Decision {
  const ours = slots.filter((slot) => slot.image === 0);
  if (recovery) return inBootloader(order, memory, ours);
  const running = ours.find((slot) => slot.active);
  if (running === undefined) return end(failed('no-running-image'));
  return running.hash === order.image.hash
    ? runsNew(order, memory, running)
    : runsOther(
        order,
        memory,
        ours.find((slot) => slot.hash === order.image.hash),
      );
}

function runsNew(order: UpdateOrder, memory: UpdateMemory, running: SlotState): Decision {
  if (memory.undo !== null) {
    if (!running.confirmed) return { to: 'restart', into: 'application' };
    return end(failed('kept-but-unwell', memory.undo.why));
  }
  return running.confirmed && memory.proved ? end(updated(order)) : { to: 'prove' };
}

function runsOther(order: UpdateOrder, memory: UpdateMemory, stored: SlotState | undefined): Decision {
  // Not yet restarted since it was marked; or the word to keep it came after a restart and was taken for a mark.
  if (stored?.pending) return memory.undo === null ? { to: 'restart', into: 'application' } : { to: 'unmark' };
  if (memory.undo !== null) return end(undone(order, memory.undo, memory.ran ? 'reverted' : 'interrupted'));
  if (memory.ran) return end(reverted(order, 'restarted-by-itself'));
  // A bootloader that does not accept an image erases it; one that goes back puts it where it was.
  if (memory.marked) return end(reverted(order, stored === undefined ? 'not-accepted' : 'restarted-by-itself'));
  if (order.route === 'recovery') return { to: 'restart', into: 'recovery' };
  return stored?.bootable ? { to: 'mark' } : { to: 'upload' };
}

function inBootloader(order: UpdateOrder, memory: UpdateMemory, slots: readonly SlotState[]): Decision {
  const first = slots.find((slot) => slot.slot === 0);
  if (memory.overwriting && first?.hash === order.image.hash) return { to: 'restart', into: 'application' };
  // With the way by two slots there is a way back; so first see whether the station starts.
  if (order.route === 'swap' && !memory.overwriting && !memory.leftRecovery) {
    return { to: 'restart', into: 'application' };
  }
  if (memory.undo !== null) return end(failed('left-in-bootloader', memory.undo.why));
  return { to: 'upload' };
}

const end = (outcome: Outcome): Decision => ({ to: 'end', outcome });
