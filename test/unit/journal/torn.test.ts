import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openJournal } from '../../../src/journal/journal.ts';
import type { JournaledBatch } from '../../../src/journal/port.ts';
import { silentLogger } from '../../../src/logger.ts';
import { diskHere } from './disk-here.ts';
import { allWaiting, collectingLogger, FakeClock, type Line, reading, settled } from './support.ts';

/** In memory where there is such a folder: thousands of files are opened, and none has to survive a power cut. */
const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'hai-torn-'));
const PAGE_BYTES = 4096;
const FRAME_BYTES = 24 + PAGE_BYTES;
/** Two databases as a killed daemon leaves them: nearly all in the write-ahead log, and nearly all in the file. */
interface Image {
  readonly db: Buffer;
  readonly wal: Buffer;
  /** By position: all that were ever committed, in the order of the commits, four at a time. */
  readonly written: ReadonlyMap<number, JournaledBatch>;
  /** Of the one batch that a recorder has acknowledged. */
  readonly retired: number;
}
const images = new Map<string, Image>();
const imageOf = (name: string): Image => {
  const found = images.get(name);
  if (!found) throw new Error(`no image ${name}`);
  return found;
};

const keyOf = (b: JournaledBatch) => `${b.station}/${b.epoch}/${b.firstSeq}-${b.lastSeq}`;

