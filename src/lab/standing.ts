/**
 * How every expectation stands while a run goes on. Pure. What is said to be broken or met stays so at the end, if nobody
 * meddles; everything else is open, or holds so far.
 */
import { judgeAlarm } from '../hil/judge/alarms.ts';
import { judge } from '../hil/judge/judge.ts';
import { alarmTimes, momentMs } from '../hil/judge/moments.ts';
import type { Verdict } from '../hil/judge/verdict.ts';
import type { Recording } from '../hil/recording.ts';
import type { Expectation } from '../hil/scenario/expectations.ts';
import type { LoadedScenario } from '../hil/scenario/load.ts';

export type Stands = 'open' | 'holds' | 'met' | 'broken';

/** Nothing is heard later than this after it was said (the observer's own bound). */
const HEARD_WITHIN_MS = 2500;

/** Not looked at before the end. */
const LATE = new Set(['stored', 'metric', 'http']);

export interface Standing extends Verdict {
  readonly stands: Stands;
}

export function standings(loaded: LoadedScenario, soFar: Recording): Standing[] {
  return judge(loaded, soFar).map((verdict, index) => {
    const expectation = loaded.scenario.expect[index] as Expectation;
    const station = soFar.stations[verdict.station - 1] ?? '';
    const visits = loaded.scenario.setup.stations[verdict.station - 1]?.visits ?? 0;
    const seen = LATE.has(verdict.kind) ? 'known at the end' : verdict.seen;
    return { ...verdict, seen, stands: standOf(expectation, verdict, { soFar, station, visits }) };
  });
}

interface Here {
  readonly soFar: Recording;
  readonly station: string;
  /** Patients that come in the whole run. */
  readonly visits: number;
}

type One<K extends string> = Extract<Expectation, Record<K, unknown>>[K &
  keyof Extract<Expectation, Record<K, unknown>>];

const decided = ({ passed }: Verdict): Stands => (passed ? 'met' : 'broken');
const soFarOnly = ({ passed }: Verdict): Stands => (passed ? 'holds' : 'open');
const over = ({ soFar }: Here, ms: number): boolean => soFar.endMs >= ms + HEARD_WITHIN_MS;
/** `null`: it has not come, or it is the end itself. */
const momentOf = ({ soFar, station }: Here, name: string) => (name === 'end' ? null : momentMs(soFar, station, name));

function standOf(expectation: Expectation, verdict: Verdict, here: Here): Stands {
  if ('alarm' in expectation) return alarm(expectation.alarm, verdict, here);
  if ('alarmsOnly' in expectation) return verdict.passed ? 'holds' : 'broken';
  if ('advisoriesAsTruth' in expectation) return advisories(verdict, here);
  if ('refill' in expectation) return atMoment(expectation.refill.at, expectation.refill.after ?? 0, verdict, here);
  if ('levelAsTruth' in expectation) return level(expectation.levelAsTruth, verdict, here);
  if ('reading' in expectation) return reading(expectation.reading, verdict, here);
  if ('status' in expectation) return status(expectation.status, verdict, here);
  if ('mqtt' in expectation) return messages(expectation.mqtt, verdict, here);
  // Store, counters, metrics and the API are asked at the end.
  return 'open';
}

function alarm(wanted: One<'alarm'>, verdict: Verdict, here: Here): Stands {
  const { soFar, station } = here;
  const fromMs = momentOf(here, wanted.of);
  if (fromMs === null) return 'open';
  const source = wanted.from === 'bridge' ? soFar.bridge : station;
  const { onMs, offMs } = alarmTimes(soFar, source, wanted.condition, fromMs);
  if (onMs === null)
    return wanted.within !== undefined && over(here, fromMs + wanted.within * 1000) ? 'broken' : 'open';
  const { endsWithin, endsOf, state, ...begins } = wanted;
  if (!judgeAlarm(soFar, station, begins).passed) return 'broken';
  if (endsWithin !== undefined) {
    const endMs = momentOf(here, endsOf ?? wanted.of);
    if (endMs === null) return 'open';
    if (offMs === null) return over(here, endMs + endsWithin * 1000) ? 'broken' : 'open';
    if (offMs - endMs > endsWithin * 1000) return 'broken';
  }
  return state === undefined ? 'met' : soFarOnly(verdict);
}

function advisories(verdict: Verdict, { soFar, station, visits }: Here): Stands {
  const came = soFar.told.filter((one) => one.s === station && one.ev === 'case').length;
  // What one patient may not bring the next one may.
  if (came >= visits && verdict.seen.startsWith('falsely')) return 'broken';
  return soFarOnly(verdict);
}

function atMoment(moment: string, afterS: number, verdict: Verdict, here: Here): Stands {
  const ms = momentOf(here, moment);
  return ms !== null && over(here, ms + afterS * 1000) ? decided(verdict) : 'open';
}

function level({ until, share }: One<'levelAsTruth'>, verdict: Verdict, here: Here): Stands {
  const untilMs = momentOf(here, until);
  if (untilMs !== null && over(here, untilMs)) return decided(verdict);
  // One too far off is one too many where all have to be near.
  if (share === 100 && !verdict.passed && verdict.atMs !== undefined) return 'broken';
  return soFarOnly(verdict);
}

function reading(wanted: One<'reading'>, verdict: Verdict, here: Here): Stands {
  const fromMs = momentOf(here, wanted.from);
  if (fromMs === null) return 'open';
  const beginMs = fromMs + (wanted.after ?? 0) * 1000;
  if (over(here, beginMs + wanted.lasts * 1000)) return decided(verdict);
  const some = here.soFar.endMs > beginMs && !verdict.seen.startsWith('no live value');
  return wanted.share === 100 && !verdict.passed && some ? 'broken' : soFarOnly(verdict);
}

function status(wanted: One<'status'>, verdict: Verdict, here: Here): Stands {
  const fromMs = momentOf(here, wanted.of);
  if (fromMs === null || !over(here, fromMs)) return 'open';
  if (verdict.passed) return 'met';
  if (!verdict.seen.startsWith('never')) return 'broken';
  return wanted.within !== undefined && over(here, fromMs + wanted.within * 1000) ? 'broken' : 'open';
}

function messages({ of, within, count }: One<'mqtt'>, verdict: Verdict, here: Here): Stands {
  const fromMs = momentOf(here, of);
  if (fromMs === null) return 'open';
  if (within !== undefined && over(here, fromMs + within * 1000)) return decided(verdict);
  const fit = Number.parseInt(verdict.seen, 10);
  if (fit > count.high) return 'broken';
  return verdict.passed && count.high === Number.POSITIVE_INFINITY ? 'met' : soFarOnly(verdict);
}
