/** What firmware keeps on the disk: whole after any interruption, and honest about what was changed. */
import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { AuditLog, readAudit } from '../../../src/firmware/audit.ts';
import { ImageShelf, ImageTooLarge, LARGEST_IMAGE } from '../../../src/firmware/image-shelf.ts';
import { JobFiles, type JobRecord } from '../../../src/firmware/job-files.ts';
import { NOTHING_DONE } from '../../../src/firmware/update/words.ts';
import { temporaryFolder } from '../../support/services.ts';
import { FakeClock } from '../station/fake-clock.ts';
import { ORDER } from './run-update.ts';

const folder = temporaryFolder();
afterAll(() => folder.remove());
let at = '';
let count = 0;
beforeEach(async () => {
  at = join(folder.path, String(count++));
  await mkdir(at);
});

describe('the audit log', () => {
  const path = () => join(at, 'audit.jsonl');
  const written = async (facts: number): Promise<AuditLog> => {
    const log = new AuditLog(path(), new FakeClock());
    await log.start();
    await Promise.all(
      Array.from({ length: facts }, (_, i) => log.append({ who: 'Ann', act: `act-${i}`, station: 'S' })),
    );
    return log;
  };

  it('numbers its lines in order, and goes on after a restart', async () => {
    await written(3);
    const again = await written(2);
    const { entries, broken } = await again.read(4);
    expect(broken).toEqual([]);
    expect(entries.map(({ n, act }) => [n, act])).toEqual([
      ...[[2, 'act-1'] as const, [3, 'act-2'] as const, [4, 'act-0'] as const, [5, 'act-1'] as const],
    ]);
  });

  it('shows a line that was changed, taken out or put in', async () => {
    await written(4);
    const lines = readFileSync(path(), 'utf8').trimEnd().split('\n');
    const brokenIn = (text: string[]) => readAudit(`${text.join('\n')}\n`).broken;
    expect(brokenIn(lines)).toEqual([]);
    expect(brokenIn(lines.map((line, i) => (i === 1 ? line.replace('Ann', 'Bob') : line)))).toEqual([2]);
    expect(brokenIn(lines.filter((_, i) => i !== 1))).toEqual([2]);
    expect(brokenIn([lines[0] ?? '', lines[0] ?? '', ...lines.slice(1)])).toEqual([2]);
  });

  it('goes on behind half a line that a power loss has left', async () => {
    await written(2);
    appendFileSync(path(), '{"n":3,"at"');
    const log = await written(1);
    const { entries, broken } = await log.read(10);
    expect(broken).toEqual([3]);
    expect(entries.map(({ n }) => n)).toEqual([1, 2, 3]);
  });
});

describe('the shelf of images', () => {
  async function* pieces(bytes: number, of = 100_000): AsyncGenerator<Uint8Array> {
    for (let left = bytes; left > 0; left -= of) yield Buffer.alloc(Math.min(of, left), 7);
  }

  it('names an image by its content, and gives back nothing else', async () => {
    const shelf = new ImageShelf(at);
    await shelf.start();
    const name = await shelf.add(pieces(250_000));
    expect(await shelf.add(pieces(250_000, 1000))).toBe(name);
    expect((await shelf.read(name))?.length).toBe(250_000);
    expect(await shelf.list()).toMatchObject([{ file: name, bytes: 250_000 }]);
    writeFileSync(join(at, `${name}.bin`), 'changed');
    expect(await shelf.read(name)).toBeNull();
    expect(await shelf.read('../../etc/passwd')).toBeNull();
  });

  it('leaves nothing of an image that is too large or was interrupted', async () => {
    const shelf = new ImageShelf(at);
    await shelf.start();
    await expect(shelf.add(pieces(LARGEST_IMAGE + 1))).rejects.toThrow(ImageTooLarge);
    await expect(
      shelf.add(
        (async function* () {
          yield Buffer.alloc(10);
          throw new Error('aborted');
        })(),
      ),
    ).rejects.toThrow('aborted');
    expect(readdirSync(at)).toEqual([]);
    writeFileSync(join(at, 'left.part'), 'x');
    await new ImageShelf(at).start();
    expect(readdirSync(at)).toEqual([]);
  });
});

describe('files of updates', () => {
  const record = (job: string, ended: boolean): JobRecord => ({
    order: { ...ORDER, job },
    memory: NOTHING_DONE,
    link: 'l',
    by: 'Ann',
    rollout: null,
    beganUtcMs: Number(job.slice(4)),
    endedUtcMs: ended ? 1 : null,
    outcome: ended ? { kind: 'updated', code: 'updated', detail: 'd' } : null,
  });

  it('come back as they were; what cannot be read is named and left alone', async () => {
    const files = new JobFiles(at);
    await files.start();
    await files.save(record('job-2', false));
    await files.save(record('job-1', true));
    writeFileSync(join(at, 'job-3.json'), '{"order":');
    writeFileSync(join(at, 'job-4.json'), JSON.stringify({ ...record('job-4', true), order: {} }));
    const { jobs, unreadable } = await new JobFiles(at).start();
    expect(jobs).toEqual([record('job-1', true), record('job-2', false)]);
    expect([...unreadable].sort()).toEqual(['job-3.json', 'job-4.json']);
  });

  it('are kept for the last 200 that have ended, and for all that have not', async () => {
    const files = new JobFiles(at);
    await files.start();
    const all = [record('job-0', false), ...Array.from({ length: 203 }, (_, i) => record(`job-${i + 1}`, true))];
    const kept = await files.makeRoom(all);
    expect([kept.length, kept[0]?.order.job, kept[1]?.order.job]).toEqual([201, 'job-0', 'job-4']);
  });
});
