/**
 * The alarm board as retained messages, one per condition: said when it changes, all of it again at every reconnect, and
 * emptied when the condition has left the board. Information for other systems; the alarm is the one at the bedside.
 */
import type { AlarmBoard, AlarmEntry } from '../alarms/board.ts';
import type { Clock } from '../clock.ts';
import { utc } from './payloads.ts';
import type { MqttConnection } from './port.ts';
import { type AlarmPayload, alarmTopic, NAME_PATTERN } from './topics.ts';

export interface AlarmLaneOptions {
  readonly connection: MqttConnection;
  readonly site: string;
  readonly bridge: string;
  readonly clock: Clock;
}

const STATES = { present: 'active', latched: 'latched', ended: 'inactive' } as const;
const INACTIVATIONS = {
  on: 'enabled',
  off: 'enabled',
  'audio-paused': 'audio-paused',
  acknowledged: 'alert-acknowledged',
} as const;

export function alarmPayloadOf(entry: AlarmEntry, bridge: string, atMs: number): AlarmPayload {
  const { presence, signal } = entry;
  const shown =
    presence === 'latched' ? 'latched' : signal === 'acknowledged' ? 'ack' : presence === 'ended' ? 'off' : 'on';
  return {
    station: entry.source,
    bridge,
    at: utc(atMs),
    status: presence === 'ended' ? 'completed' : 'in-progress',
    type: entry.kind,
    priority: entry.priority,
    state: STATES[presence],
    inactivation: INACTIVATIONS[signal],
    condition: {
      code: entry.condition,
      presence: presence === 'present',
      acknowledged: entry.by !== null,
      acknowledgedBy: entry.by?.slice(0, 100) ?? null,
      acknowledgedAt: entry.atUtcMs === null ? null : utc(entry.atUtcMs),
      timing: { start: utc(entry.sinceUtcMs), end: entry.endedUtcMs === null ? null : utc(entry.endedUtcMs) },
    },
    signal: { activationState: signal === 'audio-paused' ? 'paused' : signal === 'on' ? 'on' : 'off', presence: shown },
    detail: entry.detail?.slice(0, 500) ?? null,
  };
}

export class AlarmLane {
  readonly #options: AlarmLaneOptions;
  #board: AlarmBoard | null = null;
  /** Topic -> what was last said there, without its time; `null`: has to be emptied. */
  readonly #said = new Map<string, string | null>();

  constructor(options: AlarmLaneOptions) {
    this.#options = options;
  }

  board(board: AlarmBoard): void {
    this.#board = board;
    this.#say();
  }

  connected(): void {
    for (const [topic, said] of this.#said) if (said !== null) this.#said.set(topic, '');
    this.#say();
  }

  #say(): void {
    const { connection, site, bridge, clock } = this.#options;
    const there = new Set<string>();
    for (const entry of this.#board?.entries ?? []) {
      if (!NAME_PATTERN.test(entry.source)) continue;
      const topic = alarmTopic(site, entry.source, entry.condition);
      there.add(topic);
      const same = JSON.stringify(alarmPayloadOf(entry, bridge, 0));
      if (this.#said.get(topic) === same) continue;
      const payload = JSON.stringify(alarmPayloadOf(entry, bridge, clock.utcMs()));
      const taken = connection.publish(topic, payload, { qos: 1, retain: true });
      this.#said.set(topic, taken ? same : '');
    }
    for (const topic of this.#said.keys()) {
      if (there.has(topic)) continue;
      if (connection.publish(topic, '', { qos: 1, retain: true })) this.#said.delete(topic);
      else this.#said.set(topic, null);
    }
  }
}
