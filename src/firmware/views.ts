/** What the API, the page and the command line are told of firmware. Types alone. */
import type { MemberState, Stage } from './rollout/rollout.ts';
import type { Outcome, Phase } from './update/words.ts';

export interface SlotView {
  readonly image: number;
  readonly slot: number;
  readonly version: string;
  readonly hash: string | null;
  /** `active`, `confirmed`, `pending`, `permanent`, `bootable`. */
  readonly flags: readonly string[];
  /** Room of the slot; `null` when the station does not say. */
  readonly bytes: number | null;
}

export interface StationFirmwareView {
  /** Serial, or the link of a station of which only the bootloader answers. */
  readonly station: string;
  readonly link: string;
  /** As on the status topic. */
  readonly state: string;
  readonly simulated: boolean;
  readonly hardwareRevision: string | null;
  /** As the station says it itself; `null` for a bootloader. */
  readonly firmwareVersion: string | null;
  /** `not-asked`: not yet. */
  readonly answers: 'application' | 'bootloader' | 'silent' | 'not-asked';
  readonly askedUtcMs: number | null;
  readonly running: { readonly version: string; readonly hash: string | null; readonly kept: boolean } | null;
  readonly slots: readonly SlotView[];
  readonly bootloader: string | null;
  readonly mode: string | null;
  /** `unknown`: nobody can say, and why. */
  readonly policy: { readonly verdict: 'in' | 'out' | 'unknown'; readonly code: string; readonly reason: string };
  /** Why it may not be updated now; `null` when it may. */
  readonly busy: string | null;
  /** The update that is under way there. */
  readonly job: string | null;
}

export interface JobView {
  readonly job: string;
  readonly station: string;
  readonly image: { readonly file: string; readonly hash: string; readonly version: string; readonly bytes: number };
  readonly by: string;
  readonly rollout: string | null;
  readonly phase: Phase;
  /** Bytes the station has. */
  readonly sent: number;
  readonly waitsFor: string | null;
  readonly outcome: Outcome | null;
  readonly beganUtcMs: number;
  readonly endedUtcMs: number | null;
}

export interface RolloutView {
  readonly rollout: string;
  readonly image: { readonly file: string; readonly hash: string; readonly version: string };
  readonly by: string;
  readonly beganUtcMs: number;
  readonly stage: Stage;
  /** From 1. */
  readonly wave: number;
  readonly waves: number;
  readonly reason: string | null;
  readonly watchLeftMs: number | null;
  readonly members: readonly {
    readonly station: string;
    /** From 1. */
    readonly wave: number;
    readonly state: MemberState;
    readonly detail: string | null;
  }[];
}

export interface ProblemView {
  readonly code: string;
  readonly message: string;
}

export interface ImageView {
  readonly file: string;
  readonly bytes: number;
  readonly version: string | null;
  readonly hash: string | null;
  readonly hardwareRevisions: readonly string[];
  readonly signedBy: { readonly key: string; readonly algorithm: string } | null;
  /** Empty: the image is what its signer made. */
  readonly problems: readonly ProblemView[];
  /** What stands against it at single stations; those without a problem are listed too. */
  readonly stations: readonly { readonly station: string; readonly problems: readonly ProblemView[] }[];
}

export interface FirmwareView {
  readonly stations: readonly StationFirmwareView[];
  /** The newest first: those under way, and the last that ended. */
  readonly jobs: readonly JobView[];
  readonly rollout: RolloutView | null;
  readonly policy: { readonly configured: boolean; readonly problem: string | null };
  readonly keys: readonly { readonly name: string; readonly algorithm: string }[];
}

/** The event `firmware` of the event stream. */
export interface FirmwareNews {
  /** Under way, or ended within the last minute. */
  readonly jobs: readonly JobView[];
  readonly rollout: RolloutView | null;
  /** Changes when the inventory or the policy has: read `/api/v1/firmware` again. */
  readonly inventory: number;
}

export interface AuditView {
  readonly entries: readonly {
    readonly n: number;
    readonly at: string;
    readonly who: string;
    readonly act: string;
    readonly station?: string | undefined;
    readonly job?: string | undefined;
    readonly image?: { readonly version: string; readonly hash: string; readonly file: string } | undefined;
    readonly detail?: string | undefined;
  }[];
  /** Lines of the log that were changed or cannot be read. */
  readonly broken: readonly number[];
}
