/**
 * The event stream, kept alive: the browser's EventSource reconnects by itself after most failures, but gives up after
 * an HTTP error and cannot notice a connection that is open and silent. Both are handled here.
 *
 *   connecting ──first event──▶ live ──silent for 2.5 s──▶ lost ──next event──▶ live
 */
import type { StreamEvents } from '../../api-types.ts';
import type { PageClock } from './clock.ts';

/** The part of the DOM's EventSource that is used. */
export interface EventSourceLike {
  readonly readyState: number;
  addEventListener(type: string, listener: (event: { data?: string }) => void): void;
  close(): void;
}

export type StreamState = 'connecting' | 'live' | 'lost';

export interface StreamListener {
  event<K extends keyof StreamEvents>(name: K, payload: StreamEvents[K], arrivedMs: number): void;
  /** A new connection: what follows is a new hello and a whole fleet. */
  opened(): void;
  state(state: StreamState): void;
}

const CLOSED = 2;
/** The server beats every second. */
export const SILENCE_MS = 2500;
/** Silent this long although it claims to be open or connecting: start over. */
const STUCK_MS = 8000;
const BACKOFF_MS = [500, 1000, 2000, 4000, 8000] as const;
const NAMES: readonly (keyof StreamEvents)[] = [
  'hello',
  'fleet',
  'station',
  'readings',
  'refill',
  'alarms',
  'firmware',
  'beat',
];

export class EventStream {
  readonly #open: () => EventSourceLike;
  readonly #clock: PageClock;
  readonly #listener: StreamListener;
  #source: EventSourceLike | null = null;
  #state: StreamState = 'connecting';
  #lastEventMs = 0;
  #connectingSinceMs = 0;
  #attempts = 0;
  #cancelRetry: (() => void) | null = null;
  /** Events that were not JSON: not used, counted. */
  malformed = 0;

  constructor(open: () => EventSourceLike, clock: PageClock, listener: StreamListener) {
    this.#open = open;
    this.#clock = clock;
    this.#listener = listener;
  }

  get state(): StreamState {
    return this.#state;
  }

  start(): void {
    this.#lastEventMs = this.#clock.monotonicMs();
    this.#connect();
  }

  stop(): void {
    this.#cancelRetry?.();
    this.#cancelRetry = null;
    this.#source?.close();
    this.#source = null;
  }

  /** Drops the connection, with whatever is still queued in it, and opens a new one at once. */
  restart(): void {
    this.#setState('lost');
    this.#attempts = 0;
    this.#connect();
  }

  /** To be called several times a second: notices silence. */
  check(): void {
    const nowMs = this.#clock.monotonicMs();
    if (nowMs - this.#lastEventMs > SILENCE_MS) this.#setState('lost');
    const waitingSinceMs = Math.max(this.#lastEventMs, this.#connectingSinceMs);
    if (this.#source && nowMs - waitingSinceMs > STUCK_MS) this.#retryLater();
  }

  #connect(): void {
    this.stop();
    const source = this.#open();
    this.#connectingSinceMs = this.#clock.monotonicMs();
    this.#source = source;
    const mine = () => this.#source === source;
    source.addEventListener('open', () => {
      if (mine()) this.#listener.opened();
    });
    source.addEventListener('error', () => {
      if (mine() && source.readyState === CLOSED) this.#retryLater();
    });
    for (const name of NAMES) {
      source.addEventListener(name, (event) => {
        if (mine()) this.#receive(name, event.data ?? '');
      });
    }
  }

  #receive(name: keyof StreamEvents, data: string): void {
    let payload: StreamEvents[typeof name];
    try {
      payload = JSON.parse(data);
    } catch {
      this.malformed++;
      return;
    }
    this.#lastEventMs = this.#clock.monotonicMs();
    this.#attempts = 0;
    this.#listener.event(name, payload, this.#lastEventMs);
    this.#setState('live');
  }

  #retryLater(): void {
    const wait = BACKOFF_MS[Math.min(this.#attempts, BACKOFF_MS.length - 1)] ?? 8000;
    this.#attempts++;
    this.stop();
    this.#cancelRetry = this.#clock.after(wait, () => this.#connect());
  }

  #setState(state: StreamState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#listener.state(state);
  }
}
