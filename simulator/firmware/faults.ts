/** What can go wrong with a station's firmware, on purpose. Texts as on the command line: `name` or `name:value`. */
import { SMP_COMMANDS, type SmpCommandName } from '../../protocols/smp/index.ts';
import type { Random } from '../random.ts';

/**
 * Moments at which power can be cut. Everything before the moment is in flash, nothing after it is.
 * `swap-25`: a quarter of the swap is done, and so on.
 */
export const STEPS = [
  'erase', // the slot is half erased
  'write', // half of a piece is written
  'written', // a piece is written, the answer not sent
  'mark', // before an image is marked to be started
  'marked', // it is marked, the answer not sent
  'reset', // reset is answered and has not happened
  'swap-25',
  'swap-50',
  'swap-75',
  'first-boot', // the new image has started and has not yet said anything
  'confirm', // before the running image is confirmed
  'confirmed', // it is confirmed, the answer not sent
] as const;
export type Step = (typeof STEPS)[number];

/** Thrown where power is cut; caught by the target. */
export class PowerLost extends Error {
  override readonly name = 'PowerLost';
}

export const FIRMWARE_FAULTS = {
  'power-loss':
    'power is cut: at a step (power-loss:swap-50), a frame (power-loss:frame=120) or by chance (power-loss:0.01)',
  'flash-write': 'the flash refuses to be written, with that chance (flash-write:0.1); always without one',
  'flash-erase': 'the flash refuses to be erased',
  'lost-reply': 'an answer is not sent, with that chance (lost-reply:0.1)',
  'slow-erase': 'erasing takes that many seconds (slow-erase:20)',
  busy: 'as many requests are answered with "busy" (busy:3)',
  'rc-zero': 'every success begins with rc 0, as old servers do',
  'smp-version-0': 'every answer is in version 0 of SMP: errors of groups become generic ones',
  without: 'the application was built without a command (without:bootloaderInfo)',
  'no-smp': 'the application has no SMP server; the boot loader has',
  'boot-loop': 'every new image resets itself after a second',
  hang: 'every new image says nothing until the watchdog resets it',
  'self-test': 'every new image starts and reports a fault',
  'confirm-denied': 'the application does not let its image be confirmed',
} as const;
export type FirmwareFaultName = keyof typeof FIRMWARE_FAULTS;

type SimpleFaultName = Exclude<FirmwareFaultName, 'power-loss' | 'without'>;
export type FirmwareFault =
  | { readonly name: 'without'; readonly command: SmpCommandName }
  | { readonly name: 'power-loss'; readonly at: Step | { readonly frame: number } | { readonly chance: number } }
  | { readonly name: SimpleFaultName; readonly value: number | null };

/** Names whose value is a chance 0..1, a count, or seconds; the others take none. */
const VALUES: Readonly<Partial<Record<FirmwareFaultName, { max: number; usual: number }>>> = {
  'flash-write': { max: 1, usual: 1 },
  'lost-reply': { max: 1, usual: 0.1 },
  'slow-erase': { max: 3600, usual: 20 },
  busy: { max: 1_000_000, usual: 1 },
};

/** Throws RangeError that says what may stand there. */
export function parseFirmwareFault(text: string): FirmwareFault {
  const [name = '', value] = text.split(/:(.*)/s);
  if (!Object.hasOwn(FIRMWARE_FAULTS, name)) {
    const known = Object.keys(FIRMWARE_FAULTS).join(', ');
    throw new RangeError(`firmware fault ${JSON.stringify(text.slice(0, 40))}: there is ${known}`);
  }
  if (name === 'power-loss') return { name, at: parsePowerLoss(text, value) };
  if (name === 'without') {
    const command = Object.keys(SMP_COMMANDS).find((known) => known === value);
    if (command !== undefined) return { name, command: command as SmpCommandName };
    throw new RangeError(`firmware fault ${text}: without:COMMAND, one of ${Object.keys(SMP_COMMANDS).join(', ')}`);
  }
  const known = name as SimpleFaultName;
  const bounds = VALUES[known];
  if (bounds === undefined) {
    if (value !== undefined) throw new RangeError(`firmware fault ${text}: ${name} takes no value`);
    return { name: known, value: null };
  }
  const number = value === undefined ? bounds.usual : numberOf(value);
  if (!(number >= 0 && number <= bounds.max)) {
    throw new RangeError(`firmware fault ${text}: the value must be a number 0..${bounds.max}`);
  }
  return { name: known, value: number };
}

