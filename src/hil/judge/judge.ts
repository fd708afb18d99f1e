/** Judges a recording by its scenario. Pure: the same recording, the same verdicts. */
import type { Recording } from '../recording.ts';
import type { Expectation, ExpectationKind } from '../scenario/expectations.ts';
import type { LoadedScenario } from '../scenario/load.ts';
import { expectationKinds } from '../scenario/schema.ts';
import { judgeAdvisoriesAsTruth, judgeAlarm, judgeAlarmsOnly } from './alarms.ts';
import { mismatch, short } from './match.ts';
import { judgeCounter, judgeMetric, judgeMqtt, judgeReading, judgeStatus } from './readings.ts';
import { judgeLevel, judgeRefill } from './refill.ts';
import { judgeStored } from './stored.ts';
import { type Finding, failed, notJudged, passed, type Verdict } from './verdict.ts';

export function judge({ scenario, lines }: LoadedScenario, recording: Recording): Verdict[] {
  return scenario.expect.map((expectation, index) => {
    const kind = expectationKinds.find((name) => name in expectation) ?? 'refill';
    const station = recording.stations[(expectation.on ?? 1) - 1] ?? '';
    return {
      number: index + 1,
      line: lines.expect[index] ?? 0,
      kind,
      wanted: inWords(expectation, kind),
      requirement: expectation.requirement,
      hazard: expectation.hazard ?? null,
      station: expectation.on ?? 1,
      ...find(expectation, recording, station, index),
    };
  });
}

function find(expectation: Expectation, recording: Recording, station: string, index: number): Finding {
  if (!recording.truth && needsTruth(expectation)) return notJudged('only a simulator says what was true');
  if ('alarm' in expectation) return judgeAlarm(recording, station, expectation.alarm);
  if ('alarmsOnly' in expectation) return judgeAlarmsOnly(recording, station, expectation.alarmsOnly);
  if ('advisoriesAsTruth' in expectation) return judgeAdvisoriesAsTruth(recording, station);
  if ('refill' in expectation) return judgeRefill(recording, station, expectation.refill);
  if ('levelAsTruth' in expectation) return judgeLevel(recording, station, expectation.levelAsTruth);
  if ('reading' in expectation) return judgeReading(recording, station, expectation.reading);
  if ('status' in expectation) return judgeStatus(recording, station, expectation.status);
  if ('stored' in expectation) return judgeStored(recording, station, expectation.stored);
  if ('counter' in expectation) return judgeCounter(recording, station, expectation.counter);
  if ('metric' in expectation) return judgeMetric(recording, expectation.metric);
  if ('mqtt' in expectation) return judgeMqtt(recording, station, expectation.mqtt);
  const answer = recording.answers.get(String(index));
  if (answer === undefined) return failed('the API was not asked');
  if (answer.status !== expectation.http.status) return failed(`${answer.status}: ${short(answer.body)}`);
  const wrong = mismatch(answer.body, expectation.http.where);
  return wrong === null ? passed(`${answer.status}`) : failed(wrong);
}

const TRUE_MOMENT = /^(phase:|befell$)/;

/** What the simulator's ledger is needed for: its lines, its patients, and moments of them. */
function needsTruth(expectation: Expectation): boolean {
  if ('advisoriesAsTruth' in expectation || 'levelAsTruth' in expectation) return true;
  if ('stored' in expectation) return expectation.stored.complete === true;
  if ('counter' in expectation) return expectation.counter.ofDamaged !== undefined;
  return Object.values(expectation).some(
    (part) =>
      typeof part === 'object' &&
      part !== null &&
      Object.values(part).some((value) => typeof value === 'string' && TRUE_MOMENT.test(value)),
  );
}

/** Short, for tables: the kind and what it says, limits as they were written. */
function inWords(expectation: Expectation, kind: ExpectationKind): string {
  const what = (expectation as unknown as Record<string, unknown>)[kind];
  const note = expectation.note === undefined ? '' : `${expectation.note}: `;
  return `${note}${kind} ${words(what, '', kind)}`;
}

/** Times stand in files with their unit, and in memory in seconds. */
const TIMES = new Set(['notBefore', 'after', 'lasts', 'endsWithin']);

function words(value: unknown, key: string, kind: ExpectationKind): string {
  if (isLimits(value)) return value.text;
  if (typeof value === 'number' && key === 'within') return `${value} ${kind === 'levelAsTruth' ? 'mL' : 's'}`;
  if (typeof value === 'number' && TIMES.has(key)) return `${value} s`;
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map((one) => words(one, '', kind)).join(', ');
  if (typeof value !== 'object' || value === null) return String(value);
  const said = Object.entries(value).filter(([, part]) => part !== undefined);
  const inner = said.map(([name, part]) => `${name}: ${words(part, name, kind)}`).join(', ');
  return key === '' ? inner : `{ ${inner} }`;
}

function isLimits(value: unknown): value is { text: string } {
  return typeof value === 'object' && value !== null && 'open' in value && 'text' in value;
}
