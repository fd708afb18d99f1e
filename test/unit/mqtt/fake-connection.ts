import type { MqttConnection, MqttState, PublishOptions } from '../../../src/mqtt/connection.ts';
import { type MessageListener, matches } from '../../../src/mqtt/subscriptions.ts';

export interface Sent extends PublishOptions {
  readonly topic: string;
  readonly payload: string;
}

/** A connection whose network is the test: what was published is listed, what arrives is told. */
export class FakeConnection implements MqttConnection {
  connected = true;
  protocol: '5' | '3.1.1' | null = '5';
  room = 100;
  unsentBytes = 0;
  sent: Sent[] = [];
  subscriptions: { filter: string; share?: string; listener: MessageListener }[] = [];
  #listeners: ((state: MqttState) => void)[] = [];

  state(): MqttState {
    return this.connected
      ? { ok: true, state: 'up', reason: null, description: 'fake', roundTripMs: 1 }
      : { ok: false, state: 'unreachable', reason: 'away', description: 'fake', roundTripMs: null };
  }

  onChange(listener: (state: MqttState) => void): () => void {
    this.#listeners.push(listener);
    return () => {
      this.#listeners = this.#listeners.filter((l) => l !== listener);
    };
  }

  publish(topic: string, payload: string, options: PublishOptions): boolean {
    if (!this.connected) return false;
    this.sent.push({ topic, payload, ...options });
    return true;
  }

  subscribe(filter: string, options: { qos: 0 | 1; share?: string }, listener: MessageListener): () => void {
    const subscription = { filter, ...options, listener };
    this.subscriptions.push(subscription);
    return () => {
      this.subscriptions = this.subscriptions.filter((s) => s !== subscription);
    };
  }

  async close(): Promise<void> {}

  turn(connected: boolean): void {
    this.connected = connected;
    for (const listener of this.#listeners) listener(this.state());
  }

  arrive(topic: string, payload: unknown, retain = false): void {
    const bytes = Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload));
    for (const { filter, listener } of this.subscriptions) {
      if (matches(filter, topic)) listener(topic, bytes, { retain });
    }
  }

  of(name: string): Sent[] {
    return this.sent.filter((s) => s.topic.endsWith(`/${name}`));
  }
}
