/**
 * One connection to the broker that keeps itself up. Every attempt is a fresh client with nothing left over from the
 * one before: what must not be lost waits in the journal, and what is live is worth nothing later.
 */
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import type { Clock } from '../clock.ts';
import type { Logger } from '../logger.ts';
import { type MqttConfig, readCredentials } from './credentials.ts';
import { Outbox, type OutgoingMessage } from './outbox.ts';
import { isVersionRefusal, reasonOf } from './reasons.ts';
import { type MessageListener, matches, type Subscription } from './subscriptions.ts';
import { bridgeTopic } from './topics.ts';

export interface MqttState {
  readonly ok: boolean;
  /** What is wrong and the remedy; `null` when connected. */
  readonly reason: string | null;
  /** For people: `mqtt://host:1883 (MQTT 5)`. No credentials. */
  readonly description: string;
}

export interface PublishOptions {
  readonly qos: 0 | 1;
  readonly retain?: boolean;
  /** MQTT 5: the broker forgets the message after this; 3.1.1 knows no such thing. */
  readonly expirySeconds?: number;
}

export interface MqttConnection {
  state(): MqttState;
  /** Called after every change of `state()`. Returns the function that removes the listener. */
  onChange(listener: (state: MqttState) => void): () => void;
  readonly connected: boolean;
  readonly protocol: '5' | '3.1.1' | null;
  /** How many more QoS 1 messages would go out at once, without waiting in line for acknowledgements. */
  readonly room: number;
  /** Bytes handed over but not yet taken by the network. */
  readonly unsentBytes: number;
  /**
   * Returns `false`, and does nothing, when there is no connection or far too much waits for acknowledgement: nothing
   * is kept for later. Otherwise QoS 1 calls `done` once: `true` when the broker has it, `false` when that is not known.
   */
  publish(topic: string, payload: string, options: PublishOptions, done?: (acknowledged: boolean) => void): boolean;
  /** Holds across reconnects. Returns the function that ends it. */
  subscribe(filter: string, options: { qos: 0 | 1; share?: string }, listener: MessageListener): () => void;
  /** Says goodbye (bridge: `offline`, retained) and disconnects; within 3 s. */
  close(): Promise<void>;
}

export interface ConnectOptions {
  readonly config: MqttConfig;
  readonly site: string;
  readonly bridge: string;
  /** Only a `bridge` has a state of its own on the broker (and so a last will). */
  readonly role?: 'bridge' | 'recorder' | 'dashboard';
  readonly version: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly random?: () => number;
}

const FIRST_RETRY_MS = 250;
const CONNECT_TIMEOUT_MS = 10_000;
const BRIDGE_REFRESH_MS = 30_000;
const GOODBYE_MS = 1500;
const MOST_IN_FLIGHT = 100;

/** Begins to connect and returns at once. Throws `UnusableMqttConfig` when a file that the configuration names is missing. */
export function connectMqtt(options: ConnectOptions): MqttConnection {
  readCredentials(options.config);
  const connection = new Connection(options);
  connection.attempt();
  return connection;
}

class Connection implements MqttConnection {
  readonly #options: ConnectOptions;
  readonly #random: () => number;
  readonly #broker: string;
  readonly #subscriptions = new Set<Subscription>();
  readonly #listeners = new Set<(state: MqttState) => void>();
  readonly #outbox = new Outbox((message, acknowledge) => this.#send(message, acknowledge));
  #client: MqttClient | null = null;
  #connected = false;
  #version: 4 | 5;
  #reason: string | null = 'connecting';
  #failures = 0;
  #cancelTimer: (() => void) | null = null;
  #closing = false;
  #lastRefusalMs = Number.NEGATIVE_INFINITY;

  constructor(options: ConnectOptions) {
    this.#options = options;
    this.#random = options.random ?? Math.random;
    this.#version = options.config.protocol === '3.1.1' ? 4 : 5;
    const url = new URL(options.config.url);
    this.#broker = `${url.protocol}//${url.host}`;
  }

  get connected(): boolean {
    return this.#connected;
  }

  get protocol(): '5' | '3.1.1' | null {
    return this.#connected ? (this.#version === 5 ? '5' : '3.1.1') : null;
  }

