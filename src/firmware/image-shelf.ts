/** Images that were given to the daemon, in files named by the SHA-256 of their content. */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder } from './atomic-file.ts';

export const LARGEST_IMAGE = 8 * 1024 * 1024;
const MOST_IMAGES = 50;
const NAME = /^([0-9a-f]{64})\.bin$/;

export class ImageTooLarge extends Error {
  override readonly name = 'ImageTooLarge';
  constructor() {
    super(`an image of more than ${LARGEST_IMAGE / 1024 / 1024} MB is none for a station`);
  }
}

export interface ShelvedImage {
  /** SHA-256 of the content, hex. */
  readonly file: string;
  readonly bytes: number;
  readonly addedUtcMs: number;
}

export class ImageShelf {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async start(): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    for (const name of await readdir(this.#folder)) {
      if (name.endsWith('.part')) await rm(join(this.#folder, name), { force: true });
    }
  }

  /** Takes the image as it comes. Throws `ImageTooLarge`; then nothing of it is left. */
  async add(content: AsyncIterable<Uint8Array>): Promise<string> {
    const part = join(this.#folder, `${randomUUID()}.part`);
    const sha = createHash('sha256');
    let bytes = 0;
    try {
      const file = await open(part, 'wx', 0o600);
      try {
        for await (const chunk of content) {
          bytes += chunk.length;
          if (bytes > LARGEST_IMAGE) throw new ImageTooLarge();
          sha.update(chunk);
          await file.writeFile(chunk);
        }
        await file.sync();
      } finally {
        await file.close();
      }
      const name = sha.digest('hex');
      await rename(part, this.#path(name));
      await syncFolder(this.#folder);
      return name;
    } catch (error) {
      await rm(part, { force: true });
      throw error;
    }
  }

  /** `null` when it is not there, or no longer what its name says. */
  async read(file: string): Promise<Buffer | null> {
    if (!NAME.test(`${file}.bin`)) return null;
    const content = await readFile(this.#path(file)).catch(() => null);
    if (content === null) return null;
    return createHash('sha256').update(content).digest('hex') === file ? content : null;
  }

  /** The newest first. */
  async list(): Promise<ShelvedImage[]> {
    const images: ShelvedImage[] = [];
    for (const name of await readdir(this.#folder).catch(() => [])) {
      const file = NAME.exec(name)?.[1];
      const found = file === undefined ? null : await stat(this.#path(file)).catch(() => null);
      if (file !== undefined && found !== null) images.push({ file, bytes: found.size, addedUtcMs: found.mtimeMs });
    }
    return images.sort((a, b) => b.addedUtcMs - a.addedUtcMs);
  }

  /** The oldest give way, but for those that are still needed. */
  async makeRoom(needed: ReadonlySet<string>): Promise<void> {
    for (const { file } of (await this.list()).slice(MOST_IMAGES)) {
      if (!needed.has(file)) await rm(this.#path(file), { force: true });
    }
  }

  #path(file: string): string {
    return join(this.#folder, `${file}.bin`);
  }
}
