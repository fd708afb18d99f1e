/** The daemon's files under stress: held by another program, changed by a disk, or gone. */
import { closeSync, existsSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { lockableFile } from '../../drill/lockable-file.ts';
import type { Step } from '../scenario/steps.ts';
import { ActFailed } from './stand.ts';

type FileAct = NonNullable<Step['file']>;
const GARBAGE = Buffer.from('this is what a dying disk gives back '.repeat(64));

export class DataFiles {
  readonly #folder: string;
  readonly #locks = new Map<string, ReturnType<typeof lockableFile>>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  async act({ name, does }: FileAct, daemonRuns: boolean): Promise<void> {
    const path = join(this.#folder, name);
    if (does !== 'free' && !existsSync(path)) throw new ActFailed(`${name} is not there yet`);
    if (does === 'lock') {
      const lock = lockableFile(path);
      this.#locks.set(name, lock);
      await lock.cut();
    } else if (does === 'free') {
      await this.#locks.get(name)?.mend();
      this.#locks.delete(name);
    } else if (daemonRuns) throw new ActFailed(`${name}: stop the daemon first`);
    else if (does === 'remove') for (const end of ['', '-wal', '-shm']) rmSync(`${path}${end}`, { force: true });
    else damage(path);
  }

  async freeAll(): Promise<void> {
    for (const lock of this.#locks.values()) await lock.mend();
    this.#locks.clear();
  }
}

/** A few pages in the middle, and the log that might mend them. */
function damage(path: string): void {
  rmSync(`${path}-wal`, { force: true });
  rmSync(`${path}-shm`, { force: true });
  const { size } = statSync(path);
  const file = openSync(path, 'r+');
  try {
    for (let at = 4096; at < Math.max(size, 8192); at += 4096 * 2) writeSync(file, GARBAGE, 0, GARBAGE.length, at);
  } finally {
    closeSync(file);
  }
}
