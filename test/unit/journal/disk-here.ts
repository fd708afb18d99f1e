/** The real work on the real file, in this thread: with a clock that stands still, nothing must depend on another one's pace. */
import type { Clock } from '../../../src/clock.ts';
import type { JournalDisk } from '../../../src/journal/disk.ts';
import { JournalKeeper, type KeeperOptions } from '../../../src/journal/keeper.ts';

export function diskHere(path: string, clock: Clock, more: Omit<KeeperOptions, 'path'> = {}): JournalDisk {
  const keeper = new JournalKeeper({ path, ...more }, clock);
  let isOpen = false;
  return {
    open: async () => {
      const opened = keeper.open();
      isOpen = true;
      return opened;
    },
    commit: async (group) => keeper.commit(group),
    page: async (after, upTo, limit) => keeper.page(after, upTo, limit),
    salvage: async () => keeper.salvage(),
    look: async () => keeper.look(),
    close: async () => {
      isOpen = false;
      keeper.close();
    },
    get isOpen() {
      return isOpen;
    },
  };
}
