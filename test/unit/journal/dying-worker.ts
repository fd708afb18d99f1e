/** The journal's thread, except that it dies at every third commit: in turn before the commit and just after it. */
import { systemClock } from '../../../src/clock.ts';
import type { CommitGroup } from '../../../src/journal/file.ts';
import { JournalKeeper } from '../../../src/journal/keeper.ts';
import { serve, startData } from '../../../src/worker/serve.ts';

const { path, dies } = startData() as { path: string; dies: 'before' | 'after' };

class DyingKeeper extends JournalKeeper {
  #commits = 0;

  override commit(group: CommitGroup) {
    const last = ++this.#commits === 3;
    if (last && dies === 'before') process.exit(7);
    const done = super.commit(group);
    if (last) process.exit(7);
    return done;
  }
}

serve<JournalKeeper>(new DyingKeeper({ path }, systemClock));
