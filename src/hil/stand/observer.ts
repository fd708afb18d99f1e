/** Hears what the daemon publishes, all but journal batches, as any other client of the broker would. */
import { Socket } from 'node:net';
import mqtt, { type MqttClient } from 'mqtt';
import type { Clock } from '../../clock.ts';
import type { Message } from '../recording.ts';

/** Journal batches are judged by the rows of the store; they are many. */
const TOPICS = ['status', 'info', 'live', 'health', 'refill', 'bridge', 'alarm/+', 'refill/report'];
const LONGEST_WAY_MS = 2500;
const MOST_MESSAGES = 400_000;

export class Observer {
  readonly messages: Message[] = [];
  readonly #clock: Pick<Clock, 'monotonicMs' | 'utcMs'>;
  readonly #site: string;
  #client: MqttClient | null = null;
  #listen: (message: Message) => void;

  constructor(site: string, clock: Pick<Clock, 'monotonicMs' | 'utcMs'>, listen: (message: Message) => void) {
    this.#site = site;
    this.#clock = clock;
    this.#listen = listen;
  }

  async start(brokerUrl: string, also: readonly string[]): Promise<void> {
    await this.stop();
    const client = await mqtt.connectAsync(brokerUrl, { protocolVersion: 4, reconnectPeriod: 0, keepalive: 0 });
    this.#client = client;
    if (client.stream instanceof Socket) client.stream.setNoDelay(true);
    client.on('error', () => {});
    client.on('message', (topic, payload) => {
      if (this.messages.length >= MOST_MESSAGES) return;
      const said = parsed(payload.toString());
      const message = { atMs: this.#saidMs(said), topic, payload: said };
      this.messages.push(message);
      this.#listen(message);
    });
    await client.subscribeAsync(
      [...new Set([...TOPICS, ...also])].map((topic) => `hai/v1/${this.#site}/+/${topic}`),
      // Nothing gets lost between the two ends of one process, and nobody has to acknowledge.
      { qos: 0 },
    );
  }

  /**
   * Messages are heard up to a window of time later than they were said: the time that they carry counts, as long as it can
   * be true; else that of their arrival.
   */
  #saidMs(payload: unknown): number {
    const nowMs = this.#clock.monotonicMs();
    const at = (payload as { at?: unknown } | null)?.at;
    const agoMs = typeof at === 'string' ? this.#clock.utcMs() - Date.parse(at) : Number.NaN;
    return agoMs >= 0 && agoMs <= LONGEST_WAY_MS ? nowMs - agoMs : nowMs;
  }

  async publish(topic: string, payload: string): Promise<void> {
    await this.#client?.publishAsync(topic, payload, { qos: 1 });
  }

  async stop(): Promise<void> {
    const client = this.#client;
    this.#client = null;
    await client?.endAsync(true);
  }
}

function parsed(text: string): unknown {
  if (text === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
