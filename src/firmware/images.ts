/** Images on the shelf, checked against the keys and the policy as they are now. */
import type { ImageShelf } from './image-shelf.ts';
import type { PolicyFile } from './policy-file.ts';
import { FirmwareRefusal } from './refusal.ts';
import { fitsStation, type StationFacts } from './verify/fits.ts';
import type { FirmwareKey } from './verify/keys.ts';
import type { ImageTrouble } from './verify/problems.ts';
import { type ImageFacts, type Verification, verifyImage } from './verify/verify.ts';

export interface SoundImage {
  readonly content: Buffer;
  readonly facts: ImageFacts & { readonly hash: string };
}

export class Images {
  readonly shelf: ImageShelf;
  readonly #keys: readonly FirmwareKey[];
  readonly #policy: PolicyFile;

  constructor(shelf: ImageShelf, keys: readonly FirmwareKey[], policy: PolicyFile) {
    this.shelf = shelf;
    this.#keys = keys;
    this.#policy = policy;
  }

  /** Throws `FirmwareRefusal` for an image that is not there. */
  async read(file: string): Promise<Buffer> {
    const content = await this.shelf.read(file);
    if (content !== null) return content;
    throw new FirmwareRefusal('unknown-image', `no image ${file.slice(0, 64)} is here`, 'send the image first');
  }

  check(content: Uint8Array): Verification {
    return verifyImage(content, this.#keys);
  }

  /** Throws `FirmwareRefusal` with everything that stands against it. */
  async sound(file: string): Promise<SoundImage> {
    const content = await this.read(file);
    const { facts, problems } = this.check(content);
    const hash = facts?.hash ?? null;
    if (facts !== null && hash !== null && problems.length === 0) return { content, facts: { ...facts, hash } };
    throw imageRefused(problems);
  }

  /** The policy is read again before each answer. */
  async against(facts: ImageFacts, station: StationFacts): Promise<readonly ImageTrouble[]> {
    await this.#policy.refresh();
    const { policy, problem } = this.#policy;
    return fitsStation(facts, station, { policy, problem });
  }
}

export function imageRefused(problems: readonly ImageTrouble[]): FirmwareRefusal {
  const message = problems.map((problem) => problem.message).join('; ');
  return new FirmwareRefusal('image-refused', message, 'see the codes of the problems in docs/firmware.md', problems);
}
