/**
 * Bus and journal -> MQTT, in three lanes: state (retained), live (latest value, never queued), telemetry (journal
 * batches until a recorder has them). No lane can hold up another.
 */
import type { Bus } from '../bus.ts';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import type { Journal } from '../journal/port.ts';
import type { Logger } from '../logger.ts';
import { AlarmLane } from './alarm-lane.ts';
import type { MqttConnection } from './connection.ts';
import { LiveLane } from './live-lane.ts';
import { RefillLane } from './refill-lane.ts';
import { RetainedLane } from './retained-lane.ts';
import { StrangerLog } from './strangers.ts';
import { TelemetryLane } from './telemetry-lane.ts';
import { parseTopic, recordedPayload, TOPIC_ROOT } from './topics.ts';

export interface PublisherOptions {
  readonly bus: Bus;
  readonly journal: Journal;
  readonly connection: MqttConnection;
  readonly config: Pick<Config, 'site' | 'bridge'> & {
    readonly mqtt: Pick<Config['mqtt'], 'liveHz'>;
    readonly freshness: Pick<Config['freshness'], 'expiryMs'>;
  };
  readonly clock: Clock;
  readonly logger: Logger;
  /** The broker has the record of this refill. */
  readonly onReported?: (refill: string) => void;
}

export interface PublisherCounters {
  readonly live: number;
  readonly liveSkipped: number;
  readonly published: number;
  readonly resent: number;
  readonly recorded: number;
  readonly postponed: number;
  readonly strangers: number;
}

/** 1000 batch ids of at most ~100 bytes. */
const LARGEST_ANSWER = 131_072;
const DRAIN_LOOK_MS = 20;
const SAY_AGAIN_AFTER_LOOKS = 25;

export class Publisher {
  readonly #options: PublisherOptions;
  readonly #live: LiveLane;
  readonly #retained: RetainedLane;
  readonly #alarms: AlarmLane;
  readonly #refills: RefillLane;
  readonly #telemetry: TelemetryLane;
  readonly #strangers: StrangerLog;
  #ends: (() => void)[] = [];
  #listening = false;
  #wasConnected = false;

  constructor(options: PublisherOptions) {
    this.#options = options;
    const { connection, journal, clock, logger, config } = options;
    const { site, bridge } = config;
    this.#live = new LiveLane({
      connection,
      site,
      clock,
      liveHz: config.mqtt.liveHz,
      expiryMs: config.freshness.expiryMs,
    });
    this.#retained = new RetainedLane({ connection, site, bridge, clock });
    this.#alarms = new AlarmLane({ connection, site, bridge, clock });
    const onReported = options.onReported ?? (() => {});
    this.#refills = new RefillLane({ connection, site, bridge, clock, onReported });
    this.#telemetry = new TelemetryLane({ connection, journal, site, clock });
    this.#strangers = new StrangerLog(clock, logger);
  }

  get counters(): PublisherCounters {
    const { published, resent, recorded, postponed } = this.#telemetry.counters;
    const { published: live, skipped: liveSkipped } = this.#live.counters;
    return { live, liveSkipped, published, resent, recorded, postponed, strangers: this.#strangers.count };
  }

  start(): void {
    const { bus, connection, config, journal } = this.#options;
    this.#telemetry.start();
    this.#retained.start();
    this.#refills.start();
    if (!this.#listening) journal.onCommitted((batch) => this.#telemetry.committed(batch));
    this.#listening = true;
    this.#ends = [
      bus.on('reading', (reading) => this.#live.reading(reading)),
      bus.on('status', (status) => this.#retained.status(status)),
      bus.on('identified', (info) => this.#retained.identified(info)),
      bus.on('firmware', (view) => this.#retained.firmware(view)),
      bus.on('health', (health) => this.#retained.health(health)),
      bus.on('alarms', (board) => this.#alarms.board(board)),
      bus.on('refill', (refill) => this.#refills.refill(refill)),
      bus.on('record', (record) => this.#refills.record(record)),
      connection.subscribe(`${TOPIC_ROOT}/${config.site}/+/recorded`, { qos: 1 }, (topic, payload) =>
        this.#recorded(topic, payload),
      ),
      connection.onChange(() => this.#turned()),
    ];
    this.#wasConnected = false;
    if (connection.connected) this.#turned();
  }

  /** A recorder has begun to listen here: what went out before is sent again now, not in ten seconds. */
  catchUp(): void {
    if (this.#options.connection.connected) this.#telemetry.connected();
  }

  /** From the next live message on. */
  retune(live: { readonly liveHz: number; readonly expiryMs: number }): void {
    this.#live.retune(live);
  }

  /**
   * After the last reading: resolves when all of it is committed and the broker has it, and, with a recorder `here` in
   * this process, when the store has it too; or when `withinMs` is over. What is then left stays in the journal.
   */
  async drain(options: { committed: Promise<void>; recorder: 'here' | 'elsewhere'; withinMs: number }): Promise<void> {
    const { clock, connection, journal } = this.#options;
    let committed = false;
    void options.committed.then(() => {
      committed = true;
    });
    const delivered = () => !connection.connected || this.#telemetry.unacknowledged === 0;
    const recorded = () => !connection.connected || options.recorder === 'elsewhere' || journal.counters.waiting === 0;
    const startMs = clock.monotonicMs();
    for (let looks = 0; !(committed && delivered() && recorded()); looks++) {
      if (clock.monotonicMs() >= startMs + options.withinMs) return;
      // What went out before the recorder listened would be sent again only later than we have time for.
      if (looks === SAY_AGAIN_AFTER_LOOKS) this.#telemetry.connected();
      await new Promise<void>((resolve) => clock.after(DRAIN_LOOK_MS, resolve));
    }
  }

  /** Says that the stations are offline; batches that are under way stay in the journal until acknowledged. */
  stop(): void {
    for (const end of this.#ends.splice(0)) end();
    this.#live.stop();
    this.#telemetry.stop();
    this.#retained.stop();
    this.#refills.stop();
  }

  /** The state has more names than "usable or not". */
  #turned(): void {
    const { connected } = this.#options.connection;
    if (connected === this.#wasConnected) return;
    this.#wasConnected = connected;
    if (!connected) this.#telemetry.disconnected();
    else {
      this.#retained.connected();
      this.#alarms.connected();
      this.#refills.connected();
      this.#telemetry.connected();
    }
  }

  #recorded(topic: string, payload: Buffer): void {
    const parsed = this.#strangers.read(topic, payload, recordedPayload, LARGEST_ANSWER);
    if (parsed === null) return;
    if (parsed.station !== parseTopic(topic)?.station) {
      this.#strangers.refuse(topic, 'the station inside is not the one in the topic');
      return;
    }
    this.#telemetry.recorded(parsed.station, parsed.batches);
  }
}
