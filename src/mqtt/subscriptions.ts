/** Which listener a message belongs to, across the connections that come and go. */
import type { Logger } from '../logger.ts';
import type { BrokerClient } from './broker-client.ts';

export type MessageListener = (topic: string, payload: Buffer, message: { retain: boolean }) => void;

export interface Subscription {
  readonly filter: string;
  readonly qos: 0 | 1;
  /** Name of the group that shares the messages, one copy for all its members; MQTT 5 only, else everybody gets all. */
  readonly share?: string;
  readonly listener: MessageListener;
}

type Line = Pick<BrokerClient, 'level' | 'subscribe' | 'unsubscribe'>;

const filterOf = ({ filter, share }: Subscription, { level }: Line): string =>
  share !== undefined && level === 5 ? `$share/${share}/${filter}` : filter;

export class Subscriptions {
  readonly #logger: Logger;
  readonly #all = new Set<Subscription>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  add(subscription: Subscription, line: Line | null): void {
    this.#all.add(subscription);
    if (line !== null) this.#send(subscription, line);
  }

  remove(subscription: Subscription, line: Line | null): void {
    this.#all.delete(subscription);
    line?.unsubscribe(filterOf(subscription, line));
  }

  /** A fresh client knows none of them. */
  sendAll(line: Line): void {
    for (const subscription of this.#all) this.#send(subscription, line);
  }

  deliver(topic: string, payload: Buffer, retain: boolean): void {
    for (const { filter, listener } of this.#all) {
      if (!matches(filter, topic)) continue;
      try {
        listener(topic, payload, { retain });
      } catch (error) {
        this.#logger.error({ topic, problem: String(error) }, 'a listener of the connection failed');
      }
    }
  }

  #send(subscription: Subscription, line: Line): void {
    const filter = filterOf(subscription, line);
    line.subscribe(filter, subscription.qos, (error) =>
      this.#logger.error(
        { filter, problem: error.message },
        'the broker refuses a subscription: check its access list',
      ),
    );
  }
}

/** MQTT 5 §4.7: `+` is one level, a trailing `#` is all that follows. */
export function matches(filter: string, topic: string): boolean {
  if (filter === topic) return true;
  const f = filter.split('/');
  const t = topic.split('/');
  for (let i = 0; i < f.length; i++) {
    if (f[i] === '#') return true;
    if (i >= t.length || (f[i] !== '+' && f[i] !== t[i])) return false;
  }
  return f.length === t.length;
}
