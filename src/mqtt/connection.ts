/**
 * One connection to the broker that keeps itself up: carries out what `path-machine.ts` decides and tells it what it sees.
 * Every attempt is a fresh client with nothing left over from the one before: what must not be lost waits in the journal,
 * and what is live is worth nothing later.
 */
import type { IClientOptions } from 'mqtt';
import type { Clock } from '../clock.ts';
import type { Logger } from '../logger.ts';
import { BridgePresence } from './bridge-presence.ts';
import { BrokerClient } from './broker-client.ts';
import { type MqttConfig, readCredentials } from './credentials.ts';
import { EchoWatch } from './echo-watch.ts';
import { Outbox } from './outbox.ts';
import { type PathEvent, type PathState, pathAtRest, pathBackoffMs, pathStep } from './path-machine.ts';
import type { MqttState, PublishOptions, RenewableConnection } from './port.ts';
import { failureKind, reasonOf } from './reasons.ts';
import { type MessageListener, type Subscription, Subscriptions } from './subscriptions.ts';

export type { MqttConnection, MqttState, PublishOptions, RenewableConnection } from './port.ts';

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

const CONNECT_TIMEOUT_MS = 10_000;
/** The library gives up an attempt before; if it does not (MQTT.js has hung in "connecting" before), we do. */
const ATTEMPT_MS = 15_000;
const GOODBYE_MS = 1500;
const MOST_IN_FLIGHT = 100;
const REFUSALS_EVERY_MS = 10_000;

/** Begins to connect and returns at once. Throws `UnusableMqttConfig` when a file that the configuration names is missing. */
export function connectMqtt(options: ConnectOptions): RenewableConnection {
  readCredentials(options.config);
  const connection = new Connection(options);
  connection.start();
  return connection;
}

