/**
 * Writes what is on the tapes to files as it comes, once a second, beside the way of the bytes. A disk that is slow or full
 * costs captures (a `lost` record says so), never readings.
 */
import { appendFile, mkdir, readdir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import type { Logger } from '../logger.ts';
import { sealRecord } from './format.ts';
import type { CaptureOrigin, Tapes } from './tapes.ts';

const EVERY_MS = 1000;
const LARGEST_FILE = 32_000_000;
const PIECE = 1_000_000;
const OURS = /^hai-\d{8}T\d{9}Z\.capture\.jsonl$/;

export interface CaptureFilesParts {
  readonly folder: string;
  readonly maxBytes: number;
  readonly tapes: Tapes;
  readonly origin: CaptureOrigin;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface Open {
  readonly path: string;
  bytes: number;
  records: number;
  /** Links that are introduced in this file: their number, and when it was that the one who answers there was identified. */
  readonly links: Map<string, { readonly l: number; identifiedMs: number | null }>;
}

export class CaptureFiles {
  readonly #parts: CaptureFilesParts;
  /** Per link, records of its tape that are written or given up. */
  readonly #done = new Map<string, number>();
  #open: Open | null = null;
  #turn: Promise<void> = Promise.resolve();
  #cancel: () => void = () => {};
  #failing = false;

  constructor(parts: CaptureFilesParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#cancel = this.#parts.clock.after(EVERY_MS, () => {
      this.#turn = this.#turn.then(() => this.#drain()).then(() => this.start());
    });
  }

  /** Writes what there is and ends the file. */
  async stop(): Promise<void> {
    this.#cancel();
    await this.#turn;
    this.#cancel();
    await this.#drain();
    await this.#end();
  }

  async #drain(): Promise<void> {
    try {
      await this.#write();
      if (this.#failing) this.#parts.logger.info({ folder: this.#parts.folder }, 'captures are written again');
      this.#failing = false;
    } catch (error) {
      if (!this.#failing) {
        const { folder } = this.#parts;
        this.#parts.logger.warn({ error, folder }, 'captures cannot be written; all else goes on');
      }
      this.#failing = true;
      this.#open = null;
    }
  }

  async #write(): Promise<void> {
    const { tapes } = this.#parts;
    for (const name of tapes.links) {
      const tape = tapes.of(name);
      const from = this.#done.get(name) ?? 0;
      const upTo = tape.written;
      if (upTo === from) continue;
      const file = this.#open ?? (await this.#begin());
      let piece = this.#introduced(file, name);
      for (const record of tape.records(file.links.get(name)?.l ?? 0, from, Number.NEGATIVE_INFINITY, upTo)) {
        piece += sealRecord(record);
        file.records++;
        if (piece.length >= PIECE) {
          await this.#append(file, piece);
          piece = '';
        }
      }
      await this.#append(file, piece);
      this.#done.set(name, upTo);
      if (file.bytes >= LARGEST_FILE) await this.#end();
    }
  }

  async #begin(): Promise<Open> {
    const { folder, clock, tapes, origin, maxBytes } = this.#parts;
    await mkdir(folder, { recursive: true });
    await makeRoom(folder, Math.max(0, maxBytes - LARGEST_FILE));
    const stamp = new Date(clock.utcMs()).toISOString().replace(/[-:.]/g, '');
    const file: Open = {
      path: join(folder, `hai-${stamp}.capture.jsonl`),
      ...{ bytes: 0, records: 0, links: new Map() },
    };
    const [header] = tapes.capture(origin, []);
    if (header !== undefined) await this.#append(file, sealRecord(header));
    this.#open = file;
    return file;
  }

  #introduced(file: Open, name: string): string {
    const { tapes } = this.#parts;
    const known = file.links.get(name);
    const link = known ?? { l: file.links.size, identifiedMs: null };
    file.links.set(name, link);
    const who = tapes.who(name, link.l);
    const anew = who !== null && who.m !== link.identifiedMs;
    if (anew) link.identifiedMs = who.m;
    const lines = [...(known === undefined ? [{ k: 'link' as const, l: link.l, name }] : []), ...(anew ? [who] : [])];
    file.records += lines.length;
    return lines.map(sealRecord).join('');
  }

  async #append(file: Open, text: string): Promise<void> {
    if (text === '') return;
    await appendFile(file.path, text, { mode: 0o600 });
    file.bytes += text.length;
  }

  async #end(): Promise<void> {
    const file = this.#open;
    this.#open = null;
    if (file !== null) await this.#append(file, sealRecord({ k: 'end', records: file.records })).catch(() => {});
  }
}

/** Deletes the oldest captures of ours until no more than `most` bytes are left. */
async function makeRoom(folder: string, most: number): Promise<void> {
  const names = (await readdir(folder)).filter((name) => OURS.test(name)).sort();
  const sizes = await Promise.all(
    names.map((name) =>
      stat(join(folder, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  let total = sizes.reduce((sum, size) => sum + size, 0);
  for (const [i, name] of names.entries()) {
    if (total <= most) return;
    total -= sizes[i] as number;
    await unlink(join(folder, name)).catch(() => {});
  }
}
