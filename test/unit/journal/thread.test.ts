/** The journal in its real thread: what happens when the disk stands still, and when the thread dies. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'libsql';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { diskInThread, type JournalDisk } from '../../../src/journal/disk.ts';
import { openJournal } from '../../../src/journal/journal.ts';
import type { JournalKeeper } from '../../../src/journal/keeper.ts';
import type { JournaledBatch, OpenJournal } from '../../../src/journal/port.ts';
import { startWorker } from '../../../src/worker/calls.ts';
import { temporaryFolder } from '../../support/services.ts';
import { allWaiting, collectingLogger, reading } from './support.ts';

let folder: ReturnType<typeof temporaryFolder>;
let path: string;
let journal: OpenJournal;
let committed: JournaledBatch[];
let logger: ReturnType<typeof collectingLogger>;

beforeEach(() => {
  folder = temporaryFolder();
  path = join(folder.path, 'journal.db');
  logger = collectingLogger();
  committed = [];
});
afterEach(async () => {
  await journal?.close();
  folder.remove();
});

async function open(disk?: JournalDisk): Promise<void> {
  journal = await openJournal({ path, bridge: 'b', clock: systemClock, logger, ...(disk && { disk }) });
  journal.onCommitted((batch) => committed.push(batch));
}
const seqs = (list: readonly JournaledBatch[]) => list.map((b) => [b.firstSeq, b.lastSeq]);

describe('the journal in its thread', () => {
  it('commits, reads back, retires and closes', async () => {
    await open();
    for (let n = 0; n < 100; n++) journal.append(reading('RS-1', n));
    await journal.flush();
    expect(seqs(committed)).toEqual([[1, 100]]);
    expect(await journal.waiting(10, 0)).toEqual(committed);
    journal.retire('RS-1', committed[0] as JournaledBatch);
    await vi.waitFor(() => expect(journal.counters).toMatchObject({ waiting: 0, retired: 1 }));
    await journal.close();
    expect(logger.lines).toEqual([]);
  });

  it('leaves this thread free while the disk stands still, and commits once what came meanwhile', async () => {
    await open();
    journal.append(reading('RS-1', 0));
    await journal.flush();
    // As a disk that takes nothing: SQLite waits for the other writer, 250 ms long.
    const other = new Database(path);
    other.exec('BEGIN IMMEDIATE');
    let turns = 0;
    const turning = setInterval(() => turns++, 5);
    for (let n = 1; n < 20; n++) {
      journal.append(reading('RS-1', n));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(turns).toBeGreaterThan(10);
    expect(committed).toHaveLength(1);
    other.exec('ROLLBACK');
    other.close();
    await vi.waitFor(() => expect(committed.at(-1)?.lastSeq).toBe(20), { timeout: 5000 });
    clearInterval(turning);
    expect(seqs(await journal.waiting(100, 0))).toEqual(seqs(committed));
    expect(journal.counters).toMatchObject({ readings: 20, lost: 0 });
  });

  it.each(['before', 'after'] as const)(
    'loses and doubles nothing when its thread dies just %s a commit',
    async (dies) => {
      let threads = 0;
      await open(
        diskInThread({ path }, () => {
          threads++;
          return startWorker<JournalKeeper>(import.meta.url, 'dying-worker', { path, dies });
        }),
      );
      let line = 0;
      const stream = setInterval(() => journal.append(reading('RS-1', line++)), 2);
      await vi.waitFor(() => expect(threads).toBeGreaterThanOrEqual(3), { timeout: 15_000 });
      clearInterval(stream);
      await vi.waitFor(() => expect(committed.at(-1)?.lastSeq).toBe(line), { timeout: 15_000 });
      // Told once each, without a gap; and so they stand in the file.
      let next = 1;
      for (const [first, last] of seqs(committed)) {
        expect(first).toBe(next);
        next = (last ?? 0) + 1;
      }
      expect(seqs(await allWaiting(journal)).sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0))).toEqual(seqs(committed));
      expect(journal.counters).toMatchObject({ lost: 0, waiting: committed.length });
      expect(logger.lines.map((l) => JSON.stringify(l.fields))).toEqual(
        expect.arrayContaining([expect.stringContaining('the thread dying-worker ended')]),
      );
    },
  );

  it('refuses at the start a path that cannot be a file, and lets the process end', async () => {
    writeFileSync(join(folder.path, 'file'), '');
    await expect(
      openJournal({ path: join(folder.path, 'file', 'journal.db'), bridge: 'b', clock: systemClock, logger }),
    ).rejects.toMatchObject({ code: expect.stringMatching(/ENOTDIR|EEXIST/) });
  });
});