  get room(): number {
    return this.#connected ? Math.max(0, this.#outbox.limit - this.#outbox.outstanding) : 0;
  }

  get unsentBytes(): number {
    return this.#client?.stream?.writableLength ?? 0;
  }

  state(): MqttState {
    const description = this.#connected ? `${this.#broker} (MQTT ${this.protocol})` : this.#broker;
    return { ok: this.#connected, reason: this.#reason, description };
  }

  onChange(listener: (state: MqttState) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  publish(topic: string, payload: string, options: PublishOptions, done?: (ok: boolean) => void): boolean {
    if (!this.#connected) return false;
    const { retain = false, expirySeconds } = options;
    if (options.qos === 1) return this.#outbox.add({ topic, payload, retain, expirySeconds, done });
    this.#client?.publish(topic, payload, { qos: 0, retain, ...this.#expiry(expirySeconds) });
    return true;
  }

  subscribe(filter: string, options: { qos: 0 | 1; share?: string }, listener: MessageListener): () => void {
    const subscription: Subscription = { filter, ...options, listener };
    this.#subscriptions.add(subscription);
    if (this.#connected) this.#sendSubscription(subscription);
    return () => {
      this.#subscriptions.delete(subscription);
      if (this.#connected) this.#client?.unsubscribe(this.#filterOf(subscription), () => {});
    };
  }

  async close(): Promise<void> {
    if (this.#closing) return;
    this.#closing = true;
    this.#cancelTimer?.();
    const client = this.#client;
    if (client === null) return;
    if (this.#connected && this.#isBridge) {
      await this.#withDeadline((done) => {
        this.publish(this.#bridgeTopic, this.#bridgeState('offline', 'stopped'), { qos: 1, retain: true }, done);
      });
    }
    await this.#withDeadline((done) => client.end(false, () => done()));
    client.end(true);
    this.#lost();
    this.#tell('stopped');
  }

  attempt(): void {
    if (this.#closing) return;
    let client: MqttClient;
    try {
      client = mqtt.connect(this.#options.config.url, this.#clientOptions());
    } catch (error) {
      this.#retry(error instanceof Error ? error.message : String(error));
      return;
    }
    this.#client = client;
    let problem: unknown = null;
    let answered = false;
    client.on('error', (error) => {
      problem ??= error;
    });
    client.on('disconnect', (packet) => {
      problem ??= { code: packet.reasonCode ?? 0 };
    });
    client.on('message', (topic, payload, packet) => this.#deliver(topic, payload, packet.retain));
    client.on('connect', (packet) => {
      answered = true;
      problem = null;
      this.#outbox.limit = Math.min(MOST_IN_FLIGHT, packet.properties?.receiveMaximum ?? MOST_IN_FLIGHT);
      this.#established();
    });
    client.once('close', () => {
      client.end(true);
      if (this.#client !== client) return;
      this.#lost();
      if (this.#closing) return;
      const refused = isVersionRefusal(problem);
      if (this.#options.config.protocol === 'auto' && !answered && (refused || problem === null)) {
        // Brokers that know only one version either say so or just hang up.
        this.#version = this.#version === 5 ? 4 : 5;
        if (refused && this.#failures === 0) {
          this.#failures++;
          this.attempt();
          return;
        }
      }
      this.#retry(reasonOf(problem, this.#broker));
    });
  }

  #clientOptions(): IClientOptions {
    const { config, site, bridge, version } = this.#options;
    const role = this.#options.role ?? 'bridge';
    return {
      ...readCredentials(config),
      // The same name at every attempt: the broker then ends a half-dead connection before it accepts the new one, so
      // that the old one's last will cannot come after the new one's `online`.
      clientId: `hai-${site}-${bridge}-${role}`,
      protocolVersion: this.#version,
      clean: true,
      keepalive: config.keepaliveS,
      connectTimeout: CONNECT_TIMEOUT_MS,
      reconnectPeriod: 0,
      queueQoSZero: false,
      resubscribe: false,
      rejectUnauthorized: true,
      ...(this.#isBridge && {
        will: {
          topic: this.#bridgeTopic,
          payload: Buffer.from(
            JSON.stringify({
              bridge,
              state: 'offline',
              reason: 'the bridge is gone without a goodbye: check its power and network',
              version,
              at: null,
            }),
          ),
          qos: 1,
          retain: true,
        },
      }),
    };
  }

  get #isBridge(): boolean {
    return (this.#options.role ?? 'bridge') === 'bridge';
  }

  get #bridgeTopic(): string {
    return bridgeTopic(this.#options.site, this.#options.bridge);
  }

  #bridgeState(state: 'online' | 'offline', reason: string | null): string {
    const { bridge, version, clock } = this.#options;
    return JSON.stringify({ bridge, state, reason, version, at: new Date(clock.utcMs()).toISOString() });
  }

  #established(): void {
    this.#connected = true;
    this.#failures = 0;
    this.#sayOnline();
    for (const subscription of this.#subscriptions) this.#sendSubscription(subscription);
    this.#tell(null);
  }

  /** Said again now and then: whatever overwrote it (an old will, a person) does not stand for long. */
  #sayOnline(): void {
    if (!this.#isBridge || !this.#connected) return;
    this.publish(this.#bridgeTopic, this.#bridgeState('online', null), { qos: 1, retain: true });
    this.#cancelTimer?.();
    this.#cancelTimer = this.#options.clock.after(BRIDGE_REFRESH_MS, () => this.#sayOnline());
  }

  #lost(): void {
    this.#connected = false;
    this.#client = null;
    this.#cancelTimer?.();
    this.#outbox.clear();
  }

  #retry(reason: string): void {
    const longestMs = 2000 + 3000 * this.#random();
    const waitMs = Math.min(longestMs, FIRST_RETRY_MS * 2 ** Math.min(this.#failures, 8) * (0.5 + this.#random()));
    this.#failures++;
    this.#cancelTimer = this.#options.clock.after(waitMs, () => this.attempt());
    this.#tell(reason);
  }

  #tell(reason: string | null): void {
    const before = this.#reason;
    this.#reason = reason;
    if (before === reason) return;
    const { logger } = this.#options;
    const state = this.state();
    if (reason === null) logger.info({ broker: state.description }, 'connected to the broker');
    else if (!this.#closing) logger.warn({ broker: state.description, reason }, 'not connected to the broker');
    for (const listener of this.#listeners) listener(state);
  }

  #send({ topic, payload, retain, expirySeconds }: OutgoingMessage, acknowledge: (ok: boolean) => void): void {
    this.#client?.publish(topic, payload, { qos: 1, retain, ...this.#expiry(expirySeconds) }, (error) => {
      if (error) this.#refused(topic, error);
      acknowledge(!error);
    });
  }

  #expiry(seconds: number | undefined): { properties?: { messageExpiryInterval: number } } {
    if (this.#version !== 5 || seconds === undefined) return {};
    return { properties: { messageExpiryInterval: Math.max(1, Math.ceil(seconds)) } };
  }

  #filterOf({ filter, share }: Subscription): string {
    return share !== undefined && this.#version === 5 ? `$share/${share}/${filter}` : filter;
  }

  #sendSubscription(subscription: Subscription): void {
    const filter = this.#filterOf(subscription);
    this.#client?.subscribe(filter, { qos: subscription.qos }, (error) => {
      if (error)
        this.#options.logger.error(
          { filter, problem: error.message },
          'the broker refuses a subscription: check its access list',
        );
    });
  }

  #deliver(topic: string, payload: Buffer, retain: boolean): void {
    for (const { filter, listener } of this.#subscriptions) {
      if (!matches(filter, topic)) continue;
      try {
        listener(topic, payload, { retain });
      } catch (error) {
        this.#options.logger.error({ topic, problem: String(error) }, 'a listener of the connection failed');
      }
    }
  }

  #refused(topic: string, error: Error): void {
    const now = this.#options.clock.monotonicMs();
    if (!this.#connected || now - this.#lastRefusalMs < 10_000) return;
    this.#lastRefusalMs = now;
    this.#options.logger.warn(
      { topic, problem: error.message },
      'the broker did not take a message: check its access list and limits',
    );
  }

  #withDeadline(begin: (done: () => void) => void): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#options.clock.after(GOODBYE_MS, resolve);
      begin(() => {
        cancel();
        resolve();
      });
    });
  }
}
