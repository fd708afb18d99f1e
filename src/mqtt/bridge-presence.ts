/** What the broker knows of this bridge itself: `online`, retained, and a last will that turns it to `offline`. */
import type { Clock } from '../clock.ts';
import { type BridgePayload, bridgeTopic } from './topics.ts';

const REFRESH_MS = 30_000;
const GONE = 'the bridge is gone without a goodbye: check its power and network';

export interface PresenceOptions {
  readonly site: string;
  readonly bridge: string;
  readonly version: string;
  readonly clock: Clock;
  /** Retained, QoS 1. */
  readonly publish: (topic: string, payload: string, done?: () => void) => void;
}

export class BridgePresence {
  readonly #options: PresenceOptions;
  #cancel: () => void = () => {};

  constructor(options: PresenceOptions) {
    this.#options = options;
  }

  /** MQTT §3.1.2.5: the broker says this when the connection ends without a goodbye. */
  get will(): { topic: string; payload: Buffer; qos: 1; retain: true } {
    return { topic: this.#topic, payload: Buffer.from(this.#payload('offline', GONE, null)), qos: 1, retain: true };
  }

  /** Said again now and then: whatever overwrote it (an old will, a person) does not stand for long. */
  online(): void {
    const { clock, publish } = this.#options;
    this.lost();
    publish(this.#topic, this.#payload('online', null, clock.utcMs()));
    this.#cancel = clock.after(REFRESH_MS, () => this.online());
  }

  offline(reason: string, done: () => void): void {
    const { clock, publish } = this.#options;
    publish(this.#topic, this.#payload('offline', reason, clock.utcMs()), done);
  }

  /** The connection is gone: nothing is said any more. */
  lost(): void {
    this.#cancel();
  }

  get #topic(): string {
    return bridgeTopic(this.#options.site, this.#options.bridge);
  }

  #payload(state: BridgePayload['state'], reason: string | null, atMs: number | null): string {
    const { bridge, version } = this.#options;
    const said: BridgePayload = {
      bridge,
      state,
      reason,
      version,
      at: atMs === null ? null : new Date(atMs).toISOString(),
    };
    return JSON.stringify(said);
  }
}
