/** All byte faults, by the names that `--fault` takes. */
import type { Random } from '../random.ts';
import { babble } from './babble.ts';
import { bitFlip } from './bit-flip.ts';
import { brownOut } from './brown-out.ts';
import { dropBytes } from './drop-bytes.ts';
import { duplicateLine } from './duplicate-line.ts';
import type { ByteFault, FaultKind, FaultSpec } from './fault.ts';
import { lostLine } from './lost-line.ts';
import { mergeLines } from './merge-lines.ts';
import { noiseBurst } from './noise-burst.ts';
import { rebootMidLine } from './reboot-mid-line.ts';
import { reorderLines } from './reorder-lines.ts';
import { slowLine } from './slow-line.ts';
import { splitWrites } from './split-writes.ts';
import { stall } from './stall.ts';
import { wrongBaud } from './wrong-baud.ts';

export const FAULTS: readonly FaultKind[] = [
  bitFlip,
  dropBytes,
  noiseBurst,
  duplicateLine,
  splitWrites,
  stall,
  rebootMidLine,
  wrongBaud,
  babble,
  lostLine,
  mergeLines,
  reorderLines,
  slowLine,
  brownOut,
];

/** Throws RangeError for an unknown name. */
export function faultKind(name: string): { readonly kind: FaultKind; readonly index: number } {
  const index = FAULTS.findIndex((f) => f.name === name);
  const kind = FAULTS[index];
  if (kind === undefined) throw new RangeError(`unknown fault ${JSON.stringify(name)}`);
  return { kind, index };
}

/** `NAME` or `NAME:RATE` with a rate of 0..1. Throws RangeError with the remedy. */
export function parseFault(text: string): FaultSpec {
  const [name = '', rateText, ...rest] = text.split(':');
  if (!FAULTS.some((f) => f.name === name)) {
    throw new RangeError(`unknown fault ${JSON.stringify(name)}; known: ${FAULTS.map((f) => f.name).join(', ')}`);
  }
  if (rateText === undefined) return { name };
  const rate = Number(rateText);
  if (rest.length > 0 || rateText.trim() === '' || !(rate >= 0 && rate <= 1)) {
    throw new RangeError(`fault ${name}: the rate is a chance per line, 0..1, for example ${name}:0.05`);
  }
  return { name, rate };
}

/** The faults of one station, in the order given. */
export function makeFaults(specs: readonly FaultSpec[], randomFor: (index: number) => Random): ByteFault[] {
  return specs.map((spec, i) => {
    const { kind } = faultKind(spec.name);
    return kind.make(spec.rate ?? kind.usualRate, randomFor(i));
  });
}
