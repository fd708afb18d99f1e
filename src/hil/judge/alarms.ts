/** Alarms: that they come in time, and that no others come. */
import { ALARM_CONDITIONS } from '../../alarms/catalogue.ts';
import { ADVISORIES } from '../../refill/model.ts';
import type { Recording } from '../recording.ts';
import type { Expectation } from '../scenario/expectations.ts';
import { alarmMessages, alarmTimes, momentMs } from './moments.ts';
import { type Finding, failed, passed, seconds } from './verdict.ts';

type AlarmWanted = Extract<Expectation, { alarm: unknown }>['alarm'];

export function judgeAlarm(recording: Recording, station: string, wanted: AlarmWanted): Finding {
  const source = wanted.from === 'bridge' ? recording.bridge : station;
  const fromMs = momentMs(recording, station, wanted.of);
  if (fromMs === null) return failed(`${wanted.of} never was`);
  // One that was there before the moment is no answer to it, unless it begins with the run.
  const { onMs, offMs, alarm } = alarmTimes(recording, source, wanted.condition, fromMs);
  if (onMs === null || alarm === null) return failed(`never active after ${wanted.of} (${seconds(fromMs)})`, fromMs);
  const delayMs = onMs - fromMs;
  const said = `active ${seconds(delayMs)} after ${wanted.of}, at ${seconds(onMs)}`;
  if (wanted.within !== undefined && delayMs > wanted.within * 1000) return failed(said, onMs);
  if (wanted.notBefore !== undefined && delayMs < wanted.notBefore * 1000) return failed(said, onMs);
  if (wanted.priority !== undefined && alarm.priority !== wanted.priority) {
    return failed(`${said}, with ${alarm.priority} priority`, onMs);
  }
  if (wanted.detail !== undefined && !alarm.detail?.includes(wanted.detail)) {
    return failed(`${said}: ${JSON.stringify(alarm.detail)}`, onMs);
  }
  if (wanted.endsWithin !== undefined) {
    const endMs = momentMs(recording, station, wanted.endsOf ?? wanted.of);
    if (endMs === null) return failed(`${said}; ${wanted.endsOf} never was`, onMs);
    if (offMs === null) return failed(`${said}, and has not ended`, recording.endMs);
    if (offMs - endMs > wanted.endsWithin * 1000) return failed(`${said}; ended at ${seconds(offMs)}`, offMs);
  }
  if (wanted.state !== undefined) {
    const last = alarmMessages(recording, source, wanted.condition).at(-1)?.alarm?.state ?? 'inactive';
    if (last !== wanted.state) return failed(`${said}; ${last} at the end`, recording.endMs);
  }
  return passed(said);
}

/** Everything that was active at this station or at the bridge, with its first time. */
function active(recording: Recording, station: string): { condition: string; atMs: number }[] {
  return Object.keys(ALARM_CONDITIONS).flatMap((condition) => {
    const times = [station, recording.bridge].flatMap((source) => alarmTimes(recording, source, condition).onMs ?? []);
    return times.length === 0 ? [] : [{ condition, atMs: Math.min(...times) }];
  });
}

export function judgeAlarmsOnly(recording: Recording, station: string, allowed: readonly string[]): Finding {
  const all = active(recording, station);
  const others = all.filter(({ condition }) => !allowed.includes(condition));
  const words = (list: typeof all) => list.map(({ condition, atMs }) => `${condition} at ${seconds(atMs)}`).join(', ');
  if (others.length > 0) return failed(`also ${words(others)}`, others[0]?.atMs);
  return passed(all.length === 0 ? 'no alarm' : words(all));
}

/** By what the simulator says of the case: what must come and what may. */
export function judgeAdvisoriesAsTruth(recording: Recording, station: string): Finding {
  const cases = recording.told.filter((one) => one.s === station && one.ev === 'case');
  const expected = cases.map((one) => one.expected as { must: string[]; may: string[] });
  if (expected.length === 0) return failed('no patient came');
  const must = new Set(expected.flatMap((one) => one.must));
  const may = new Set([...must, ...expected.flatMap((one) => one.may)]);
  const seen = active(recording, station).filter(({ condition }) =>
    (ADVISORIES as readonly string[]).includes(condition),
  );
  const missed = [...must].filter((name) => !seen.some(({ condition }) => condition === name));
  const falsely = seen.filter(({ condition }) => !may.has(condition));
  if (missed.length > 0) return failed(`missed ${missed.join(', ')}`);
  if (falsely.length > 0) {
    const [first] = falsely;
    return failed(`falsely ${falsely.map(({ condition }) => condition).join(', ')}`, first?.atMs);
  }
  return passed(seen.length === 0 ? 'none, rightly' : seen.map(({ condition }) => condition).join(', '));
}
