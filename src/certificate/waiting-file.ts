import { existsSync } from 'node:fs';
import Database from 'libsql';
import { SeqRanges } from './seq-ranges.ts';
import type { WaitingRange } from './waiting.ts';

const AT_ONCE = 20_000;

/**
 * What still waits in the journal's file, read beside whoever else has it open. `null` when it cannot be read (locked,
 * damaged, of another version).
 */
export function waitingInFile(path: string, station: string): WaitingRange[] | null {
  if (!existsSync(path)) return [];
  let db: InstanceType<typeof Database> | null = null;
  try {
    db = new Database(path, { timeout: 250 });
    db.exec('PRAGMA query_only = 1');
    const page = db
      .prepare(
        `SELECT CAST(epoch AS INTEGER), CAST(first_seq AS INTEGER), CAST(last_seq AS INTEGER) FROM batch JOIN waiting USING (position)
         WHERE station = ? AND (epoch, first_seq) > (?, ?) ORDER BY epoch, first_seq LIMIT ${AT_ONCE}`,
      )
      .raw(true);
    const epochs = new Map<number, SeqRanges>();
    for (let after = [0, 0]; ; ) {
      const rows = page.all(station, ...after) as [number, number, number][];
      for (const [epoch, firstSeq, lastSeq] of rows) {
        const ranges = epochs.get(epoch) ?? new SeqRanges();
        ranges.add(firstSeq, lastSeq);
        epochs.set(epoch, ranges);
        after = [epoch, firstSeq];
      }
      if (rows.length < AT_ONCE) break;
    }
    return [...epochs].flatMap(([epoch, ranges]) => ranges.list.map((range) => ({ epoch, ...range })));
  } catch {
    return null;
  } finally {
    db?.close();
  }
}
