/** The rule between journal and manifest: nothing leaves the journal that the manifest has not got on disk. */
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Manifest } from '../../../src/certificate/manifest.ts';
import { ManifestFile } from '../../../src/certificate/manifest-file.ts';
import { systemClock } from '../../../src/clock.ts';
import { type JournalOptions, openJournal } from '../../../src/journal/journal.ts';
import type { JournaledBatch, OpenJournal } from '../../../src/journal/port.ts';
import { temporaryFolder } from '../../support/services.ts';
import { collectingLogger, reading, stationEvent } from '../journal/support.ts';

const STATION = 'SN-0001';

describe('the manifest beside a real journal', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let journal: OpenJournal;
  let manifest: Manifest;
  let told: JournaledBatch[];
  const logger = collectingLogger();
  const path = () => join(folder.path, 'manifest.db');
  const openAll = async () => {
    const options: JournalOptions = { path: join(folder.path, 'journal.db'), bridge: 'b', clock: systemClock, logger };
    journal = await openJournal(options);
    told = [];
    journal.onCommitted((batch) => told.push(batch));
    manifest = new Manifest({ path: path(), journal, keepDays: 400, clock: systemClock, logger });
    await manifest.start();
  };
  const closeAll = async () => {
    await manifest.stop();
    await journal.close();
  };
  const onDisk = (epoch: number) => {
    const file = ManifestFile.openForReading(path());
    const last = file?.lastBlock(STATION, epoch)?.lastSeq ?? 0;
    file?.close();
    return last;
  };
  beforeEach(async () => {
    folder = temporaryFolder();
    await openAll();
  });
  afterEach(async () => {
    await closeAll();
    folder.remove();
  });
  const sayThree = async (from: number) => {
    for (let i = from; i < from + 3; i++) journal.append(reading(STATION, i));
    journal.appendEvent(stationEvent(STATION, from + 3));
    await journal.flush();
  };

  it('retires a batch only when it is in the manifest on disk, also when the answer comes first', async () => {
    await sayThree(1);
    const [batch] = told;
    if (!batch) throw new Error('nothing was committed');
    const guarded = manifest.guard();
    guarded.retire(STATION, batch);
    if (onDisk(batch.epoch) === 0) expect(await journal.waiting(10, 0)).toHaveLength(1);
    expect(manifest.waiting.of(STATION)).toMatchObject([{ epoch: batch.epoch, firstSeq: 1, lastSeq: 4 }]);
    await vi.waitFor(async () => expect(await journal.waiting(10, 0)).toHaveLength(0), 5000);
    expect(onDisk(batch.epoch)).toBe(4);
    expect(manifest.waiting.of(STATION)).toEqual([]);
  });

  it('takes from the journal what a crash kept out of it', async () => {
    // Stopped, it takes nothing in any more and keeps what is acknowledged: as when the process is killed.
    await manifest.stop();
    await sayThree(1);
    const [batch] = told;
    if (!batch) throw new Error('nothing was committed');
    // The store has it and says so, and the process dies.
    manifest.guard().retire(STATION, batch);
    await journal.flush();
    expect(await journal.waiting(10, 0)).toHaveLength(1);
    expect(onDisk(batch.epoch)).toBe(0);
    await journal.close();

    await openAll();
    expect(await manifest.flush(5000)).toBe(true);
    expect(onDisk(batch.epoch)).toBe(4);
    expect(manifest.waiting.of(STATION)).toMatchObject([{ epoch: batch.epoch, firstSeq: 1, lastSeq: 4 }]);
    manifest.guard().retire(STATION, batch);
    await vi.waitFor(async () => expect(await journal.waiting(10, 0)).toHaveLength(0), 5000);
  });

  it('never retires what it does not know', async () => {
    const stray = { epoch: 5, firstSeq: 1, lastSeq: 2 };
    manifest.guard().retire(STATION, stray);
    await manifest.flush(5000);
    expect(journal.counters.retired).toBe(0);
    await sayThree(1);
    expect(await manifest.flush(5000)).toBe(true);
    expect(onDisk(told[0]?.epoch ?? 0)).toBe(4);
  });

  it('puts a damaged manifest aside, says so, and begins anew without vouching for the time before', async () => {
    await sayThree(1);
    await manifest.flush(5000);
    await closeAll();
    writeFileSync(
      path(),
      'this is no database at all, and longer than a header of one hundred bytes would be'.repeat(4),
    );
    await openAll();
    expect(await manifest.flush(5000)).toBe(true);
    expect(readdirSync(folder.path).some((name) => name.startsWith('manifest.db.damaged-'))).toBe(true);
    expect(logger.lines.some((line) => line.message.includes('manifest is damaged'))).toBe(true);
    expect(onDisk(told[0]?.epoch ?? 0)).toBe(0);
    const file = ManifestFile.openForReading(path());
    expect(file?.sinceMs).toBeGreaterThan(Date.now() - 60_000);
    file?.close();
  });
});