beforeAll(async () => {
  for (const image of ['log', 'file']) {
    const path = join(folder, image, 'journal.db');
    const clock = new FakeClock();
    const written = new Map<number, JournaledBatch>();
    const open = async () => {
      const disk = diskHere(path, clock);
      const journal = await openJournal({ path, bridge: 'b', clock, logger: silentLogger, disk });
      journal.onCommitted((b) => written.set(b.position, b));
      return journal;
    };
    let journal = await open();
    let line = 0;
    const commits = async (count: number) => {
      for (let i = 0; i < count; i++) {
        for (let s = 0; s < 4; s++) {
          for (let n = 0; n < 12 + s * 9; n++) journal.append(reading(`RS-${s}`, line++));
        }
        await clock.passing(1000);
      }
    };
    await commits(image === 'file' ? 30 : 3);
    if (image === 'file') {
      await journal.close();
      journal = await open();
    }
    const [first] = written.values();
    if (!first) throw new Error('nothing was committed');
    journal.retire(first.station, first);
    await commits(image === 'file' ? 1 : 8);
    images.set(image, { db: readFileSync(path), wal: readFileSync(`${path}-wal`), written, retired: first.position });
    await journal.close();
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let count = 0;

interface Seen {
  readonly served: readonly number[];
  readonly asides: readonly string[];
  readonly errors: readonly Line[];
  readonly damaged: number;
}

/** Opens a journal with these contents, reads everything out of it, and looks whether it still does its work. */
async function look(name: string, change: (image: Image) => { db?: Buffer; wal?: Buffer }): Promise<Seen> {
  const image = imageOf(name);
  const own = join(folder, `look-${count++}`);
  mkdirSync(own);
  const path = join(own, 'journal.db');
  const { db = image.db, wal = image.wal } = change(image);
  writeFileSync(path, db);
  writeFileSync(`${path}-wal`, wal);
  const clock = new FakeClock();
  clock.utc += 3_600_000;
  const logger = collectingLogger();
  const journal = await openJournal({ path, bridge: 'b', clock, logger, disk: diskHere(path, clock) });
  let served = await allWaiting(journal);
  // Damage that is only met in reading: a fresh file has taken over, and what could be saved comes into it.
  await settled();
  if (served.length < journal.counters.waiting) served = await allWaiting(journal);
  expect(served.length).toBe(journal.counters.waiting);
  for (const b of served) {
    const original = image.written.get(b.position);
    if (!original || b.payload !== original.payload || keyOf(b) !== keyOf(original)) expect(b).toEqual(original);
  }

  const fresh: JournaledBatch[] = [];
  journal.onCommitted((b) => fresh.push(b));
  journal.append(reading('RS-1', 1, { received: { utcMs: clock.utc, monotonicMs: 0 } }));
  await journal.flush();
  expect((await allWaiting(journal)).at(-1)).toEqual(fresh[0] ?? 'the new batch');
  const { damaged, lost } = journal.counters;
  expect(lost).toBe(0);
  await journal.close();
  const asides = readdirSync(own).filter((n) => n.includes('.damaged-'));
  rmSync(own, { recursive: true });
  const errors = logger.lines.filter((l) => l.level === 'error');
  return { served: served.map((b) => b.position), asides, errors, damaged };
}

/** Seeded, so that a failure can be looked at again. */
function* random(seed: number): Generator<number> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

function flipped(bytes: Buffer, bit: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return copy;
}

/** Some places by chance take seconds; every byte of the last pages, some minutes. */
const everyByte = process.env.HAI_TEST_EVERY_BYTE !== undefined;
const LONG_MS = 3_600_000;

/** Bits to flip: some by chance, or one of each of the last bytes. */
interface Flips {
  readonly length: number;
  /** By chance among so many at the end. */
  readonly bytes: number;
  readonly lastBytes: number;
  /** Bytes of which each has a bit flipped in any case: they decide where SQLite goes on. */
  readonly always: readonly number[];
  readonly seed: number;
}
function* bitsOf({ length, bytes, lastBytes, always, seed }: Flips): Generator<number> {
  const numbers = random(seed);
  const next = () => numbers.next().value as number;
  for (const at of always) yield at * 8 + Math.floor(next() * 8);
  if (everyByte) for (let at = length - lastBytes; at < length; at++) yield at * 8 + Math.floor(next() * 8);
  else for (let i = 0; i < 300; i++) yield Math.floor((length - next() * bytes) * 8) - 1;
}
const countingFrom = (first: number, count: number) => Array.from({ length: count }, (_, i) => first + i);

/** Bytes cut off the last frame: each near its ends, where its header is, and one in thirteen between; or every one. */
function* cuts(): Generator<number> {
  const step = everyByte ? 1 : 13;
  for (let cut = 1; cut <= FRAME_BYTES; cut += cut < 64 || cut > FRAME_BYTES - 64 ? 1 : step) yield cut;
}

/** Of the file: hardly anything, and some by chance; or each that cuts its last page. */
function* lengths(whole: number): Generator<number> {
  const numbers = random(4);
  for (let i = 0; i < 10; i++) yield i * 10;
  if (everyByte) for (let cut = 1; cut <= PAGE_BYTES; cut++) yield whole - cut;
  else for (let i = 0; i < 140; i++) yield Math.floor((numbers.next().value as number) * whole);
}

/** What must be there when nothing is damaged, or only the last `transactions` are gone (each commits four batches). */
function expected(name: string, transactionsLost = 0): number[] {
  const { written, retired } = imageOf(name);
  return [...written.keys()].slice(0, written.size - 4 * transactionsLost).filter((p) => p !== retired);
}

describe('torn and damaged files', () => {
  it('the images are whole to begin with', async () => {
    for (const name of ['log', 'file']) {
      expect(await look(name, () => ({}))).toEqual({ served: expected(name), asides: [], errors: [], damaged: 0 });
    }
  });

  it('a log cut off anywhere in its last frame costs the last transaction alone', { timeout: LONG_MS }, async () => {
    const rest = { served: expected('log', 1), asides: [], errors: [], damaged: 0 };
    for (const cut of cuts()) {
      expect(await look('log', ({ wal }) => ({ wal: wal.subarray(0, wal.length - cut) })), `cut ${cut}`).toEqual(rest);
    }
  });

  it('a bit flipped anywhere in the log is noticed, and what stands before it is there', {
    timeout: LONG_MS,
  }, async () => {
    const { wal, retired } = imageOf('log');
    // The last frame's salts: with others it would be left over from an earlier log.
    const always = countingFrom(wal.length - FRAME_BYTES + 8, 8);
    const { length } = wal;
    for (const bit of bitsOf({ length, bytes: length - 32, lastBytes: 4 * FRAME_BYTES, always, seed: 1 })) {
      const { served, asides, errors, damaged } = await look('log', () => ({ wal: flipped(wal, bit) }));
      const lost = expected('log').filter((p) => !served.includes(p));
      const detail = `bit ${bit}, frame ${Math.floor(((bit >> 3) - 32) / FRAME_BYTES) + 1}`;
      expect({ asides: asides.length, errors: errors.length, damaged }, detail).toEqual({
        asides: 1,
        errors: 1,
        damaged: 0,
      });
      expect(asides[0], detail).toMatch(/^journal\.db-wal\.damaged-/);
      // A beginning without holes.
      expect(
        served.filter((p) => p !== retired),
        detail,
      ).toEqual(expected('log').slice(0, expected('log').length - lost.length));
    }
  });

  it('bits flipped in the last pages of the file cost only what stands there', { timeout: LONG_MS }, async () => {
    const { db } = imageOf('file');
    const kinds = { whole: 0, batches: 0, file: 0 };
    const { length } = db;
    // Where the first row of each page stands.
    const always = countingFrom(1, 40).flatMap((page) => countingFrom(length - page * PAGE_BYTES + 8, 2));
    for (const bit of bitsOf({ length, bytes: 40 * PAGE_BYTES, lastBytes: 8 * PAGE_BYTES, always, seed: 2 })) {
      const { served, asides, errors, damaged } = await look('file', () => ({ db: flipped(db, bit) }));
      const detail = `bit ${bit}: page ${Math.floor((bit >> 3) / PAGE_BYTES) + 1}`;
      const lost = expected('file').filter((p) => !served.includes(p));
      kinds[asides.length > 0 ? 'file' : damaged > 0 ? 'batches' : 'whole']++;
      if (lost.length > 0) expect(errors.length, detail).toBeGreaterThan(0);
      expect(lost.length, detail).toBeLessThanOrEqual(4);
    }
    // Each way of finding it has been seen.
    expect(Math.min(kinds.whole, kinds.batches, kinds.file), JSON.stringify(kinds)).toBeGreaterThan(0);
  });

  it('bits flipped anywhere in the file, its first page included, never stop it', async () => {
    const numbers = random(3);
    const { db } = imageOf('file');
    for (let i = 0; i < 300; i++) {
      const span = i % 3 === 0 ? PAGE_BYTES : db.length;
      const bit = Math.floor((numbers.next().value ?? 0) * span * 8);
      const { served, errors } = await look('file', () => ({ db: flipped(db, bit) }));
      if (expected('file').some((p) => !served.includes(p))) expect(errors.length, `bit ${bit}`).toBeGreaterThan(0);
    }
  });

  it('a file cut off anywhere never stops it, and what can be read is saved', { timeout: LONG_MS }, async () => {
    const { db } = imageOf('file');
    let saved = 0;
    for (const length of lengths(db.length)) {
      const { served, asides, errors } = await look('file', () => ({ db: db.subarray(0, length) }));
      const lost = expected('file').some((p) => !served.includes(p));
      const pagesGone = length <= db.length - PAGE_BYTES;
      // Of the last page the end may hold nothing that is used, or one batch.
      if (pagesGone || lost) expect(errors.length, `${length} bytes`).toBeGreaterThan(0);
      if (pagesGone) expect(asides.length, `${length} bytes`).toBeGreaterThan(0);
      saved += served.length;
      if (length > db.length / 2) expect(served.length, `${length} bytes`).toBeGreaterThan(20);
    }
    expect(saved).toBeGreaterThan(3000);
  });
});
