/** Child process of kill.test.ts: appends until it is killed, and says on stdout what was committed. */
import { writeSync } from 'node:fs';
import { systemClock } from '../../../src/clock.ts';
import { openJournal } from '../../../src/journal/journal.ts';
import { silentLogger } from '../../../src/logger.ts';
import { reading } from './support.ts';

const path = process.argv[2] ?? '';
const journal = await openJournal({ path, bridge: 'b', clock: systemClock, logger: silentLogger });
journal.onCommitted((b) => writeSync(1, `${b.epoch} ${b.firstSeq} ${b.lastSeq}\n`));
let line = 0;
setInterval(() => {
  for (let i = 0; i < 40; i++) journal.append(reading('RS-1', line++));
}, 1);
