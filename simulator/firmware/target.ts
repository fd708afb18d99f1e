/**
 * A station's firmware as it is seen on the wire: boot loader, application with an SMP server, recovery, and the ways from
 * one to the other. Knows time only by what it is told; the same calls give the same bytes.
 *
 *   reset, power ──▶ BOOTING ──▶ APPLICATION ──reset (250 ms after its answer)──▶ BOOTING
 *                       │ ╰─────▶ STUCK ──watchdog──▶ BOOTING        a new image that does not run on this station
 *                       ╰───────▶ RECOVERY ──reset──▶ BOOTING        asked for, or no image can be started
 */
import { versionText } from '../../protocols/smp/mcuboot/index.ts';
import type { Random } from '../random.ts';
import { completeSwap, isValid, planBoot, swapSectors } from './boot.ts';
import { BOOT_TEXT, logLine } from './console.ts';
import { Endpoint } from './endpoint.ts';
import { bootloaderKeys, factoryImage } from './factory.ts';
import { FirmwareFaults, PowerLost } from './faults.ts';
import { Flash } from './flash.ts';
import { type FirmwareOptions, withDefaults } from './options.ts';
import { Schedule } from './schedule.ts';
import { applicationServer, recoveryServer, type Server } from './servers.ts';
import { Uploads } from './uploads.ts';

export type FirmwarePhase = 'application' | 'booting' | 'recovery' | 'stuck' | 'off';

/** The station around it. */
export interface FirmwareHost {
  /** Bytes for the wire: whole lines. */
  send(bytes: Uint8Array, nowMs: number): void;
  /** The application no longer runs: a reset, or power is gone. */
  applicationEnded(atMs: number): void;
  applicationStarted(atMs: number): void;
}

/** An upload that rests for so long no longer counts as one. */
const UPLOAD_RESTS_MS = 10_000;
/** Chance of a line of the log in front of a frame, where the console is noisy. */
const LOG_CHANCE = 0.3;
/** How soon an image in a boot loop resets itself. */
const LOOP_MS = 1000;

export class FirmwareTarget {
  readonly flash: Flash;
  readonly faults: FirmwareFaults;
  /** Times it has been through the boot loader since it was made. */
  boots = 0;
  readonly #options: ReturnType<typeof withDefaults>;
  readonly #host: FirmwareHost;
  readonly #random: Random;
  readonly #uploads: Uploads;
  readonly #factoryImage: Uint8Array;
  readonly #servers: { readonly application: Server; readonly recovery: Server };
  readonly #schedule = new Schedule();
  #phase: FirmwarePhase = 'application';
  /** `null` while nobody listens to SMP. */
  #endpoint: Endpoint | null;
  #startedMs = 0;
  #uploadingUntilMs = 0;
  #swapBegan: { readonly atMs: number; readonly wholeMs: number; readonly doneBefore: number } | null = null;

