/** The manifest's thread: hashing and the disk's flushes happen here. */
import { existsSync, renameSync } from 'node:fs';
import { serve, startData } from '../worker/serve.ts';
import { EarlierManifest, ManifestFile, UnusableManifest } from './manifest-file.ts';
import { type Batch, ManifestWriter, type Origin, type Unreadable } from './manifest-writer.ts';

export interface ManifestStart {
  readonly path: string;
  readonly nowMs: number;
}

/**
 * Damage, or the file of an earlier version, is put aside under a name that says so: what was in it is not vouched for
 * any more, and nothing is lost from the store.
 */
function openOrBegin({ path, nowMs }: ManifestStart): { file: ManifestFile; kept: string | null } {
  try {
    return { file: ManifestFile.open(path, nowMs), kept: null };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const damaged = /SQLITE_(CORRUPT|NOTADB)/.test(code) || /malformed|not a database/i.test(String(error));
    const earlier = error instanceof EarlierManifest;
    if (!earlier && (!damaged || error instanceof UnusableManifest)) throw error;
    const kept = `${path}.${earlier ? 'earlier' : 'damaged'}-${new Date(nowMs).toISOString().replaceAll(':', '')}`;
    for (const part of ['', '-wal', '-shm'])
      if (existsSync(`${path}${part}`)) renameSync(`${path}${part}`, `${kept}${part}`);
    return { file: ManifestFile.open(path, nowMs), kept };
  }
}

class ManifestThread {
  #file: ManifestFile | null = null;
  #writer: ManifestWriter | null = null;
  #held: Batch[] = [];

  /** Name under which an unusable file was put aside, else `null`. */
  open = (): string | null => {
    const { file, kept } = openOrBegin(startData() as ManifestStart);
    this.#file = file;
    this.#writer = new ManifestWriter(file);
    this.#held = [];
    return kept;
  };

  /** The beginning of what the next `add` adds. */
  hold = (batches: readonly Batch[]): void => {
    for (const batch of batches) this.#held.push(batch);
  };

  add = (batches: readonly Batch[], origin: Origin): Unreadable[] => {
    const all = [...this.#held, ...batches];
    this.#held = [];
    if (this.#writer === null) throw new Error('the manifest is not open');
    return this.#writer.add(all, origin);
  };

  forgetBefore = (ms: number): number => this.#file?.forgetBefore(ms) ?? 0;

  close = (): void => {
    this.#file?.close();
    this.#file = null;
    this.#writer = null;
  };
}

export type ManifestCalls = Pick<ManifestThread, 'open' | 'hold' | 'add' | 'forgetBefore' | 'close'>;

const thread = new ManifestThread();
serve<ManifestCalls>(thread);
