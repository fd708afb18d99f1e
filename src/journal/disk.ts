/** The journal's file as the main thread sees it: every answer comes later, and nothing here waits for the disk. */
import { type Calls, startWorker } from '../worker/calls.ts';
import type { CommitGroup } from './file.ts';
import type { Committed, DiskReport, JournalKeeper, Opened, PageRead } from './keeper.ts';
import type { JournalLimits } from './limits.ts';

/** Calls take effect in the order in which they are made. */
export interface JournalDisk {
  /** Throws SQLite's error when the folder cannot be written. A disk that was lost may be opened again. */
  open(): Promise<Opened>;
  /** All or nothing. Throws SQLite's error, or `WorkerGone`: then it is not known whether it stands. */
  commit(group: CommitGroup): Promise<Committed>;
  page(after: number, upTo: number, limit: number): Promise<PageRead>;
  salvage(): Promise<DiskReport>;
  /** How things stand, when there was nothing to do for a while. */
  look(): Promise<DiskReport>;
  /** At once when `lost`: without an answer of the disk. */
  close(how: 'in order' | 'lost'): Promise<void>;
  /** `false` when it has to be opened (again). */
  readonly isOpen: boolean;
}

export interface DiskPlace {
  readonly path: string;
  readonly limits?: JournalLimits;
}

const startThread = (place: DiskPlace) => startWorker<JournalKeeper>(import.meta.url, 'journal-worker', place);

/** A thread that has ended is started again by the next call; the file in it is not open then. */
export function diskInThread(
  place: DiskPlace,
  start: (place: DiskPlace) => Calls<JournalKeeper> = startThread,
): JournalDisk {
  let calls: Calls<JournalKeeper> | null = null;
  let open = false;
  const thread = (): Calls<JournalKeeper> => {
    if (calls === null || !calls.alive) {
      open = false;
      calls = start(place);
    }
    return calls;
  };
  return {
    open: async () => {
      const opened = await thread().call('open', []);
      open = true;
      return opened;
    },
    commit: (group) => thread().call('commit', [group]),
    page: (after, upTo, limit) => thread().call('page', [after, upTo, limit]),
    salvage: () => thread().call('salvage', []),
    look: () => thread().call('look', []),
    close: async (how) => {
      if (how === 'in order' && open && calls?.alive) await calls.call('close', []);
      open = false;
      await calls?.end();
    },
    get isOpen() {
      return open && calls?.alive === true;
    },
  };
}
