/** One attempt at the broker and, when it succeeds, one connection: a fresh MQTT client that never reconnects by itself. */
import { Socket } from 'node:net';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import type { OutgoingMessage } from './outbox.ts';
import type { Level } from './path-machine.ts';

export interface ClientHandlers {
  /** `receiveMaximum`: QoS 1 messages that the broker takes at a time (MQTT 5 §3.2.2.3.3), if it says so. */
  connected(receiveMaximum: number | undefined): void;
  message(topic: string, payload: Buffer, retain: boolean): void;
  /** A packet of any kind has come. */
  heard(): void;
  /** Called once. `answered`: the broker had accepted us before. */
  ended(problem: unknown, answered: boolean): void;
}

export interface ClientSetup {
  readonly url: string;
  readonly level: Level;
  readonly options: IClientOptions;
}

export class BrokerClient {
  readonly #setup: ClientSetup;
  readonly #handlers: ClientHandlers;
  #client: MqttClient | null = null;
  #dropped = false;

  constructor(setup: ClientSetup, handlers: ClientHandlers) {
    this.#setup = setup;
    this.#handlers = handlers;
  }

  /** Begins to connect. Throws what the library throws for a URL that it cannot use. */
  open(): void {
    const { url, level, options } = this.#setup;
    const handlers = this.#handlers;
    const client = mqtt.connect(url, {
      ...options,
      protocolVersion: level,
      clean: true,
      reconnectPeriod: 0,
      queueQoSZero: false,
      resubscribe: false,
      rejectUnauthorized: true,
    });
    this.#client = client;
    undelayed(client);
    let problem: unknown = null;
    let answered = false;
    client.on('error', (error) => {
      problem ??= error;
    });
    client.on('disconnect', (packet) => {
      problem ??= { code: packet.reasonCode ?? 0 };
    });
    client.on('packetreceive', () => {
      if (!this.#dropped) handlers.heard();
    });
    client.on('message', (topic, payload, packet) => {
      if (!this.#dropped) handlers.message(topic, payload, packet.retain);
    });
    client.on('connect', (packet) => {
      if (this.#dropped) return;
      answered = true;
      problem = null;
      handlers.connected(packet.properties?.receiveMaximum);
    });
    client.once('close', () => {
      if (this.#dropped) return;
      this.drop();
      handlers.ended(problem, answered);
    });
  }

  get level(): Level {
    return this.#setup.level;
  }

  /** Bytes that the network was given but has not taken; what is only being gathered (corked) it was not given. */
  get unsentBytes(): number {
    const stream = this.#client?.stream;
    return stream === undefined || stream.writableCorked > 0 ? 0 : stream.writableLength;
  }

  publish(message: Omit<OutgoingMessage, 'done'>, qos: 0 | 1, done?: (error: Error | undefined) => void): void {
    const { topic, payload, retain, expirySeconds } = message;
    const expires = this.#setup.level === 5 && expirySeconds !== undefined;
    const properties = expires ? { messageExpiryInterval: Math.max(1, Math.ceil(expirySeconds)) } : undefined;
    this.#client?.publish(topic, payload, { qos, retain, ...(properties && { properties }) }, (error) =>
      done?.(error ?? undefined),
    );
  }

  subscribe(filter: string, qos: 0 | 1, refused: (error: Error) => void): void {
    this.#client?.subscribe(filter, { qos }, (error) => {
      if (error && !this.#dropped) refused(error);
    });
  }

  unsubscribe(filter: string): void {
    this.#client?.unsubscribe(filter, () => {});
  }

  /** PINGREQ; its answer shows by the callback that hears of every packet. */
  ping(): void {
    if (this.#client?.connected) this.#client.sendPing();
  }

  /** Sends what is under way, then says goodbye. */
  end(done: () => void): void {
    this.#client?.end(false, done);
  }

  /** Lets go at once and says nothing more, whatever state the network is in. */
  drop(): void {
    if (this.#dropped) return;
    this.#dropped = true;
    this.#client?.end(true);
    this.#client?.stream?.destroy();
  }
}

/** The library sends small packets one after the other: held back (Nagle) and acknowledged late, each pair takes 40 ms. */
function undelayed({ stream }: MqttClient): void {
  if (stream instanceof Socket) stream.setNoDelay(true);
}