const brokerOf = ({ url }: MqttConfig): string => {
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}`;
};
const inWords = ({ state, reason, description }: MqttState): string => `${state} ${reason} ${description}`;
const protocolOf = ({ protocol }: MqttConfig): PathState['protocol'] =>
  protocol === 'auto' ? 'auto' : protocol === '5' ? 5 : 4;

class Connection implements RenewableConnection {
  readonly #options: ConnectOptions;
  readonly #random: () => number;
  readonly #subscriptions: Subscriptions;
  readonly #listeners = new Set<(state: MqttState) => void>();
  readonly #presence: BridgePresence | null;
  readonly #echo: EchoWatch;
  readonly #outbox = new Outbox(({ done: _, ...message }, acknowledge) =>
    this.#client?.publish(message, 1, (error) => {
      if (error) this.#refused(message.topic, error);
      acknowledge(!error);
    }),
  );
  #config: MqttConfig;
  /** Where it is, for people: without credentials and path. */
  #broker: string;
  #path: PathState;
  #client: BrokerClient | null = null;
  #cancelTimer: () => void = () => {};
  #closing = false;
  /** What the listeners know. */
  #said = '';
  #lastRefusalMs = Number.NEGATIVE_INFINITY;

  constructor(options: ConnectOptions) {
    const { config, site, bridge, version, clock, role = 'bridge', random = Math.random } = options;
    this.#options = options;
    this.#subscriptions = new Subscriptions(options.logger);
    this.#random = random;
    this.#config = config;
    this.#broker = brokerOf(config);
    this.#path = pathAtRest(protocolOf(config));
    const publish = (topic: string, payload: string, done?: () => void) =>
      void this.publish(topic, payload, { qos: 1, retain: true }, done);
    this.#presence = role === 'bridge' ? new BridgePresence({ site, bridge, version, clock, publish }) : null;
    this.#echo = new EchoWatch({
      site,
      bridge,
      role,
      clock,
      random,
      unsentBytes: () => this.unsentBytes,
      ping: () => this.#client?.ping(),
      publish: (topic, payload) => void this.publish(topic, payload, { qos: 0, expirySeconds: 10 }),
      on: (kind, reason) =>
        this.#on(
          kind === 'echo' ? { kind, atMs: clock.monotonicMs() } : { kind, reason: `${this.#broker}: ${reason}` },
        ),
    });
  }

  get connected(): boolean {
    return this.#path.doing === 'connected';
  }

  get protocol(): '5' | '3.1.1' | null {
    return this.connected ? (this.#path.level === 5 ? '5' : '3.1.1') : null;
  }

  get room(): number {
    return this.connected ? Math.max(0, this.#outbox.limit - this.#outbox.outstanding) : 0;
  }

  get unsentBytes(): number {
    return this.#client?.unsentBytes ?? 0;
  }

  state(): MqttState {
    const { name, reason } = this.#path;
    const broker = this.#broker;
    const description = this.connected ? `${broker} (MQTT ${this.protocol})` : broker;
    const roundTripMs = this.connected ? this.#echo.roundTripMs : null;
    return { ok: name === 'up', state: name, reason, description, roundTripMs };
  }

  onChange(listener: (state: MqttState) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  publish(topic: string, payload: string, options: PublishOptions, done?: (ok: boolean) => void): boolean {
    if (!this.connected) return false;
    const message = { topic, payload, retain: options.retain ?? false, expirySeconds: options.expirySeconds };
    if (options.qos === 1) return this.#outbox.add({ ...message, done });
    this.#client?.publish(message, 0);
    return true;
  }

  subscribe(filter: string, options: { qos: 0 | 1; share?: string }, listener: MessageListener): () => void {
    const subscription: Subscription = { filter, ...options, listener };
    const line = () => (this.connected ? this.#client : null);
    this.#subscriptions.add(subscription, line());
    return () => this.#subscriptions.remove(subscription, line());
  }

  start(): void {
    this.#said = inWords(this.state());
    this.#on({ kind: 'start' });
  }

  async renew(config: MqttConfig): Promise<void> {
    readCredentials(config);
    if (this.#closing) return;
    await this.#goodbye('connecting anew with another configuration');
    if (this.#closing) return;
    this.#config = config;
    this.#broker = brokerOf(config);
    this.#on({ kind: 'renew', protocol: protocolOf(config) });
  }

  async close(): Promise<void> {
    if (this.#closing) return;
    this.#closing = true;
    await this.#goodbye('stopped');
    this.#on({ kind: 'stop' });
  }

  #on(event: PathEvent): void {
    const { state, action } = pathStep(this.#path, event);
    this.#path = state;
    if (action !== 'nothing') this.#letGo();
    if (action === 'connect') this.#attempt();
    if (action === 'wait') {
      const waitMs = pathBackoffMs(state.failures, this.#random());
      this.#cancelTimer = this.#options.clock.after(waitMs, () => this.#on({ kind: 'due' }));
    }
    this.#tell();
  }

  #letGo(): void {
    this.#cancelTimer();
    this.#presence?.lost();
    this.#echo.end();
    this.#client?.drop();
    this.#client = null;
    this.#outbox.clear();
  }

  #attempt(): void {
    const { clock } = this.#options;
    const broker = this.#broker;
    const failed = (problem: unknown, answered: boolean) =>
      this.#on({ kind: 'failed', how: failureKind(problem, answered), reason: reasonOf(problem, broker, answered) });
    try {
      const setup = { url: this.#config.url, level: this.#path.level, options: this.#clientOptions() };
      const client = new BrokerClient(setup, {
        connected: (receiveMaximum) => {
          this.#outbox.limit = Math.min(MOST_IN_FLIGHT, receiveMaximum ?? MOST_IN_FLIGHT);
          this.#established();
        },
        message: (topic, payload, retain) => {
          if (topic === this.#echo.topic) this.#echo.arrived(payload);
          this.#subscriptions.deliver(topic, payload, retain);
        },
        heard: () => this.#echo.heard(),
        ended: failed,
      });
      this.#client = client;
      this.#cancelTimer = clock.after(ATTEMPT_MS, () => failed({ code: 'ETIMEDOUT' }, false));
      client.open();
    } catch (error) {
      failed(error, false);
    }
  }

  #established(): void {
    this.#cancelTimer();
    this.#path = pathStep(this.#path, { kind: 'connected', atMs: this.#options.clock.monotonicMs() }).state;
    this.#client?.subscribe(this.#echo.topic, 0, () => this.#echo.refused());
    this.#presence?.online();
    if (this.#client) this.#subscriptions.sendAll(this.#client);
    this.#echo.begin();
    this.#tell();
  }

  #clientOptions(): IClientOptions {
    const { site, bridge, role = 'bridge' } = this.#options;
    return {
      ...readCredentials(this.#config),
      // The same name at every attempt: the broker then ends a half-dead connection before it accepts the new one, so
      // that the old one's last will cannot come after the new one's `online`.
      clientId: `hai-${site}-${bridge}-${role}`,
      keepalive: this.#config.keepaliveS,
      connectTimeout: CONNECT_TIMEOUT_MS,
      ...(this.#presence && { will: this.#presence.will }),
    };
  }

  #tell(): void {
    const state = this.state();
    const said = inWords(state);
    if (said === this.#said) return;
    this.#said = said;
    const { logger } = this.#options;
    if (state.ok) logger.info({ broker: state.description }, 'connected to the broker');
    else if (!this.#closing) {
      const { description: broker, state: path, reason } = state;
      logger.warn(
        { broker, path, reason },
        this.connected ? 'the way to the broker is not proven' : 'not connected to the broker',
      );
    }
    for (const listener of this.#listeners) listener(state);
  }

  #refused(topic: string, error: Error): void {
    const now = this.#options.clock.monotonicMs();
    if (!this.connected || now - this.#lastRefusalMs < REFUSALS_EVERY_MS) return;
    this.#lastRefusalMs = now;
    this.#options.logger.warn(
      { topic, problem: error.message },
      'the broker did not take a message: check its access list and limits',
    );
  }

  /** Each of its two steps within its time, whatever the broker does. */
  async #goodbye(reason: string): Promise<void> {
    const client = this.#client;
    if (client === null || !this.connected) return;
    await this.#withDeadline((done) => (this.#presence ? this.#presence.offline(reason, done) : done()));
    if (this.#client === client) await this.#withDeadline((done) => client.end(done));
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
