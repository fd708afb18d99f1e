import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openJournal } from '../../../src/journal/journal.ts';
import { telemetryPayload } from '../../../src/mqtt/topics.ts';
import { temporaryFolder } from '../../support/services.ts';
import { allWaiting, collectingLogger, FakeClock } from './support.ts';

it('loses nothing that was committed when the process is killed at any moment', async () => {
  const folder = temporaryFolder();
  const path = join(folder.path, 'journal.db');
  const told = new Set<string>();
  for (let round = 1; round <= 3; round++) {
    const child = spawn(process.execPath, ['--import', 'tsx', join(import.meta.dirname, 'append-forever.ts'), path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    // It writes for ever: not even a test that has run out of time may leave it behind.
    onTestFinished(() => void child.kill('SIGKILL'));
    let text = '';
    const exit = once(child, 'exit');
    child.stdout.on('data', (data: Buffer) => {
      text += data;
      if (text.split('\n').length > 5 * round) child.kill('SIGKILL');
    });
    await exit;
    const complete = text.slice(0, text.lastIndexOf('\n')).split('\n');
    expect(complete.length).toBeGreaterThanOrEqual(5 * round);
    for (const line of complete) told.add(line);
  }
  const logger = collectingLogger();
  const journal = await openJournal({ path, bridge: 'b', clock: new FakeClock(), logger });
  const kept = await allWaiting(journal);
  const ids = new Set(kept.map((b) => `${b.epoch} ${b.firstSeq} ${b.lastSeq}`));
  expect([...told].filter((id) => !ids.has(id))).toEqual([]);
  for (const b of kept) {
    const batch = telemetryPayload.parse(JSON.parse(b.payload));
    expect(batch.rows).toHaveLength(b.lastSeq - b.firstSeq + 1);
  }
  expect(new Set(kept.map((b) => b.epoch)).size).toBe(3);
  expect(logger.lines).toEqual([]);
  await journal.close();
  folder.remove();
  // Three starts of a process with its loader: seconds each, on a busy machine more.
}, 120_000);
