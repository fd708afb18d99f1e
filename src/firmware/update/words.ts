/**
 * What the update machine hears and wants, as data: nothing here knows frames, ports or files. Times are monotonic ms,
 * hashes are the image's own (its hash TLV) in lower-case hex.
 */
import type { SmpError } from '../../../protocols/smp/index.ts';

/** One update of one station, fixed before it begins. */
export interface UpdateOrder {
  readonly job: string;
  /** Its serial; for one of which only the bootloader answers, the name of the link. */
  readonly station: string;
  /** The serial is not known: whoever answers after the update is taken. */
  readonly anonymous?: boolean;
  readonly image: {
    /** SHA-256 of the whole file: what an upload is resumed by. */
    readonly file: string;
    /** What the station lists, and what is compared after the restart. */
    readonly hash: string;
    readonly version: string;
    readonly bytes: number;
  };
  /**
   * - `swap`      into the second slot, tested, kept only after its proof: goes back by itself until then
   * - `recovery`  by the bootloader into the first slot: for a station that cannot do the other; there is no way back
   */
  readonly route: 'swap' | 'recovery';
  /** Of the station as it said before; `null` when it cannot say any more (its bootloader answers). */
  readonly hardwareRevision: string | null;
  /** Firmware that runs before, as far as known. */
  readonly before: { readonly version: string | null; readonly hash: string | null };
  /** CRC errors a line before the update; `null` when not known. */
  readonly crcErrorRateBefore: number | null;
  /** How long the new firmware must work before it is kept. */
  readonly proofMs: number;
  /** Of the line: a slow one takes its time. */
  readonly baudRate: number;
}

export interface SlotState {
  readonly image: number;
  readonly slot: number;
  readonly version: string;
  readonly hash: string | null;
  readonly bootable: boolean;
  readonly pending: boolean;
  readonly confirmed: boolean;
  readonly active: boolean;
  readonly permanent: boolean;
}

export type Ask =
  | { readonly op: 'params' }
  | { readonly op: 'state' }
  | { readonly op: 'slots' }
  /** Which bootloader it is, and how it starts images. */
  | { readonly op: 'bootloader' }
  | { readonly op: 'mode' }
  | { readonly op: 'upload'; readonly off: number; readonly bytes: number; readonly first: boolean }
  | { readonly op: 'test'; readonly hash: string }
  | { readonly op: 'confirm'; readonly hash: string }
  | { readonly op: 'erase' }
  | { readonly op: 'reset'; readonly into: 'application' | 'recovery' };

export type Answer =
  | { readonly op: 'params'; readonly bufferBytes: number; readonly bufferCount: number }
  /** `recovery`: the bootloader answers; it knows no flags. */
  | { readonly op: 'state'; readonly slots: readonly SlotState[]; readonly recovery: boolean }
  /** Bytes of each slot of image 0. */
  | { readonly op: 'slots'; readonly bytes: readonly number[] }
  | { readonly op: 'bootloader'; readonly name: string | null }
  /** MCUboot mode number of the Zephyr documentation; `null` when it is not said. */
  | { readonly op: 'mode'; readonly mode: number | null }
  | { readonly op: 'upload'; readonly off: number; readonly match: boolean | null }
  | { readonly op: 'done' }
  /** The station says no. */
  | { readonly op: 'error'; readonly error: SmpError };

export type UpdateEvent =
  | { readonly kind: 'answer'; readonly id: number; readonly answer: Answer }
  | { readonly kind: 'link'; readonly open: boolean }
  /** The station has said who it is. */
  | {
      readonly kind: 'identified';
      readonly station: string;
      readonly bootId: string;
      readonly hardwareRevision: string;
      readonly firmwareVersion: string;
    }
  | { readonly kind: 'reading' }
  /** Lines that arrived whole, and with a wrong checksum, since the daemon started. */
  | { readonly kind: 'health'; readonly lines: number; readonly badChecksums: number }
  /** The station reports a fault of its own. */
  | { readonly kind: 'fault'; readonly what: string }
  /** Why the station may not be touched now; `null` when it may. */
  | { readonly kind: 'refill'; readonly busy: string | null }
  | { readonly kind: 'abort'; readonly by: string }
  /** Nothing else happened, but time did. */
  | { readonly kind: 'time' };

export type UpdateEffect =
  | { readonly do: 'ask'; readonly id: number; readonly ask: Ask }
  /** Something a restart of the daemon must know. Comes before the ask that depends on it. */
  | { readonly do: 'save' }
  /** For the audit log. */
  | { readonly do: 'note'; readonly act: UpdateAct; readonly detail: string }
  | { readonly do: 'telemetry'; readonly is: 'interleaved' | 'paused' }
  | { readonly do: 'reopen' };

export type UpdateAct = 'uploaded' | 'marked' | 'restarted' | 'running' | 'kept' | 'unmarked' | 'given-up';

export type Phase =
  | 'waiting'
  | 'looking'
  | 'uploading'
  | 'checking'
  | 'marking'
  | 'restarting'
  | 'proving'
  | 'keeping'
  | 'unmarking'
  | 'ended';

/**
 * - `updated`      the new firmware runs, has proved itself and is kept
 * - `reverted`     the station runs its old firmware again
 * - `refused`      nothing was sent that changes anything
 * - `interrupted`  the station works or waits as it is; the same command goes on from there
 * - `failed`       needs a person; `detail` says what to look at
 */
export type OutcomeKind = 'updated' | 'reverted' | 'refused' | 'interrupted' | 'failed';

export interface Outcome {
  readonly kind: OutcomeKind;
  /** Stable, for scripts. */
  readonly code: string;
  /** One plain sentence, with the remedy where there is one. */
  readonly detail: string;
}

export interface UpdateView {
  readonly phase: Phase;
  /** Bytes the station has, of the image's. */
  readonly sent: number;
  /** Why nothing goes on at the moment. */
  readonly waitsFor: string | null;
  readonly outcome: Outcome | null;
}

/** What must survive a restart of the daemon: which doors have been passed. */
export interface UpdateMemory {
  /** The station has taken the mark for a test: its bootloader may have tried the image. */
  readonly marked: boolean;
  /** The new firmware was seen running. */
  readonly ran: boolean;
  /** Why it must not be kept, once that is so. */
  readonly undo: { readonly code: string; readonly why: string } | null;
  /** It has proved itself. */
  readonly proved: boolean;
  /** The bootloader has begun to overwrite the first slot. */
  readonly overwriting: boolean;
  /** A plain restart out of recovery was tried. */
  readonly leftRecovery: boolean;
  /** Times that this job was taken up. */
  readonly runs: number;
}

export const NOTHING_DONE: UpdateMemory = {
  marked: false,
  ran: false,
  undo: null,
  proved: false,
  overwriting: false,
  leftRecovery: false,
  runs: 0,
};
