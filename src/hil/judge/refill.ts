/** The refill as it was said, against limits and against the truth. */
import type { Message, Recording } from '../recording.ts';
import type { Expectation } from '../scenario/expectations.ts';
import { isWithin, type Limits } from '../scenario/quantity.ts';
import type { Told } from '../stand/stepped-stations.ts';
import { momentMs, said } from './moments.ts';
import { type Finding, failed, passed, seconds } from './verdict.ts';

type RefillWanted = Extract<Expectation, { refill: unknown }>['refill'];
type LevelWanted = Extract<Expectation, { levelAsTruth: unknown }>['levelAsTruth'];
type Estimate = { readonly value: number; readonly u95: number } | null;

interface RefillSaid {
  readonly refill: string | null;
  readonly [field: string]: unknown;
  readonly level: Estimate;
  readonly levelFrom: string | null;
  readonly holds: Readonly<Record<string, string>>;
  readonly advisories: readonly string[];
}

const NEAR_MS = 100;
const WORDS = ['outcome', 'phase', 'needle', 'link', 'levelFrom', 'verdict', 'pump'] as const;
const NUMBERS = {
  level: 'level',
  residual: 'residual',
  filled: 'filled',
  flushed: 'flushed',
  actualFlow: 'actualFlow',
  deviation: 'deviationPercent',
} as const;

/** The last one of a refill at or before this time: after a refill there is nothing to judge. */
function refillAt(messages: readonly Message[], atMs: number): { atMs: number; refill: RefillSaid } | null {
  const before = messages.filter((message) => message.atMs <= atMs);
  const last = before.findLast(({ payload }) => (payload as RefillSaid | null)?.refill != null);
  return last === undefined ? null : { atMs: last.atMs, refill: last.payload as RefillSaid };
}

export function judgeRefill(recording: Recording, station: string, wanted: RefillWanted): Finding {
  const moment = momentMs(recording, station, wanted.at);
  if (moment === null) return failed(`${wanted.at} never was`);
  const atMs = moment + (wanted.after ?? 0) * 1000;
  const found = refillAt(said(recording, station, 'refill'), atMs);
  if (found === null) return failed(`no refill was said before ${seconds(atMs)}`, atMs);
  const { refill } = found;
  const seen: string[] = [];
  const wrong: string[] = [];
  const note = (fine: boolean, text: string) => (fine ? seen : wrong).push(text);
  for (const word of WORDS) {
    if (wanted[word] !== undefined) note(refill[word] === wanted[word], `${word} ${refill[word]}`);
  }
  for (const [name, field] of Object.entries(NUMBERS) as [keyof typeof NUMBERS, string][]) {
    const limit: Limits | undefined = wanted[name];
    if (limit === undefined) continue;
    const value = (refill[field] as Estimate)?.value ?? null;
    note(value !== null && isWithin(value, limit), `${name} ${value === null ? 'not known' : value.toFixed(3)}`);
  }
  for (const [hold, state] of Object.entries(wanted.hold ?? {})) {
    note(refill.holds[hold] === state, `${hold} ${refill.holds[hold] ?? 'not there'}`);
  }
  for (const advisory of wanted.advises ?? []) {
    note(refill.advisories.includes(advisory), `advises ${refill.advisories.join(', ') || 'nothing'}`);
  }
  if (wrong.length > 0) return failed(`${wrong.join('; ')} (said at ${seconds(found.atMs)})`, found.atMs);
  return passed(seen.join('; '));
}

/** The first that was told at this time or later; they are in the order of their times. */
function firstFrom(told: readonly Told[], atMs: number): Told | undefined {
  let [low, high] = [0, told.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((told[middle] as Told).atMs < atMs) low = middle + 1;
    else high = middle;
  }
  return told[low];
}

export function judgeLevel(recording: Recording, station: string, wanted: LevelWanted): Finding {
  const untilMs = momentMs(recording, station, wanted.until) ?? recording.endMs;
  const truth = recording.told.filter((one) => one.s === station && one.ev === 'truth');
  let worst = 0;
  let worstMs = 0;
  let outside = 0;
  let count = 0;
  for (const { atMs, payload } of said(recording, station, 'refill')) {
    const refill = payload as RefillSaid | null;
    if (refill?.level == null || atMs > untilMs) continue;
    if (wanted.from !== undefined && refill.levelFrom !== wanted.from) continue;
    const now = firstFrom(truth, atMs - NEAR_MS);
    if (now === undefined || now.atMs > atMs + NEAR_MS) continue;
    // Fluid moves up to half a mL between two words of truth: only near ones are compared.
    const error = Math.abs(refill.level.value - Number(now.reservoirMl));
    count++;
    if (error > wanted.within) outside++;
    if (error > worst) {
      worst = error;
      worstMs = atMs;
    }
  }
  if (count === 0) return failed('no level was said beside a known truth');
  const share = 100 * (1 - outside / count);
  const text = `largest error ${worst.toFixed(3)} mL at ${seconds(worstMs)}, ${share.toFixed(1)} % of ${count} within`;
  return share >= wanted.share ? passed(text) : failed(text, worstMs);
}
