/**
 * Whether somebody has used the product's own page of a run to change something. Everything that the run itself asks of the
 * daemon over HTTP starts in this process; what arrives beyond that comes from somebody else.
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';

const READS = new Set(['GET', 'HEAD', 'OPTIONS']);
const SENT = 'http.client.request.start';
const ARRIVED = 'http.server.request.start';

export class Meddling {
  #sent = 0;
  #arrived = 0;

  readonly #sends = (message: unknown) => {
    if (writes(message)) this.#sent++;
  };
  readonly #arrives = (message: unknown) => {
    if (writes(message)) this.#arrived++;
  };

  start(): void {
    subscribe(SENT, this.#sends);
    subscribe(ARRIVED, this.#arrives);
  }

  stop(): void {
    unsubscribe(SENT, this.#sends);
    unsubscribe(ARRIVED, this.#arrives);
  }

  get seen(): boolean {
    return this.#arrived > this.#sent;
  }
}

const writes = (message: unknown): boolean =>
  !READS.has((message as { request: { method?: string } }).request.method ?? 'GET');
