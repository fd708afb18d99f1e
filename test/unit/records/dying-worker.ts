/** The thread of the records, except that it dies at every third write: in turn before it and just after it. */
import { type RecordsCalls, RecordsKeeper } from '../../../src/records/keeper.ts';
import type { RecordsWrite } from '../../../src/records/writes.ts';
import { serve, startData } from '../../../src/worker/serve.ts';

const { path, dies } = startData() as { path: string; dies: 'before' | 'after' };
const keeper = new RecordsKeeper({ path, nowMs: 0 });
let writes = 0;

serve<RecordsCalls>({
  ...keeper,
  write: (list: readonly RecordsWrite[]) => {
    const last = ++writes === 3;
    if (last && dies === 'before') process.exit(7);
    const done = keeper.write(list);
    if (last) process.exit(7);
    return done;
  },
});
