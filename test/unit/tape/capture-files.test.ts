import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { silentLogger } from '../../../src/logger.ts';
import type { StationInfo } from '../../../src/station/model.ts';
import { CaptureFiles } from '../../../src/tape/capture-files.ts';
import { linkNames, readCapture } from '../../../src/tape/read.ts';
import { Tapes } from '../../../src/tape/tapes.ts';
import { FakeClock } from '../station/fake-clock.ts';

const origin = { program: 'hai-bridge 0', site: 'clinic', bridge: 'bridge-1' };

const WHO: StationInfo = {
  ...{ station: 'S', link: 'a', bootId: '1A2B3C4D', identifiedUtcMs: 1 },
  identification: {
    ...{ type: 'ID', serial: 'S', hardwareRevision: '', firmwareVersion: '', mode: 'clinical', rateHz: 10 },
    ...{ protocol: { major: 1, minor: 1 }, instruments: [] },
  },
};

describe('captures in a folder', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'capture-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const start = (maxBytes = 1e9, into = folder, tapeBytes = 1e7) => {
    const clock = new FakeClock();
    const tapes = new Tapes(clock, { keepMs: 60_000, maxBytes: tapeBytes });
    const warn = vi.fn();
    const logger = { ...silentLogger, warn };
    const files = new CaptureFiles({ folder: into, maxBytes, tapes, origin, clock, logger });
    files.start();
    return { clock, tapes, files, warn };
  };
  const captures = () => readdirSync(folder).filter((name) => name.endsWith('.capture.jsonl'));

  it('hold every byte of every link, whole after a stop and readable before', async () => {
    const { clock, tapes, files } = start();
    tapes.identified(WHO);
    for (let i = 0; i < 100; i++) {
      tapes.of('a').received(Buffer.from(`a${i};`));
      if (i % 10 === 0) tapes.of('b').sent(Buffer.from(`b${i};`));
    }
    clock.advance(1000);
    await vi.waitFor(() => expect(captures()).toHaveLength(1));
    const path = join(folder, captures()[0] as string);
    await vi.waitFor(() => expect(readCapture(path)).toMatchObject({ ending: 'open' }));
    tapes.of('a').received(Buffer.from('last'));
    tapes.identified(WHO);
    await files.stop();
    const capture = readCapture(path);
    expect(capture).toMatchObject({ ending: 'whole', problems: [] });
    expect(capture.records.filter((r) => r.k === 'identified')).toHaveLength(2);
    const names = linkNames(capture);
    const said = (link: string) =>
      capture.records.map((r) => ((r.k === 'in' || r.k === 'out') && names.get(r.l) === link ? r.b : '')).join('');
    expect(said('a')).toBe(`${Array.from({ length: 100 }, (_, i) => `a${i};`).join('')}last`);
    expect(said('b')).toBe('b0;b10;b20;b30;b40;b50;b60;b70;b80;b90;');
    expect(statSync(path).mode & 0o077).toBe(0);
  });

  it('say what had to be left out when the disk was slower than the tapes', async () => {
    const { tapes, files } = start(1e9, folder, 1_000_000);
    for (let i = 0; i < 5000; i++) tapes.of('a').received(Buffer.alloc(1000, 0x41));
    await files.stop();
    const { records } = readCapture(join(folder, captures()[0] as string));
    const lost = records.find((r) => r.k === 'lost');
    const kept = records.filter((r) => r.k === 'in').length;
    expect(kept).toBeLessThan(1000);
    expect(lost).toMatchObject({ bytes: (5000 - kept) * 1000 });
  });

  it('give way to newer ones, and leave files of others alone', async () => {
    writeFileSync(join(folder, 'hai-20200101T000000000Z.capture.jsonl'), Buffer.alloc(5_000_000));
    writeFileSync(join(folder, 'notes.capture.jsonl'), Buffer.alloc(5_000_000));
    const { tapes, files } = start(33_000_000);
    tapes.of('a').received(Buffer.from('x'));
    await files.stop();
    expect(captures().sort()).toEqual(['hai-20260101T000000000Z.capture.jsonl', 'notes.capture.jsonl']);
  });

  it('that cannot be written are said once, and nothing else stops', async () => {
    const inTheWay = join(folder, 'file');
    writeFileSync(inTheWay, '');
    const { clock, tapes, files, warn } = start(1e9, inTheWay);
    tapes.of('a').received(Buffer.from('x'));
    clock.advance(1000);
    await vi.waitFor(() => expect(warn).toHaveBeenCalledTimes(1));
    tapes.of('a').received(Buffer.from('y'));
    rmSync(inTheWay);
    mkdirSync(inTheWay);
    await files.stop();
    expect(warn).toHaveBeenCalledTimes(1);
    const [name] = readdirSync(inTheWay);
    expect(readCapture(join(inTheWay, name as string)).records.flatMap((r) => (r.k === 'in' ? r.b : []))).toEqual([
      'x',
      'y',
    ]);
  });
});