  /** Its application runs already. */
  constructor(options: FirmwareOptions, random: Random, host: FirmwareHost) {
    this.#options = withDefaults(options);
    const { hardwareRevision, factoryVersion, slotBytes, bufferBytes, bufferCount, recoveryBufferBytes } =
      this.#options;
    this.#host = host;
    this.#random = random;
    this.#factoryImage = factoryImage(hardwareRevision, factoryVersion);
    this.flash = new Flash(slotBytes, this.#factoryImage);
    this.faults = new FirmwareFaults(this.#options.faults, random);
    this.#uploads = new Uploads(this.flash, this.faults, this.#options.timing);
    const parts = { flash: this.flash, uploads: this.#uploads, faults: this.faults };
    this.#servers = {
      application: applicationServer({ ...parts, params: { bufferBytes, bufferCount } }),
      recovery: recoveryServer({ ...parts, params: { bufferBytes: recoveryBufferBytes, bufferCount: 1 } }),
    };
    this.#endpoint = this.#listen('application');
  }

  get phase(): FirmwarePhase {
    return this.#phase;
  }

  /** Of the image in the first slot, as devices write it. */
  get version(): string {
    const image = this.flash.primary.image;
    return image === null ? '' : versionText(image.version);
  }

  get hardwareRevision(): string {
    return this.#options.hardwareRevision;
  }

  /** The application sends no telemetry, because it receives an image. */
  isUpdating(nowMs: number): boolean {
    return this.#options.telemetry === 'pauses' && nowMs < this.#uploadingUntilMs;
  }

  /** The application runs, and has found itself broken. */
  get hasFailedSelfTest(): boolean {
    return this.#phase === 'application' && this.#isNew && this.faults.has('self-test');
  }

  /** When `live` has something to do next; `Infinity` when nothing is due. */
  get nextMs(): number {
    return this.#schedule.nextMs;
  }

  /** Does what is due up to `untilMs`, in order. */
  live(untilMs: number): void {
    for (;;) {
      const atMs = this.#schedule.nextMs;
      const act = this.#schedule.take(untilMs);
      if (act === null) return;
      this.#guarded(atMs, act);
    }
  }

  /** A line of SMP, without its LF, whose last byte arrived at `nowMs`. Call `live(nowMs)` before. */
  hear(line: Uint8Array, nowMs: number): void {
    const endpoint = this.#endpoint;
    if (endpoint === null || (this.#phase === 'application' && this.faults.has('no-smp'))) return;
    this.#guarded(nowMs, () => {
      this.faults.frame();
      endpoint.hear(line, nowMs);
    });
  }

  /** Somebody else has the port open now. */
  freshWire(): void {
    this.#endpoint?.freshWire();
  }

  /** The processor starts anew: RAM is lost, flash stays. */
  reset(nowMs: number): void {
    this.#reset(nowMs, 0, 'application');
  }

  get #isNew(): boolean {
    return this.flash.primary.bytes !== this.#factoryImage;
  }

  get #trusted() {
    return bootloaderKeys(this.#options.trustedKeys);
  }

  #listen(to: 'application' | 'recovery'): Endpoint {
    return new Endpoint({
      server: this.#servers[to],
      faults: this.faults,
      schedule: this.#schedule,
      serviceMs: this.#options.timing.serviceMs,
      continuationBytes: this.#options.continuationBytes,
      send: (frame, nowMs) => this.#answerWith(frame, nowMs),
      served: (command, doneMs) => this.#served(command, doneMs),
      resetAsked: (next, nowMs) => this.#resetAsked(next, nowMs),
    });
  }

  /** Console text may stand between two frames of one answer: the log is written by a thread of its own. */
  #answerWith(frame: Uint8Array, nowMs: number): void {
    if (this.#options.console === 'noisy' && this.#random.next() < LOG_CHANCE) this.#log(nowMs, 'answer is being sent');
    this.#host.send(frame, nowMs);
  }