function parsePowerLoss(text: string, value: string | undefined): Extract<FirmwareFault, { name: 'power-loss' }>['at'] {
  const step = STEPS.find((known) => known === value);
  if (step !== undefined) return step;
  const frame = /^frame=([1-9]\d{0,8})$/.exec(value ?? '');
  if (frame) return { frame: Number(frame[1]) };
  const chance = numberOf(value ?? '');
  if (chance > 0 && chance <= 1) return { chance };
  throw new RangeError(
    `firmware fault ${text}: power-loss:STEP (${STEPS.join(', ')}), power-loss:frame=N or power-loss:CHANCE`,
  );
}

function numberOf(text: string): number {
  return text.trim() === '' ? Number.NaN : Number(text);
}

const SWAP_CUTS = [
  ['swap-25', 0.25],
  ['swap-50', 0.5],
  ['swap-75', 0.75],
] as const;

/** The faults of one station, and when they strike. */
export class FirmwareFaults {
  readonly #random: Random;
  #faults: readonly FirmwareFault[];
  #spent = new Set<FirmwareFault>();
  #frames = 0;
  #busyLeft: number;

  constructor(faults: readonly FirmwareFault[], random: Random) {
    this.#faults = faults;
    this.#random = random;
    this.#busyLeft = this.#value('busy') ?? 0;
  }

  /** From now on; frames are counted from here. */
  set(faults: readonly FirmwareFault[]): void {
    this.#faults = faults;
    this.#spent = new Set();
    this.#frames = 0;
    this.#busyLeft = this.#value('busy') ?? 0;
  }

  has(name: FirmwareFaultName): boolean {
    return this.#faults.some((fault) => fault.name === name);
  }

  isWithout(command: SmpCommandName): boolean {
    return this.#faults.some((fault) => fault.name === 'without' && fault.command === command);
  }

  /** Whether the fault strikes now, by its chance. */
  strikes(name: 'flash-write' | 'lost-reply'): boolean {
    const chance = this.#value(name);
    return chance !== null && (chance >= 1 || this.#random.next() < chance);
  }

  get eraseMs(): number | null {
    const seconds = this.#value('slow-erase');
    return seconds === null ? null : seconds * 1000;
  }

  isBusy(): boolean {
    if (this.#busyLeft <= 0) return false;
    this.#busyLeft--;
    return true;
  }

  /** A step is reached. Throws PowerLost when power is cut here; each fault does so once. */
  step(step: Step): void {
    for (const fault of this.#faults) {
      if (fault.name === 'power-loss' && fault.at === step && !this.#spent.has(fault)) {
        this.#spent.add(fault);
        throw new PowerLost(step);
      }
    }
  }

  /** How much of a swap, of which `done` is done, will be done when power is cut; `null` when it is not cut. */
  swapCut(done: number): number | null {
    for (const [step, cut] of SWAP_CUTS) {
      if (cut <= done) continue;
      try {
        this.step(step);
      } catch {
        return cut;
      }
    }
    return null;
  }

  /** A frame of SMP has arrived. Throws PowerLost when power is cut at it. */
  frame(): void {
    this.#frames++;
    for (const fault of this.#faults) {
      if (fault.name !== 'power-loss' || typeof fault.at === 'string' || this.#spent.has(fault)) continue;
      const cut = 'frame' in fault.at ? fault.at.frame === this.#frames : this.#random.next() < fault.at.chance;
      if (!cut) continue;
      if ('frame' in fault.at) this.#spent.add(fault);
      throw new PowerLost(`frame ${this.#frames}`);
    }
  }

  #value(name: SimpleFaultName): number | null {
    for (const fault of this.#faults) if (fault.name === name && 'value' in fault) return fault.value ?? 1;
    return null;
  }
}
