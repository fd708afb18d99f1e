/** Which listener a message belongs to. */
export type MessageListener = (topic: string, payload: Buffer, message: { retain: boolean }) => void;

export interface Subscription {
  readonly filter: string;
  readonly qos: 0 | 1;
  /** Name of the group that shares the messages, one copy for all its members; MQTT 5 only, else everybody gets all. */
  readonly share?: string;
  readonly listener: MessageListener;
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
