/** Child process of lock.test.ts: locks the folder, says so, and waits to be killed. */
import { writeSync } from 'node:fs';
import { lockFolder } from '../../../src/journal/lock.ts';

const unlock = lockFolder(process.argv[2] ?? '');
writeSync(1, 'locked\n');
setInterval(() => {}, 1000);
process.on('SIGTERM', () => {
  unlock();
  process.exit(0);
});
