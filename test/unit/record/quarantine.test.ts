import { readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Quarantine, QuarantineUnavailable, type Refused } from '../../../src/record/quarantine.ts';
import { temporaryFolder } from '../../support/services.ts';
import { FakeClock } from '../journal/support.ts';

let parent: ReturnType<typeof temporaryFolder>;
let folder: string;
let clock: FakeClock;
beforeEach(() => {
  parent = temporaryFolder();
  folder = join(parent.path, 'quarantine');
  clock = new FakeClock();
});
afterEach(() => parent.remove());

const quarantine = (over: { fileBytes?: number; totalBytes?: number } = {}) =>
  new Quarantine({ folder, clock, ...over });

function refused(seq: number, over: Partial<Refused> = {}): Refused {
  return {
    record: {
      station: 'RS-1',
      epoch: 5,
      seq,
      timeNs: 1_773_480_413_000_000_001n,
      deviceTickMs: 1,
      lineSeq: seq,
      flags: 0,
      values: [0.1 + 0.2, null, -1.5, 1e-9, 0, 101.325],
    },
    reason: 'field type conflict: input field "x" is \nof type string',
    site: 'ward-3',
    topic: 'hai/v1/ward-3/RS-1/telemetry',
    bridge: 'bay-a',
    batch: { epoch: 5, firstSeq: 1, lastSeq: 100 },
    raw: null,
    ...over,
  };
}
const files = () => readdirSync(folder).sort();
const lines = () =>
  files().flatMap((name) =>
    readFileSync(join(folder, name), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  );
const seqs = () => lines().map((line) => line.seq);

it('makes no folder before there is something to keep', async () => {
  expect(await quarantine().keep([])).toEqual([]);
  expect(readdirSync(parent.path)).toEqual([]);
});

it('keeps rows to the last digit, for this user only', async () => {
  await quarantine().keep([refused(1)]);
  expect(lines()).toMatchObject([
    { seq: 1, content: { timeNs: '1773480413000000001', values: [0.1 + 0.2, null, -1.5, 1e-9, 0, 101.325] } },
  ]);
  expect(statSync(join(folder, files()[0] ?? '')).mode & 0o777).toBe(0o600);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
});

it('begins a new file when one is large enough, and in every run', async () => {
  const first = quarantine({ fileBytes: 600 });
  for (let seq = 1; seq <= 5; seq++) await first.keep([refused(seq)]);
  const before = files().length;
  clock.pass(1);
  expect(before).toBeGreaterThan(1);
  await quarantine().keep([refused(6)]);
  expect(files()).toHaveLength(before + 1);
  expect(seqs().sort()).toEqual([1, 2, 3, 4, 5, 6]);
});

it('takes nothing beyond its limit, drops nothing for it, and goes on when files were moved away', async () => {
  const full = quarantine({ totalBytes: 1000 });
  await full.keep([refused(1), refused(2)]);
  await expect(full.keep([refused(3), refused(4)])).rejects.toThrow(QuarantineUnavailable);
  await expect(full.keep([refused(3), refused(4)])).rejects.toThrow(/at most 1000 bytes.*move these files elsewhere/);
  expect(seqs()).toEqual([1, 2]);
  const [moved = ''] = files();
  renameSync(join(folder, moved), join(parent.path, moved));
  expect(await full.keep([refused(3)])).toHaveLength(1);
  expect(seqs()).toEqual([3]);
});

it('knows how much earlier runs have left', async () => {
  await quarantine().keep([refused(1), refused(2)]);
  const next = quarantine({ totalBytes: 1000 });
  await expect(next.keep([refused(3), refused(4)])).rejects.toThrow(QuarantineUnavailable);
});

it('does not write into a file that has no name any more', async () => {
  const one = quarantine();
  await one.keep([refused(1)]);
  rmSync(join(folder, files()[0] ?? ''));
  await one.keep([refused(2)]);
  expect(seqs()).toEqual([2]);
  rmSync(folder, { recursive: true });
  await one.keep([refused(3)]);
  expect(seqs()).toEqual([3]);
});

it('keeps a row once, also when its batch came twice in one write', async () => {
  const one = quarantine();
  expect(await one.keep([refused(1), refused(1), refused(2)])).toHaveLength(2);
  expect(await one.keep([refused(2), refused(3)])).toHaveLength(1);
  expect(seqs()).toEqual([1, 2, 3]);
});
