/**
 * For a dashboard apart from its bridges: their alarms and open refills as they say them over MQTT, to look at and not to
 * answer. Nothing of it sounds: the alarm is the one at the bedside.
 */
import type { AlarmBoard, AlarmEntry } from '../alarms/board.ts';
import { ALARM_CONDITIONS, type AlarmCondition } from '../alarms/catalogue.ts';
import { boardFrom } from '../alarms/make-board.ts';
import type { Bus } from '../bus.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../logger.ts';
import type { RefillElsewhere } from '../refill/model.ts';
import type { MqttConnection } from './port.ts';
import { StrangerLog } from './strangers.ts';
import {
  type AlarmPayload,
  alarmPayload,
  bridgePayload,
  parseTopic,
  refillPayload,
  TOPIC_ROOT,
  type TopicPayload,
} from './topics.ts';

type RefillPayload = TopicPayload<'refill'>;

export interface BedsideFeedOptions {
  readonly bus: Bus;
  readonly connection: Pick<MqttConnection, 'subscribe'>;
  readonly site: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

const LARGEST = 65_536;
const MOST_REFILLS = 4096;
const MOST_ALARMS = 20_000;
const PRESENCES = { active: 'present', latched: 'latched', inactive: 'ended' } as const;

interface Said {
  readonly refill: RefillElsewhere;
  readonly cancel: () => void;
}

export class BedsideFeed {
  readonly #options: BedsideFeedOptions;
  readonly #strangers: StrangerLog;
  readonly #alarms = new Map<string, AlarmPayload>();
  readonly #refills = new Map<string, Said>();
  /** Why a bridge is silent; those that are not there speak. */
  readonly #silent = new Map<string, string>();
  #changedUtcMs = 0;
  #ends: (() => void)[] = [];

  constructor(options: BedsideFeedOptions) {
    this.#options = options;
    this.#strangers = new StrangerLog(options.clock, options.logger);
  }

  start(): void {
    const { connection, site } = this.#options;
    const hear = (what: string, receive: (topic: string, payload: Buffer) => void) =>
      connection.subscribe(`${TOPIC_ROOT}/${site}/+/${what}`, { qos: 1 }, (topic, payload) => {
        if (parseTopic(topic) !== null) receive(topic, payload);
      });
    this.#ends = [
      hear('bridge', (topic, payload) => this.#bridge(topic, payload)),
      hear('alarm/+', (topic, payload) => this.#alarm(topic, payload)),
      hear('refill', (topic, payload) => this.#refill(topic, payload)),
    ];
  }

  stop(): void {
    for (const end of this.#ends.splice(0)) end();
    for (const said of this.#refills.values()) said.cancel();
  }

  /** Messages that were not what their topic promises. */
  get strangers(): number {
    return this.#strangers.count;
  }

  board(): AlarmBoard {
    const entries = [...this.#alarms.values()].flatMap((said) => this.#entryOf(said) ?? []);
    return { ...boardFrom(entries, [], this.#changedUtcMs), sounding: null };
  }

  refills(): readonly RefillElsewhere[] {
    return [...this.#refills.values()].map(({ refill }) => ({
      ...refill,
      silent: refill.silent ?? this.#silent.get(refill.bridge) ?? null,
    }));
  }

  /** What a silent bridge said last still stands on the board, and says so. */
  #entryOf(said: AlarmPayload): AlarmEntry | null {
    const { condition, signal } = said;
    const known = ALARM_CONDITIONS[condition.code as AlarmCondition];
    if (known === undefined) return null;
    const silent = this.#silent.get(said.bridge);
    return {
      source: said.station,
      condition: condition.code as AlarmCondition,
      priority: said.priority,
      kind: said.type,
      latching: known.latching,
      presence: PRESENCES[said.state],
      sinceUtcMs: Date.parse(condition.timing.start),
      endedUtcMs: condition.timing.end === null ? null : Date.parse(condition.timing.end),
      signal:
        signal.activationState === 'paused'
          ? 'audio-paused'
          : condition.acknowledged
            ? 'acknowledged'
            : signal.activationState,
      detail: silent === undefined ? said.detail : `${said.detail ?? ''} (said last at ${said.at}: ${silent})`.trim(),
      by: condition.acknowledgedBy,
      atUtcMs: condition.acknowledgedAt === null ? null : Date.parse(condition.acknowledgedAt),
    };
  }

  #bridge(topic: string, payload: Buffer): void {
    const said = payload.length === 0 ? null : this.#strangers.read(topic, payload, bridgePayload, LARGEST);
    if (said === null) return;
    if (said.state === 'online') this.#silent.delete(said.bridge);
    else this.#silent.set(said.bridge, `bridge ${said.bridge}: ${said.reason ?? 'offline'}`);
    this.#changed();
  }

  #alarm(topic: string, payload: Buffer): void {
    // An empty message: the condition has left the board.
    const said = payload.length === 0 ? null : this.#strangers.read(topic, payload, alarmPayload, LARGEST);
    if (said === null && payload.length > 0) return;
    if (said === null) this.#alarms.delete(topic);
    else if (this.#alarms.has(topic) || this.#alarms.size < MOST_ALARMS) this.#alarms.set(topic, said);
    else this.#strangers.refuse(topic, `more than ${MOST_ALARMS} conditions`);
    this.#changed();
  }

  #refill(topic: string, payload: Buffer): void {
    const station = parseTopic(topic)?.station ?? '';
    const said = payload.length === 0 ? null : this.#strangers.read(topic, payload, refillPayload, LARGEST);
    if (said === null && payload.length > 0) return;
    if (said !== null && said.station !== station) {
      this.#strangers.refuse(topic, 'the station inside is not the one in the topic');
      return;
    }
    this.#refills.get(station)?.cancel();
    if (said === null || said.refill === null) this.#refills.delete(station);
    else if (this.#refills.size < MOST_REFILLS || this.#refills.has(station)) this.#keep(said, said.refill);
    this.#changed();
  }

  #keep(said: RefillPayload, refill: string): void {
    const { clock } = this.#options;
    const { station, validForMs, at, began, holds, ...rest } = said;
    const saidUtcMs = Date.parse(at);
    const held = Object.entries(holds).flatMap(([hold, state]) => (state === 'held' ? [hold] : []));
    const seen = { ...rest, station, refill, held, saidUtcMs, beganUtcMs: began === null ? null : Date.parse(began) };
    // The clocks of two computers differ, and a retained message may be as old as its bridge is dead.
    const leftMs = Math.min(validForMs, Math.max(0, validForMs - (clock.utcMs() - saidUtcMs)));
    const open = said.outcome === 'in-progress';
    const why = `bridge ${said.bridge} has said nothing of it in time`;
    const expire = () => {
      this.#refills.set(station, { refill: { ...seen, silent: why }, cancel: () => {} });
      this.#changed();
    };
    const cancel = open && leftMs > 0 ? clock.after(leftMs, expire) : () => {};
    this.#refills.set(station, { refill: { ...seen, silent: open && leftMs === 0 ? why : null }, cancel });
  }

  #changed(): void {
    const { bus, clock } = this.#options;
    this.#changedUtcMs = clock.utcMs();
    bus.emit('elsewhere', null);
  }
}
