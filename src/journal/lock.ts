/**
 * One bridge per data folder. The lock is one of the operating system, held on a file through SQLite: it ends with the
 * process, however that ends, and leaves nothing to clear up.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'libsql';

/** Another process has the folder. The message says what to do. */
export class FolderInUse extends Error {
  override readonly name = 'FolderInUse';
}

/** Returns the function that gives the folder free. Throws `FolderInUse`, or SQLite's error when it cannot be written. */
export function lockFolder(folder: string): () => void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const db = new Database(join(folder, 'bridge.lock'), { timeout: 0 });
  try {
    db.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    db.close();
    if (!/SQLITE_BUSY/.test(error instanceof Error && 'code' in error ? String(error.code) : '')) throw error;
    throw new FolderInUse(
      `data folder ${folder}: another hai-bridge is working with it: stop that one, or give this one a folder of its own (data in the configuration, or --data)`,
    );
  }
  return () => {
    db.exec('ROLLBACK');
    db.close();
  };
}
