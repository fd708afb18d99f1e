/**
 * Rows and events that the store refuses for good, kept where people can find them: JSON lines in `<data>/quarantine`,
 * on disk before the batch is acknowledged. Nothing in there is ever deleted by this program: when the folder has
 * reached its limit, or cannot be written, `keep` throws, and the batch stays with the bridge that has it.
 */
import { mkdir, open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import type { BatchId } from '../mqtt/topics.ts';
import type { StoredEvent, StoredRow } from '../store/port.ts';

export interface QuarantineOptions {
  /** Made when the first row comes. */
  readonly folder: string;
  readonly clock: Clock;
  /** A file is followed by the next one from here on; default 8 MB. */
  readonly fileBytes?: number;
  /** All files together; default 256 MB. */
  readonly totalBytes?: number;
}

export interface Refused {
  readonly record: StoredRow | StoredEvent;
  /** What the store said. */
  readonly reason: string;
  readonly site: string;
  readonly topic: string;
  readonly bridge: string;
  readonly batch: BatchId;
  /** As it came in the message, byte for byte; `null` when it was not found there. */
  readonly raw: string | null;
}

/** The rows could not be kept; the message says why and what to do. */
export class QuarantineUnavailable extends Error {
  override readonly name = 'QuarantineUnavailable';
}

const FILE_BYTES = 8_000_000;
export const QUARANTINE_BYTES = 256_000_000;
/** A batch whose acknowledgement got lost comes again: the same row is kept once in a run. */
const MOST_REMEMBERED = 50_000;
const NAME = /^refused-.*\.jsonl$/;

export class Quarantine {
  readonly #options: QuarantineOptions;
  readonly #kept = new Set<string>();
  #path = '';
  #files = 0;
  /** Of all files in the folder; `null` until somebody looked. */
  #totalBytes: number | null = null;

  constructor(options: QuarantineOptions) {
    this.#options = options;
  }

  get folder(): string {
    return this.#options.folder;
  }

  /** The file written last; empty before the first row. */
  get path(): string {
    return this.#path;
  }

  /** Bytes in the folder, as far as known. */
  get bytes(): number {
    return this.#totalBytes ?? 0;
  }

  /**
   * Resolves with those that were not kept before, when they are on disk. All or nothing: throws `QuarantineUnavailable`
   * otherwise. One call at a time.
   */
  async keep(refused: readonly Refused[]): Promise<Refused[]> {
    const fresh = new Map<string, Refused>();
    for (const one of refused) {
      const key = keyOf(one);
      if (!this.#kept.has(key)) fresh.set(key, one);
    }
    if (fresh.size === 0) return [];
    const at = new Date(this.#options.clock.utcMs()).toISOString();
    const bytes = Buffer.from([...fresh.values()].map((one) => lineOf(one, at)).join(''));
    try {
      await this.#makeRoom(bytes.length);
      await this.#append(bytes);
    } catch (error) {
      this.#totalBytes = null;
      if (error instanceof QuarantineUnavailable) throw error;
      const problem = error instanceof Error ? error.message : String(error);
      throw new QuarantineUnavailable(
        `${this.folder} cannot be written: make it a folder that this user may write, with free space (${problem})`,
      );
    }
    for (const key of fresh.keys()) this.#remember(key);
    return [...fresh.values()];
  }

  /** Somebody may have moved files away since: looked at anew before it is said that there is no room. */
  async #makeRoom(bytes: number): Promise<void> {
    const { folder, totalBytes = QUARANTINE_BYTES } = this.#options;
    if (this.#totalBytes === null || this.#totalBytes + bytes > totalBytes) this.#totalBytes = await sizeOf(folder);
    if (this.#totalBytes + bytes <= totalBytes) return;
    throw new QuarantineUnavailable(
      `${folder} holds ${this.#totalBytes} of at most ${totalBytes} bytes: find out why the store refuses rows, then move these files elsewhere`,
    );
  }

  /** Opened anew every time: people may have moved the file away, and what is written to a file without a name is lost. */
  async #append(bytes: Buffer): Promise<void> {
    const { folder, fileBytes = FILE_BYTES } = this.#options;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    if (this.#path === '') this.#path = this.#nextPath();
    let file = await open(this.#path, 'a', 0o600);
    let { size } = await file.stat();
    if (size >= fileBytes) {
      await file.close();
      this.#path = this.#nextPath();
      file = await open(this.#path, 'ax', 0o600);
      size = 0;
    }
    try {
      await file.appendFile(bytes);
      await file.sync();
    } catch (error) {
      // All or nothing: no half a line, and no file more for every attempt on a full disk.
      await file.truncate(size).catch(() => {});
      throw error;
    } finally {
      await file.close();
    }
    if (size === 0) await syncFolder(folder);
    this.#totalBytes = (this.#totalBytes ?? 0) + bytes.length;
  }

  /** Of this run and this moment, so that no file of another run is gone on with. */
  #nextPath(): string {
    const { folder, clock } = this.#options;
    const stamp = new Date(clock.utcMs()).toISOString().replaceAll(':', '');
    return join(folder, `refused-${stamp}-${process.pid}-${++this.#files}.jsonl`);
  }

  #remember(key: string): void {
    this.#kept.add(key);
    if (this.#kept.size <= MOST_REMEMBERED) return;
    for (const oldest of this.#kept) {
      this.#kept.delete(oldest);
      return;
    }
  }
}

const keyOf = ({ record }: Refused) => `${record.station}/${record.epoch}/${record.seq}`;

function lineOf({ record, reason, site, topic, bridge, batch, raw }: Refused, at: string): string {
  const { station, epoch, seq, ...rest } = record;
  const kind = 'values' in record ? 'row' : 'event';
  const content = { ...rest, timeNs: record.timeNs.toString() };
  return `${JSON.stringify({ at, reason, topic, site, bridge, station, epoch, seq, kind, batch, content, raw })}\n`;
}

/** A file is only there after a power cut when its folder's entry is. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function sizeOf(folder: string): Promise<number> {
  let bytes = 0;
  for (const name of await readdir(folder).catch(absent)) {
    if (NAME.test(name)) bytes += (await stat(join(folder, name))).size;
  }
  return bytes;
}

function absent(error: unknown): string[] {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
  throw error;
}
