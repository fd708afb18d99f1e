/** The connection to the broker as the rest of the daemon sees it. */
import type { MqttConfig } from './credentials.ts';
import type { PathName } from './path-machine.ts';
import type { MessageListener } from './subscriptions.ts';

export interface MqttState {
  readonly ok: boolean;
  readonly state: PathName;
  /** What is wrong and the remedy; `null` when it is up. */
  readonly reason: string | null;
  /** For people: `mqtt://host:1883 (MQTT 5)`. No credentials. */
  readonly description: string;
  /** Until the last beat of the heartbeat was back, ms; `null` without a connection. */
  readonly roundTripMs: number | null;
}

export interface PublishOptions {
  readonly qos: 0 | 1;
  readonly retain?: boolean;
  /** MQTT 5: the broker forgets the message after this; 3.1.1 knows no such thing. */
  readonly expirySeconds?: number;
}

export interface MqttConnection {
  state(): MqttState;
  /** Called after every change of `state()` but the round trip's. Returns the function that removes the listener. */
  onChange(listener: (state: MqttState) => void): () => void;
  /** Messages are taken; so also in state `unproven`. */
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

/** The connection as its owner sees it. */
export interface RenewableConnection extends MqttConnection {
  /** Says goodbye and connects anew, with another broker, user or certificate. Throws `UnusableMqttConfig`, and stays. */
  renew(config: MqttConfig): Promise<void>;
}