  #served(command: string, doneMs: number): void {
    if (command !== 'upload') return;
    this.#uploadingUntilMs = this.#uploads.underWay ? doneMs + UPLOAD_RESTS_MS : 0;
  }

  #resetAsked(next: 'application' | 'recovery', nowMs: number): void {
    this.faults.step('reset');
    const delayMs = this.#phase === 'recovery' ? 0 : this.#options.timing.resetDelayMs;
    this.#schedule.at(nowMs + delayMs, (atMs) => this.#reset(atMs, 0, next));
  }

  #reset(nowMs: number, offMs: number, next: 'application' | 'recovery'): void {
    const wasRunning = this.#phase === 'application';
    this.#forgetRam(nowMs);
    this.#phase = offMs > 0 ? 'off' : 'booting';
    if (wasRunning) this.#host.applicationEnded(nowMs);
    if (offMs > 0) this.#schedule.at(nowMs + offMs, (atMs) => this.#boot(atMs, 'application'));
    else this.#boot(nowMs, next);
  }

  /** Everything that was under way ends here; of a swap, the part that is done stays done. */
  #forgetRam(nowMs: number): void {
    this.#schedule.clear();
    this.#endpoint = null;
    this.#uploadingUntilMs = 0;
    this.#uploads.forget();
    if (this.#swapBegan !== null && this.flash.swap !== null) {
      const { atMs, wholeMs, doneBefore } = this.#swapBegan;
      this.flash.swap.done = Math.min(1, doneBefore + (nowMs - atMs) / wholeMs);
    }
    this.#swapBegan = null;
  }

  #boot(nowMs: number, next: 'application' | 'recovery'): void {
    this.boots++;
    this.#phase = 'booting';
    for (const line of BOOT_TEXT.begin) this.#print(line, nowMs);
    if (next === 'recovery') this.#enterRecovery(nowMs);
    else if (planBoot(this.flash, this.#trusted, (line) => this.#print(line, nowMs)) === null) this.#start(nowMs);
    else this.#swap(nowMs);
  }

  #swap(nowMs: number): void {
    const done = this.flash.swap?.done ?? 0;
    const wholeMs = Math.max(1, swapSectors(this.flash) * this.#options.timing.swapMsPerSector);
    this.#swapBegan = { atMs: nowMs, wholeMs, doneBefore: done };
    const cut = this.faults.swapCut(done);
    this.#schedule.at(nowMs + wholeMs * ((cut ?? 1) - done), (atMs) => {
      if (cut !== null) throw new PowerLost(`swap ${cut}`);
      this.#swapBegan = null;
      completeSwap(this.flash);
      this.#start(atMs);
    });
  }

  /** From the end of a swap, or from reset, to the application. */
  #start(nowMs: number): void {
    if (!isValid(this.flash.primary, this.#trusted)) {
      this.#print(BOOT_TEXT.noImage, nowMs);
      this.#enterRecovery(nowMs);
      return;
    }
    for (const line of BOOT_TEXT.start) this.#print(line, nowMs);
    this.#schedule.at(nowMs + this.#options.timing.bootMs, (atMs) => {
      if (this.#isNew) this.faults.step('first-boot');
      if (this.#runsHere()) this.#run(atMs);
      else this.#hang(atMs);
    });
  }

  #run(nowMs: number): void {
    this.#phase = 'application';
    this.#startedMs = nowMs;
    this.#endpoint = this.#listen('application');
    this.#host.applicationStarted(nowMs);
    if (!this.#isNew || !this.faults.has('boot-loop')) return;
    this.#schedule.at(nowMs + LOOP_MS, (atMs) => this.#reset(atMs, 0, 'application'));
  }

  /** A program for other hardware, or one that hangs, does not come up. */
  #runsHere(): boolean {
    const revisions = this.flash.primary.image?.hardwareRevisions ?? [];
    const isForHere = revisions.length === 0 || revisions.includes(this.#options.hardwareRevision);
    return isForHere && !(this.#isNew && this.faults.has('hang'));
  }

  #hang(nowMs: number): void {
    this.#phase = 'stuck';
    this.#schedule.at(nowMs + this.#options.timing.watchdogMs, (atMs) => this.#reset(atMs, 0, 'application'));
  }

  #enterRecovery(nowMs: number): void {
    this.#print(BOOT_TEXT.recovery, nowMs);
    this.#phase = 'recovery';
    this.#startedMs = nowMs;
    this.#endpoint = this.#listen('recovery');
  }

  #print(line: string, nowMs: number): void {
    if (this.#options.console === 'noisy') this.#host.send(Buffer.from(`${line}\r\n`, 'latin1'), nowMs);
  }

  #log(nowMs: number, text: string): void {
    this.#print(logLine(nowMs - this.#startedMs, 'inf', text), nowMs);
  }

  /** Where power is cut, what was being done ends there. */
  #guarded(nowMs: number, act: () => void): void {
    try {
      act();
    } catch (error) {
      if (!(error instanceof PowerLost)) throw error;
      this.#reset(nowMs, this.#options.timing.powerOffMs, 'application');
    }
  }
}
