/**
 * State of each station and its birth certificate, retained. Said again at every reconnect; the status also again and
 * again within its validity, so that a reader can tell "live" from "was live when the bridge was last heard".
 */
import type { Clock } from '../clock.ts';
import type { StationFirmwareView } from '../firmware/views.ts';
import type { StationHealth, StationInfo, StationStatus } from '../station/model.ts';
import type { MqttConnection } from './connection.ts';
import { healthPayloadOf, infoPayloadOf, statusPayloadOf } from './payloads.ts';
import { NAME_PATTERN, topicOf } from './topics.ts';

export interface RetainedLaneOptions {
  readonly connection: MqttConnection;
  readonly site: string;
  readonly bridge: string;
  readonly clock: Clock;
}

export const STATUS_VALID_MS = 30_000;
const HEALTH_EVERY_MS = 5000;

export class RetainedLane {
  readonly #options: RetainedLaneOptions;
  readonly #status = new Map<string, StationStatus & { station: string }>();
  readonly #info = new Map<string, StationInfo>();
  readonly #firmware = new Map<string, StationFirmwareView>();
  readonly #healthDueMs = new Map<string, number>();
  #cancel: (() => void) | null = null;

  constructor(options: RetainedLaneOptions) {
    this.#options = options;
  }

  start(): void {
    this.#cancel = this.#options.clock.after(STATUS_VALID_MS / 3, () => {
      for (const status of this.#status.values()) this.#sayStatus(status);
      this.start();
    });
  }

  /** Every station is `offline` from now on, and the broker is told so. */
  stop(): void {
    this.#cancel?.();
    const sinceUtcMs = this.#options.clock.utcMs();
    for (const status of this.#status.values()) {
      this.#sayStatus({ ...status, state: 'offline', reason: 'the bridge was stopped', sinceUtcMs });
    }
  }

  status(status: StationStatus): void {
    const { station } = status;
    if (station === null || !NAME_PATTERN.test(station)) return;
    const named = { ...status, station };
    if (status.removed) {
      this.#status.delete(station);
      this.#info.delete(station);
    } else this.#status.set(station, named);
    this.#sayStatus(named);
  }

  identified(info: StationInfo): void {
    if (!NAME_PATTERN.test(info.station)) return;
    this.#info.set(info.station, info);
    this.#sayInfo(info);
  }

  /** Said with the next birth certificate, and at once when the station is known. */
  firmware(view: StationFirmwareView): void {
    if (!NAME_PATTERN.test(view.station) || view.answers === 'not-asked') return;
    this.#firmware.set(view.station, view);
    const info = this.#info.get(view.station);
    if (info !== undefined) this.#sayInfo(info);
  }

  health(health: StationHealth): void {
    const now = this.#options.clock.monotonicMs();
    if (now < (this.#healthDueMs.get(health.station) ?? 0) || !NAME_PATTERN.test(health.station)) return;
    // Half a second of tolerance: the bus speaks once a second, not exactly.
    this.#healthDueMs.set(health.station, now + HEALTH_EVERY_MS - 500);
    const topic = topicOf(this.#options.site, health.station, 'health');
    this.#options.connection.publish(topic, JSON.stringify(healthPayloadOf(health)), { qos: 0, expirySeconds: 15 });
  }

  connected(): void {
    for (const info of this.#info.values()) this.#sayInfo(info);
    for (const status of this.#status.values()) this.#sayStatus(status);
  }

  #sayStatus(status: StationStatus & { station: string }): void {
    const { connection, site, bridge, clock } = this.#options;
    const payload = statusPayloadOf(status, { atMs: clock.utcMs(), validForMs: STATUS_VALID_MS, bridge });
    connection.publish(topicOf(site, status.station, 'status'), JSON.stringify(payload), {
      qos: 1,
      retain: true,
      expirySeconds: STATUS_VALID_MS / 1000,
    });
  }

  #sayInfo(info: StationInfo): void {
    const { connection, site } = this.#options;
    const payload = JSON.stringify(infoPayloadOf(info, this.#firmware.get(info.station) ?? null));
    connection.publish(topicOf(site, info.station, 'info'), payload, { qos: 1, retain: true });
  }
}
