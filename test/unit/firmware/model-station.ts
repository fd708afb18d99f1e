/**
 * A station as the update machine sees it: two slots, a bootloader that swaps on trial and goes back, answers that take
 * time and can be lost. Written from the documentation of MCUboot and of what real firmware did, not from the machine.
 */
import { smpError } from '../../../protocols/smp/index.ts';
import type { Answer, Ask, SlotState } from '../../../src/firmware/update/words.ts';

export interface ModelImage {
  readonly hash: string;
  readonly version: string;
  /** Its signature is right: the bootloader starts it. */
  readonly good: boolean;
  /** It starts but never speaks, or restarts by itself after so long. */
  readonly behaves?: 'well' | 'mute' | 'crashes';
}

export interface ModelOptions {
  readonly old: ModelImage;
  readonly bytes: number;
  readonly uploads: ModelImage;
  readonly bufferCount?: number;
  readonly slotBytes?: number;
  readonly mode?: number;
}

const BOOT_MS = 2000;
const RESET_DELAY_MS = 250;
const CRASH_MS = 4000;

export class ModelStation {
  readonly #of: ModelOptions;
  primary: ModelImage | null;
  secondary: ModelImage | null = null;
  pending: 'no' | 'test' | 'permanent' = 'no';
  confirmed = true;
  /** The other way round at the next boot, unless confirmed until then. */
  #onTrial = false;
  #received = 0;
  boots = 1;
  darkUntilMs = 0;
  #resetAtMs: number | null = null;
  #crashAtMs: number | null = null;
  recovery = false;
  #intoRecovery = false;
  confirms: string[] = [];

  constructor(of: ModelOptions) {
    this.#of = of;
    this.primary = of.old;
  }

  get bootId(): string {
    return `B00T${String(this.boots).padStart(4, '0')}`;
  }

  /** Speaks HRSP now. */
  speaks(nowMs: number): boolean {
    return nowMs >= this.darkUntilMs && !this.recovery && this.primary !== null && this.primary.behaves !== 'mute';
  }

  /** Time goes on. `true` when it has started anew. */
  advance(nowMs: number): boolean {
    if (this.#resetAtMs !== null && nowMs >= this.#resetAtMs) {
      this.boot(nowMs);
      return true;
    }
    if (this.#crashAtMs !== null && nowMs >= this.#crashAtMs) {
      this.boot(nowMs);
      return true;
    }
    return false;
  }

  /** Power off and on, or a reset: what a bootloader does. */
  boot(nowMs: number): void {
    this.#resetAtMs = null;
    this.#crashAtMs = null;
    this.#received = 0;
    this.boots++;
    this.darkUntilMs = nowMs + BOOT_MS;
    this.recovery = this.#intoRecovery;
    this.#intoRecovery = false;
    if (this.recovery) return;
    if (this.#onTrial && !this.confirmed) this.#swap();
    else if (this.pending !== 'no' && this.secondary !== null) this.#tryPending();
    this.#onTrial = !this.confirmed;
    if (this.primary === null || !this.primary.good) this.recovery = true;
    else if (this.primary.behaves === 'crashes') this.#crashAtMs = nowMs + BOOT_MS + CRASH_MS;
  }

  #tryPending(): void {
    const permanent = this.pending === 'permanent';
    this.pending = 'no';
    if (!this.secondary?.good) {
      this.secondary = null;
      return;
    }
    [this.primary, this.secondary] = [this.secondary, this.primary];
    this.confirmed = permanent;
  }

  #swap(): void {
    [this.primary, this.secondary] = [this.secondary, this.primary];
    this.confirmed = true;
    this.pending = 'no';
  }

  /** `null`: no answer. */
  ask(ask: Ask, nowMs: number): Answer | null {
    if (nowMs < this.darkUntilMs || (this.primary?.behaves === 'mute' && !this.recovery)) return null;
    const no = (group: number | null, code: number): Answer => ({ op: 'error', error: smpError(group, code, null) });
    switch (ask.op) {
      case 'params':
        return { op: 'params', bufferBytes: 384, bufferCount: this.#of.bufferCount ?? 4 };
      case 'state':
        return { op: 'state', recovery: this.recovery, slots: this.#slots() };
      case 'slots':
        return { op: 'slots', bytes: [this.#of.slotBytes ?? 500_000, this.#of.slotBytes ?? 500_000] };
      case 'bootloader':
        return { op: 'bootloader', name: 'MCUboot' };
      case 'mode':
        return this.#of.mode === undefined ? no(null, 8) : { op: 'mode', mode: this.#of.mode };
      case 'upload':
        return this.#upload(ask);
      case 'test':
        return this.#mark(ask.hash, 'test') ?? no(1, this.primary?.hash === ask.hash ? 33 : 8);
      case 'confirm':
        this.confirms.push(ask.hash);
        if (this.primary?.hash === ask.hash) {
          this.confirmed = true;
          this.#onTrial = false;
          return { op: 'done' };
        }
        return this.#mark(ask.hash, 'permanent') ?? no(1, 8);
      case 'erase':
        this.secondary = null;
        this.pending = 'no';
        this.#received = 0;
        return { op: 'done' };
      case 'reset':
        this.#resetAtMs = nowMs + RESET_DELAY_MS;
        this.#intoRecovery = ask.into === 'recovery';
        return { op: 'done' };
    }
  }

  #mark(hash: string, how: 'test' | 'permanent'): Answer | null {
    if (this.secondary?.hash !== hash) return null;
    this.pending = how;
    return { op: 'done' };
  }

  #upload(ask: Extract<Ask, { op: 'upload' }>): Answer {
    if (ask.first) {
      if (this.#received === 0) {
        if (this.recovery) this.primary = null;
        else {
          this.secondary = null;
          this.pending = 'no';
        }
        this.#received = ask.bytes;
      }
    } else if (ask.off === this.#received && this.#received > 0) this.#received += ask.bytes;
    const off = this.#received;
    if (off < this.#of.bytes) return { op: 'upload', off, match: null };
    this.#received = 0;
    if (this.recovery) {
      this.primary = this.#of.uploads;
      this.confirmed = true;
    } else this.secondary = this.#of.uploads;
    return { op: 'upload', off, match: true };
  }

  #slots(): SlotState[] {
    const slot = (number: number, image: ModelImage | null): SlotState[] =>
      image === null
        ? []
        : [
            {
              image: 0,
              slot: number,
              version: image.version,
              hash: image.hash,
              bootable: true,
              active: number === 0 && !this.recovery,
              confirmed: number === 0 ? this.confirmed : !this.confirmed && this.pending === 'no',
              pending: number === 1 && this.pending !== 'no',
              permanent: number === 1 && this.pending === 'permanent',
            },
          ];
    return [...slot(0, this.primary), ...slot(1, this.secondary)];
  }
}
