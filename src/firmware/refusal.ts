import type { ImageTrouble } from './verify/problems.ts';

export type RefusalCode =
  | 'unknown-station'
  | 'unknown-image'
  | 'unknown-job'
  | 'in-use'
  | 'refill-open'
  | 'refill-due'
  | 'image-refused'
  | 'not-answering'
  | 'rollout-under-way'
  | 'no-rollout'
  | 'nobody-to-update';

/** What was asked for is not done; the message is one plain sentence. */
export class FirmwareRefusal extends Error {
  override readonly name = 'FirmwareRefusal';
  readonly code: RefusalCode;
  readonly remedy: string;
  readonly problems: readonly ImageTrouble[];

  constructor(code: RefusalCode, message: string, remedy: string, problems: readonly ImageTrouble[] = []) {
    super(message);
    this.code = code;
    this.remedy = remedy;
    this.problems = problems;
  }
}
