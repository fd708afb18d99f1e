/** Live values, states and counters of a station. */
import { CHANNELS } from '../../../protocols/reading.ts';
import type { Recording } from '../recording.ts';
import type { Expectation } from '../scenario/expectations.ts';
import { isWithin, kindOfUnit } from '../scenario/quantity.ts';
import { at, mismatch, short } from './match.ts';
import { momentMs, said } from './moments.ts';
import { type Finding, failed, passed, seconds } from './verdict.ts';

type Wanted<K extends string> = Extract<Expectation, Record<K, unknown>>[K &
  keyof Extract<Expectation, Record<K, unknown>>];

export function judgeReading(recording: Recording, station: string, wanted: Wanted<'reading'>): Finding {
  const { channel, is } = wanted;
  const unit = CHANNELS.find(({ name }) => name === channel)?.unit ?? '';
  if (is !== 'missing' && kindOfUnit(unit) !== is.kind) return failed(`${channel} is told in ${unit}`);
  const moment = momentMs(recording, station, wanted.from);
  if (moment === null) return failed(`${wanted.from} never was`);
  const fromMs = moment + (wanted.after ?? 0) * 1000;
  const live = said(recording, station, 'live').filter(
    ({ atMs }) => atMs >= fromMs && atMs <= fromMs + wanted.lasts * 1000,
  );
  if (live.length === 0)
    return failed(`no live value within ${seconds(wanted.lasts * 1000)} after ${seconds(fromMs)}`, fromMs);
  const values = live.map(({ atMs, payload }) => {
    const { values: all, flags } = payload as { values: Record<string, number | null>; flags: string[] };
    const value = all[channel] ?? null;
    const flagged = wanted.flag === undefined || flags.includes(wanted.flag);
    return {
      atMs,
      value,
      fine: flagged && (is === 'missing' ? value === null : value !== null && isWithin(value, is)),
    };
  });
  const fine = values.filter((one) => one.fine).length;
  const numbers = values.flatMap(({ value }) => (value === null ? [] : [value]));
  const range = numbers.length === 0 ? 'missing' : `${Math.min(...numbers)} .. ${Math.max(...numbers)} ${unit}`;
  const text = `${range}, ${fine} of ${values.length} fit`;
  return 100 * fine >= wanted.share * values.length
    ? passed(text)
    : failed(text, values.find((one) => !one.fine)?.atMs);
}

export function judgeStatus(recording: Recording, station: string, wanted: Wanted<'status'>): Finding {
  const fromMs = momentMs(recording, station, wanted.of);
  if (fromMs === null) return failed(`${wanted.of} never was`);
  const states = said(recording, station, 'status').map(({ atMs, payload }) => ({
    atMs,
    state: (payload as { state?: string } | null)?.state ?? 'none',
  }));
  // What it was already counts from the moment on.
  const before = states.findLast(({ atMs }) => atMs <= fromMs);
  const found =
    before?.state === wanted.state ? { atMs: fromMs } : states.find((s) => s.atMs > fromMs && s.state === wanted.state);
  if (found === undefined) {
    const seen = [...new Set(states.filter(({ atMs }) => atMs >= fromMs).map(({ state }) => state))];
    return failed(`never ${wanted.state} after ${seconds(fromMs)}: ${seen.join(', ') || 'nothing said'}`, fromMs);
  }
  const delayMs = found.atMs - fromMs;
  const text = `${wanted.state} ${seconds(delayMs)} after ${wanted.of}`;
  if (wanted.within !== undefined && delayMs > wanted.within * 1000) return failed(text, found.atMs);
  if (wanted.notBefore !== undefined && delayMs < wanted.notBefore * 1000) return failed(text, found.atMs);
  return passed(text);
}

export function judgeCounter(recording: Recording, station: string, wanted: Wanted<'counter'>): Finding {
  const last = said(recording, station, 'health').at(-1);
  if (last === undefined) return failed('no health message');
  const value = at((last.payload as { counters: unknown }).counters, wanted.name);
  const all = short((last.payload as { counters: unknown }).counters);
  if (typeof value !== 'number') {
    // Counters of faults come into being with the first one.
    if (wanted.is !== undefined && value === undefined && isWithin(0, wanted.is))
      return passed(`${wanted.name} never counted`);
    return failed(`${wanted.name} is not counted: ${all}`);
  }
  const text = `${wanted.name} ${value}`;
  if (wanted.is !== undefined && !isWithin(value, wanted.is)) return failed(text);
  if (wanted.ofDamaged !== undefined) {
    const damaged = recording.said.filter((line) => line.station === station && line.fate === 'damaged').length;
    const share = damaged === 0 ? 0 : (100 * value) / damaged;
    const words = `${text}, ${share.toFixed(1)} % of ${damaged} damaged lines`;
    return isWithin(share, wanted.ofDamaged) ? passed(words) : failed(words);
  }
  return passed(text);
}

export function judgeMetric(recording: Recording, wanted: Wanted<'metric'>): Finding {
  const values = recording.metrics
    .split('\n')
    .filter((line) => line === wanted.name || line.startsWith(`${wanted.name} `) || line.startsWith(`${wanted.name}{`))
    .map((line) => Number(line.slice(line.lastIndexOf(' ') + 1)));
  if (values.length === 0) return failed(`${wanted.name} is no metric`);
  const sum = values.reduce((total, value) => total + value, 0);
  return isWithin(sum, wanted.is) ? passed(`${sum}`) : failed(`${sum}`);
}

export function judgeMqtt(recording: Recording, station: string, wanted: Wanted<'mqtt'>): Finding {
  const ofBridge = wanted.topic.startsWith('bridge:');
  const source = ofBridge ? recording.bridge : station;
  const fromMs = momentMs(recording, station, wanted.of);
  if (fromMs === null) return failed(`${wanted.of} never was`);
  const untilMs = wanted.within === undefined ? Number.POSITIVE_INFINITY : fromMs + wanted.within * 1000;
  const inTime = said(recording, source, wanted.topic.replace(/^bridge:/, '')).filter(
    ({ atMs }) => atMs >= fromMs && atMs <= untilMs,
  );
  const fitting = inTime.filter(({ payload }) => mismatch(payload, wanted.where) === null);
  const text = `${fitting.length} of ${inTime.length} messages`;
  if (isWithin(fitting.length, wanted.count)) return passed(text);
  const [first] = inTime;
  const why = first === undefined ? '' : `; the first: ${mismatch(first.payload, wanted.where) ?? 'fits'}`;
  return failed(`${text}${why}`, first?.atMs ?? fromMs);
}
