/**
 * For a dashboard without stations of its own: what bridges say over MQTT becomes the same bus events as at the
 * bedside. A status nobody repeats in time, and every station of a bridge whose last will came, turns `offline`.
 */
import type { Bus } from '../bus.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../logger.ts';
import type { StationStatus } from '../station/model.ts';
import { healthOf, infoOf, readingOf, statusOf } from './bus-types.ts';
import type { MqttConnection } from './connection.ts';
import { StrangerLog } from './strangers.ts';
import { bridgePayload, parseTopic, TOPIC_ROOT, TOPICS, type TopicPayload } from './topics.ts';

export interface LiveFeedOptions {
  readonly bus: Bus;
  readonly connection: MqttConnection;
  readonly site: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

const LARGEST = 65_536;
const MOST_STATIONS = 4096;
const READ = ['status', 'info', 'live', 'health', 'bridge'] as const;

interface Known {
  link: string;
  bootId: string;
  bridge: string;
  status: StationStatus | null;
  cancelExpiry: (() => void) | null;
}

export class LiveFeed {
  readonly #options: LiveFeedOptions;
  readonly #strangers: StrangerLog;
  readonly #stations = new Map<string, Known>();
  #ends: (() => void)[] = [];

  constructor(options: LiveFeedOptions) {
    this.#options = options;
    this.#strangers = new StrangerLog(options.clock, options.logger);
  }

  /** Messages that were not what their topic promises. */
  get strangers(): number {
    return this.#strangers.count;
  }

  start(): void {
    const { connection, site } = this.#options;
    this.#ends = READ.map((name) =>
      connection.subscribe(
        `${TOPIC_ROOT}/${site}/+/${name}`,
        { qos: name === 'live' ? 0 : 1 },
        (topic, payload, { retain }) => this.#receive(topic, payload, retain),
      ),
    );
  }

  stop(): void {
    for (const end of this.#ends.splice(0)) end();
    for (const known of this.#stations.values()) known.cancelExpiry?.();
  }

  #receive(topic: string, payload: Buffer, retained: boolean): void {
    const parsed = parseTopic(topic);
    // An empty retained message is how MQTT deletes one.
    if (parsed === null || payload.length === 0) return;
    if (parsed.topic === 'bridge') {
      const said = this.#strangers.read(topic, payload, bridgePayload, LARGEST);
      if (said?.state === 'offline') this.#bridgeGone(said.bridge, said.reason);
      return;
    }
    const name = parsed.topic as 'status' | 'info' | 'live' | 'health';
    const said = this.#strangers.read(topic, payload, TOPICS[name].payload, LARGEST);
    if (said === null) return;
    if (said.station !== parsed.station) {
      this.#strangers.refuse(topic, 'the station inside is not the one in the topic');
      return;
    }
    const known = this.#known(said.station);
    if (known === null) {
      this.#strangers.refuse(topic, `more than ${MOST_STATIONS} stations`);
      return;
    }
    const { bus, clock } = this.#options;
    switch (name) {
      case 'status':
        this.#status(known, said as TopicPayload<'status'>, retained);
        break;
      case 'info': {
        const info = infoOf(said as TopicPayload<'info'>);
        known.link = info.link;
        known.bootId = info.bootId;
        bus.emit('identified', info);
        if (known.status !== null) this.#emit(known, { ...known.status, link: info.link });
        break;
      }
      case 'live':
        bus.emit('reading', readingOf(said as TopicPayload<'live'>, known.bootId, clock.monotonicMs()));
        break;
      case 'health':
        bus.emit('health', healthOf(said as TopicPayload<'health'>));
        break;
    }
  }

  #known(station: string): Known | null {
    let known = this.#stations.get(station);
    if (known === undefined) {
      if (this.#stations.size >= MOST_STATIONS) return null;
      known = { link: '', bootId: '', bridge: '', status: null, cancelExpiry: null };
      this.#stations.set(station, known);
    }
    return known;
  }

  #status(known: Known, said: TopicPayload<'status'>, retained: boolean): void {
    const { clock } = this.#options;
    known.bridge = said.bridge;
    known.cancelExpiry?.();
    known.cancelExpiry = null;
    // A retained one may be as old as its bridge is dead; brokers without MQTT 5 keep it for ever.
    const ageMs = retained ? Math.max(0, clock.utcMs() - Date.parse(said.at)) : 0;
    const status = statusOf(said, known.link || `bridge ${said.bridge}`);
    if (ageMs >= said.validForMs) {
      this.#silent(known, status);
      return;
    }
    this.#emit(known, status);
    if (said.state === 'offline') return;
    known.cancelExpiry = clock.after(said.validForMs - ageMs, () => this.#silent(known, status));
  }

  #silent(known: Known, status: StationStatus): void {
    this.#emit(known, {
      ...status,
      state: 'offline',
      reason: `bridge ${known.bridge} has not been heard in time: check its power and network`,
      sinceUtcMs: this.#options.clock.utcMs(),
    });
  }

  #bridgeGone(bridge: string, reason: string | null): void {
    for (const known of this.#stations.values()) {
      if (known.bridge !== bridge || known.status === null || known.status.state === 'offline') continue;
      known.cancelExpiry?.();
      known.cancelExpiry = null;
      this.#emit(known, {
        ...known.status,
        state: 'offline',
        reason: `bridge ${bridge}: ${reason ?? 'offline'}`,
        sinceUtcMs: this.#options.clock.utcMs(),
      });
    }
  }

  #emit(known: Known, status: StationStatus): void {
    known.status = status;
    this.#options.bus.emit('status', status);
  }
}
