/**
 * QoS 1 messages of one connection: never more unacknowledged than the broker allows (MQTT 5 §4.9, receive maximum;
 * the client library does not look at it), the rest waits in line, within bounds, and only while connected.
 */
export interface OutgoingMessage {
  readonly topic: string;
  readonly payload: string;
  readonly retain: boolean;
  readonly expirySeconds: number | undefined;
  readonly done: ((acknowledged: boolean) => void) | undefined;
}

const MOST_BYTES = 16_000_000;

export class Outbox {
  readonly #send: (message: OutgoingMessage, acknowledge: (acknowledged: boolean) => void) => void;
  readonly #inFlight = new Set<OutgoingMessage>();
  #waiting: OutgoingMessage[] = [];
  #waitingBytes = 0;
  #limit = 1;

  constructor(send: (message: OutgoingMessage, acknowledge: (acknowledged: boolean) => void) => void) {
    this.#send = send;
  }

  /** Messages the broker has not acknowledged, those in line included. */
  get outstanding(): number {
    return this.#inFlight.size + this.#waiting.length;
  }

  get limit(): number {
    return this.#limit;
  }

  set limit(limit: number) {
    this.#limit = limit;
  }

  /** `false`: the line is full, the message was not taken and `done` will not be called. */
  add(message: OutgoingMessage): boolean {
    if (this.#inFlight.size < this.#limit && this.#waiting.length === 0) {
      this.#launch(message);
      return true;
    }
    if (this.#waitingBytes + message.payload.length > MOST_BYTES) return false;
    this.#waiting.push(message);
    this.#waitingBytes += message.payload.length;
    return true;
  }

  /** The connection is gone: nobody knows what became of them. */
  clear(): void {
    const all = [...this.#inFlight, ...this.#waiting];
    this.#inFlight.clear();
    this.#waiting = [];
    this.#waitingBytes = 0;
    for (const { done } of all) done?.(false);
  }

  #launch(message: OutgoingMessage): void {
    this.#inFlight.add(message);
    this.#send(message, (acknowledged) => {
      if (!this.#inFlight.delete(message)) return;
      message.done?.(acknowledged);
      this.#next();
    });
  }

  #next(): void {
    while (this.#inFlight.size < this.#limit) {
      const message = this.#waiting.shift();
      if (message === undefined) return;
      this.#waitingBytes -= message.payload.length;
      this.#launch(message);
    }
  }
}
