/** Keeps a link open: carries out what `reconnect-machine.ts` decides. */
import type { Clock } from '../clock.ts';
import { type Link, LinkFailure } from './link.ts';
import { AT_REST, backoffMs, type ReconnectEvent, type ReconnectState, reconnectStep } from './reconnect-machine.ts';

export interface ReconnectHandlers {
  opened(): void;
  bytes(chunk: Uint8Array): void;
  openFailed(failure: LinkFailure): void;
  /** The stream has ended; `null` when we closed it ourselves. */
  ended(failure: LinkFailure | null): void;
}

/** A driver that hangs in `close` must not keep the station from being tried again. */
const CLOSE_DEADLINE_MS = 2000;

export class ReconnectingLink {
  readonly #link: Link;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #handlers: ReconnectHandlers;
  #state: ReconnectState = AT_REST;
  #cancelWait: () => void = () => {};
  #atRest: (() => void)[] = [];

  constructor(link: Link, deps: { clock: Clock; random: () => number; handlers: ReconnectHandlers }) {
    this.#link = link;
    this.#clock = deps.clock;
    this.#random = deps.random;
    this.#handlers = deps.handlers;
  }

  get name(): string {
    return this.#link.name;
  }

  start(): void {
    this.#on('want-open');
  }

  /** Resolves when the link is closed. */
  stop(): Promise<void> {
    this.#on('want-closed');
    if (this.#state.actual === 'closed') return Promise.resolve();
    return new Promise((done) => this.#atRest.push(done));
  }

  /** Closes and opens again after the backoff: for a stream that is open and of no use. */
  restart(): void {
    this.#on('restart');
  }

  /** The far end has proved itself: the next backoff starts small again. */
  good(): void {
    this.#on('good');
  }

  /** Rejects with a `LinkFailure` when the link is not open. */
  write(bytes: Uint8Array): Promise<void> {
    if (this.#state.actual === 'open') return this.#link.write(bytes);
    return Promise.reject(new LinkFailure('lost', `${this.name} is not open`));
  }

  #on(event: ReconnectEvent): void {
    const { state, action } = reconnectStep(this.#state, event);
    this.#state = state;
    if (action === 'open') this.#open();
    else if (action === 'close') this.#close();
    else if (action === 'stop-waiting') this.#cancelWait();
    else if (action === 'wait') {
      const delay = backoffMs(state.failures, this.#random());
      this.#cancelWait = this.#clock.after(delay, () => this.#on('due'));
    }
    if (state.actual === 'closed') for (const done of this.#atRest.splice(0)) done();
  }

  #open(): void {
    let stream: 'opening' | 'open' | 'over' = 'opening';
    /** Set when the link was lost before its `open` had resolved. */
    let lostEarly: LinkFailure | null = null;
    const closed = (failure: LinkFailure) => {
      if (stream === 'opening') lostEarly = failure;
      if (stream !== 'open' || this.#state.actual !== 'open') return;
      stream = 'over';
      this.#handlers.ended(failure);
      this.#on('lost');
    };
    const bytes = (chunk: Uint8Array) => {
      if (stream === 'open' && this.#state.actual === 'open') this.#handlers.bytes(chunk);
    };
    this.#link.open({ bytes, closed }).then(
      () => {
        stream = 'open';
        this.#on('opened');
        if (this.#state.actual === 'open') this.#handlers.opened();
        if (lostEarly !== null) closed(lostEarly);
      },
      (error: unknown) => {
        stream = 'over';
        const failure = error instanceof LinkFailure ? error : new LinkFailure('unknown', `${this.name}: ${error}`);
        if (this.#state.wanted === 'open') this.#handlers.openFailed(failure);
        this.#on('open-failed');
      },
    );
  }

  #close(): void {
    this.#handlers.ended(null);
    let settled = false;
    const done = () => {
      if (settled) return;
      settled = true;
      cancel();
      this.#on('closed');
    };
    const cancel = this.#clock.after(CLOSE_DEADLINE_MS, done);
    this.#link.close().then(done, done);
  }
}
