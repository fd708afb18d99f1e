import { randomUUID } from 'node:crypto';
import { mkdir, open, rm, rmdir, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { codeOf, messageOf } from '../exit.ts';
import { type Finding, fail, ok, warn } from './finding.ts';

const GB = 1e9;
const TOO_LITTLE_BYTES = 0.1 * GB;
const LITTLE_BYTES = 1 * GB;
const SLOW_SYNC_MS = 200;

/** ms for 4 kB to be durable: what every commit of the journal waits for. */
async function timeToDisk(folder: string): Promise<number> {
  const file = join(folder, `.hai-doctor-${randomUUID()}`);
  const handle = await open(file, 'wx');
  try {
    const from = performance.now();
    await handle.write(Buffer.alloc(4096, 1));
    await handle.sync();
    return performance.now() - from;
  } finally {
    await handle.close();
    await rm(file, { force: true });
  }
}

/** Takes back the folders made for the test. What has come into them meanwhile stays. */
async function removeEmpty(folder: string, highest: string): Promise<void> {
  const gone = await rmdir(folder).then(
    () => true,
    () => false,
  );
  if (gone && folder !== highest) await removeEmpty(dirname(folder), highest);
}

/** Room and write permission where journal and embedded store live. */
export async function checkDisk(data: string): Promise<Finding[]> {
  const what = `disk ${data}`;
  let made: string | undefined;
  try {
    made = await mkdir(data, { recursive: true });
    const ms = await timeToDisk(data);
    const space = await statfs(data);
    const free = space.bavail * space.bsize;
    const found = `${(free / GB).toFixed(1)} GB free, a durable write takes ${ms.toFixed(1)} ms`;
    const remedy = 'make room, or move the data folder (data in the configuration)';
    const findings = [
      free < TOO_LITTLE_BYTES
        ? fail(what, found, remedy)
        : free < LITTLE_BYTES
          ? warn(what, found, remedy)
          : ok(what, found),
    ];
    if (ms > SLOW_SYNC_MS)
      findings.push(
        warn(what, `writes are slow (${ms.toFixed(0)} ms)`, 'use a local SSD, not a network share or an SD card'),
      );
    return findings;
  } catch (error) {
    const denied = codeOf(error) === 'EACCES' || codeOf(error) === 'EROFS' || codeOf(error) === 'EPERM';
    const found = denied ? 'this user may not write there' : messageOf(error);
    return [fail(what, found, 'give the folder to the user who runs the daemon, or set data to another one')];
  } finally {
    if (made !== undefined) await removeEmpty(data, made);
  }
}
