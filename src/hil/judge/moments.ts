/** From the name of a moment to the time at which it was. */
import type { Message, Recording } from '../recording.ts';

export interface AlarmSaid {
  readonly status: string;
  readonly priority: string;
  readonly state: string;
  readonly detail: string | null;
  readonly condition: { readonly presence: boolean };
}

/** Messages of one topic of a station or the bridge, in order. */
export function said(recording: Recording, source: string, topic: string): Message[] {
  const whole = `hai/v1/${recording.site}/${source}/${topic}`;
  return recording.messages.filter((message) => message.topic === whole);
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
