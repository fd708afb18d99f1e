import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { FolderInUse, lockFolder } from '../../../src/journal/lock.ts';
import { temporaryFolder } from '../../support/services.ts';

it.each(['SIGKILL', 'SIGTERM'] as const)('a folder belongs to one process, until that ends by %s', async (signal) => {
  const folder = temporaryFolder();
  const script = join(import.meta.dirname, 'hold-lock.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', script, folder.path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = once(child, 'exit');
  await once(child.stdout, 'data');
  for (let attempt = 0; attempt < 2; attempt++) {
    expect(() => lockFolder(folder.path)).toThrow(FolderInUse);
    expect(() => lockFolder(folder.path)).toThrow(
      `data folder ${folder.path}: another hai-bridge is working with it: stop that one, or give this one a folder of its own (data in the configuration, or --data)`,
    );
  }
  child.kill(signal);
  await exit;
  const unlock = lockFolder(folder.path);
  expect(() => lockFolder(folder.path)).toThrow(FolderInUse);
  unlock();
  lockFolder(folder.path)();
  folder.remove();
});
