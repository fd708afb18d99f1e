/** A SQLite store that can be taken away without touching it: another connection holds its write lock, as a backup might. */
import Database from 'libsql';
import type { Cuttable } from './ground.ts';

const WAIT_MS = 2000;

/** The file must exist when it is cut. */
export function lockableFile(path: string): Cuttable {
  let holder: Database.Database | null = null;
  const mend = async () => {
    holder?.close();
    holder = null;
  };
  return {
    cut: async () => {
      if (holder !== null) return;
      const db = new Database(path, { timeout: WAIT_MS });
      try {
        db.exec('BEGIN IMMEDIATE');
        holder = db;
      } catch (error) {
        db.close();
        throw error;
      }
    },
    mend,
  };
}
