/** How a run can end, each with a stable code and one sentence that says what the station runs now and what to do. */
import type { SmpError } from '../../../protocols/smp/index.ts';
import { stationSays } from './meaning.ts';
import type { Outcome, OutcomeKind, UpdateOrder } from './words.ts';

const outcome = (kind: OutcomeKind, code: string, detail: string): Outcome => ({ kind, code, detail });

const again = ({ station }: UpdateOrder): string =>
  `go on with: hai-bridge firmware update ${station} and the same image`;
const old = ({ before }: UpdateOrder): string =>
  before.version === null ? 'its former firmware' : `firmware ${before.version} as before`;

export const updated = ({ image }: UpdateOrder): Outcome =>
  outcome('updated', 'updated', `firmware ${image.version} runs, has proved itself and is kept`);

/** Nothing was changed. */
export const REFUSALS = {
  'refill-open': (why: string) => `not begun: ${why}`,
  'too-large': (why: string) => `the image does not fit: ${why}`,
  'no-answer-to-smp': () =>
    'the station speaks but answers no firmware request: its firmware cannot be updated over this line',
  'no-revert': (why: string) =>
    `its bootloader cannot try an image and go back (${why}): if it must be, use --recovery, which has no way back`,
  'older-than-running': () => 'the station itself refuses an image that is older than what it runs',
  'station-refuses-image': (why: string) => `the station refuses the image: ${why}`,
} as const;
export type Refusal = keyof typeof REFUSALS;

export const refused = (code: Refusal, why = ''): Outcome => outcome('refused', code, REFUSALS[code](why));

const REVERTS = {
  'not-accepted': 'its bootloader did not accept the image',
  'restarted-by-itself': 'the new firmware restarted, or lost power, before it was kept',
} as const;

export const reverted = (order: UpdateOrder, code: keyof typeof REVERTS): Outcome =>
  outcome('reverted', code, `${REVERTS[code]}; the station runs ${old(order)}`);

/** The proof failed or somebody called it off, and the station runs its former firmware. */
export const undone = (
  order: UpdateOrder,
  { code, why }: { readonly code: string; readonly why: string },
  kind: 'reverted' | 'interrupted',
): Outcome =>
  outcome(kind, code, `${why}; the station runs ${old(order)}${kind === 'interrupted' ? `; ${again(order)}` : ''}`);

const INTERRUPTIONS = {
  link: (o: UpdateOrder) => `the link was away for too long: check cable and power, then ${again(o)}`,
  silent: (o: UpdateOrder) => `the station has fallen silent: check its power and its cable, then ${again(o)}`,
  'silent-after-restart': (o: UpdateOrder) =>
    `the station has not answered since its restart; firmware that does not start gives way to ${old(o)} at the next restart: check its power, then ${again(o)}`,
  'not-proved-in-time': (o: UpdateOrder) =>
    `the link was lost before the new firmware had proved itself; it runs unkept and gives way to ${old(o)} at the next restart: ${again(o)}`,
  refill: (o: UpdateOrder) => `a refill has had the station for too long: when it is over, ${again(o)}`,
  'image-lost': (o: UpdateOrder) => `the image is no longer on this machine: ${again(o)}`,
  'other-station': (o: UpdateOrder) =>
    `another station answers on the link now, and was left alone: find ${o.station}, then ${again(o)}`,
  'took-too-long': (o: UpdateOrder) => `not done in an hour: ${again(o)}`,
} as const;

export const interrupted = (order: UpdateOrder, code: keyof typeof INTERRUPTIONS): Outcome =>
  outcome('interrupted', code, INTERRUPTIONS[code](order));

export const calledOff = (order: UpdateOrder, { code, why }: { code: string; why: string }): Outcome =>
  outcome('interrupted', code, `${why}; nothing was changed: the station runs ${old(order)}`);

const FAILURES = {
  'upload-stuck':
    'the upload does not get on: too much is lost on the wire, or the station takes no piece. Check cable, serial settings and the station',
  'not-stored': 'the station took every byte but does not list the image: its flash may be worn. Have it looked at',
  'not-marked': 'the station took the mark to try the image and does not show it: have it looked at',
  'station-error': 'the station reports an error',
  'no-running-image': 'the station does not say which image it runs, so none can be kept: look at it by hand',
  'cannot-go-back':
    'the new firmware must not be kept but still runs after three restarts: look at the station by hand',
  'kept-but-unwell':
    'the new firmware is kept already but did not prove itself: watch the station, and install a good image',
  'not-kept':
    'the station does not keep the new firmware, which runs and gives way to the former one at its next restart',
  'no-recovery': 'the station does not enter its bootloader: hold its recovery button at power-on and try again',
  'stays-in-recovery':
    'the bootloader has the image but does not start it: it may not trust its signature. Install an image it trusts',
  'not-unmarked':
    'the new image stays marked and is tried at the next restart, which nobody watches; it goes back at the one after that',
  'left-in-bootloader': 'the station stays in its bootloader: update it with a good image',
  'restart-refused': 'the station does not restart: switch it off and on, then run the update again',
} as const;
export type Failure = keyof typeof FAILURES;

/** Known only when it was taken up again: what stood against the image was found in the meantime. */
export const refusedMeanwhile = (code: string, why: string): Outcome => outcome('refused', code, `not begun: ${why}`);

export const failed = (code: Failure, more = ''): Outcome =>
  outcome('failed', code, more === '' ? FAILURES[code] : `${FAILURES[code]}: ${more}`);

export const stationError = (error: SmpError): Outcome =>
  failed('station-error', `${stationSays(error)}. ${error.remedy}`);
