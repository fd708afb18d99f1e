/** From the name of a moment to the time at which it was. */
import type { Message, Recording } from '../recording.ts';

export interface AlarmSaid {
  readonly status: string;
  readonly priority: string;
  readonly state: string;
  readonly detail: string | null;
  readonly condition: { readonly presence: boolean };
}

interface ByTopic {
  sorted: number;
  readonly topics: Map<string, Message[]>;
}
/** Looked through once for all expectations; a list that grows while a run goes on is looked through further. */
const sortedOut = new WeakMap<readonly Message[], ByTopic>();

/** Messages of one topic of a station or the bridge, in order. */
export function said({ site, messages }: Recording, source: string, topic: string): readonly Message[] {
  let index = sortedOut.get(messages);
  if (index === undefined) {
    index = { sorted: 0, topics: new Map() };
    sortedOut.set(messages, index);
  }
  for (; index.sorted < messages.length; index.sorted++) {
    const message = messages[index.sorted] as Message;
    const list = index.topics.get(message.topic);
    if (list === undefined) index.topics.set(message.topic, [message]);
    else list.push(message);
  }
  return index.topics.get(`hai/v1/${site}/${source}/${topic}`) ?? [];
}

export function alarmMessages(recording: Recording, source: string, condition: string) {
  return said(recording, source, `alarm/${condition}`).map(({ atMs, payload }) => ({
    atMs,
    alarm: payload as AlarmSaid | null,
  }));
}

/** When it became active, and when it ended then; `null` when never. */
export function alarmTimes(recording: Recording, source: string, condition: string, fromMs = 0) {
  const messages = alarmMessages(recording, source, condition);
  const on = messages.find(({ atMs, alarm }) => atMs >= fromMs && alarm?.condition.presence === true);
  if (on === undefined) return { onMs: null, offMs: null, alarm: null };
  const off = messages.find(({ atMs, alarm }) => atMs > on.atMs && alarm?.condition.presence !== true);
  return { onMs: on.atMs, offMs: off?.atMs ?? null, alarm: on.alarm };
}

/** `null`: it was not. Station as its serial number. */
export function momentMs(recording: Recording, station: string, name: string): number | null {
  if (name === 'start') return 0;
  if (name === 'end') return recording.endMs;
  const [kind, what = ''] = name.split(':');
  const told = recording.told.filter((one) => one.s === station);
  switch (kind) {
    case 'befell':
      return told.find((one) => one.ev === 'befell')?.atMs ?? null;
    case 'phase':
      return told.find((one) => one.ev === 'truth' && one.phase === what)?.atMs ?? null;
    case 'step':
      return recording.steps.get(what) ?? null;
    case 'refill':
      return said(recording, station, 'refill').find(({ payload }) => phaseOf(payload) === what)?.atMs ?? null;
    case 'alarm': {
      const here = alarmTimes(recording, station, what).onMs;
      return here ?? alarmTimes(recording, recording.bridge, what).onMs;
    }
    case 'status':
      return said(recording, station, 'status').find(({ payload }) => stateOf(payload) === what)?.atMs ?? null;
    default:
      return null;
  }
}

const phaseOf = (payload: unknown) => (payload as { phase?: string } | null)?.phase;
const stateOf = (payload: unknown) => (payload as { state?: string } | null)?.state;
