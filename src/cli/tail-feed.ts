/** The daemon's event stream, over and over: connects, notices silence, reconnects, and says what happens. */

import { EventStreamParser, type StreamEvent } from './event-stream.ts';
import { codeOf, messageOf } from './exit.ts';

/** The stream beats every second; silence this long means it is dead, whatever the socket says. */
const SILENT_MS = 5000;
const CONNECT_MS = 5000;
const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 3000;

export type FeedItem =
  | { readonly kind: 'event'; readonly event: StreamEvent }
  | { readonly kind: 'connected' }
  /** Trying again by itself; `reason` is for people. */
  | { readonly kind: 'lost'; readonly reason: string };

/** The daemon answers, but trying again would not help. */
export class FeedRefused extends Error {
  override readonly name = 'FeedRefused';
}

function reasonOf(error: unknown, origin: string): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  if (codeOf(cause) === 'ECONNREFUSED') return `nothing listens on ${origin} (is 'hai-bridge up' running?)`;
  if (cause instanceof Error && cause.name === 'TimeoutError') return `${origin} is silent`;
  return `${origin}: ${codeOf(cause) ?? messageOf(cause)}`;
}

function refusal(status: number, origin: string): FeedRefused | null {
  if (status === 401) return new FeedRefused(`${origin} wants a login — give --user and --password-file`);
  if (status === 404) return new FeedRefused(`${origin} has no event stream — is --url a hai-bridge?`);
  if (status >= 400 && status < 500) return new FeedRefused(`${origin} refuses (HTTP ${status}) — check --url`);
  return null;
}

export interface FeedOptions {
  readonly url: URL;
  /** Value of the `Authorization` header. */
  readonly authorization: string | null;
  readonly signal: AbortSignal;
}

/** Events until `signal` aborts. Throws `FeedRefused` and `EventTooLarge`. */
export async function* tailFeed({ url, authorization, signal }: FeedOptions): AsyncGenerator<FeedItem> {
  let retryMs = FIRST_RETRY_MS;
  while (!signal.aborted) {
    const attempt = new AbortController();
    const stopped = () => attempt.abort(signal.reason);
    signal.addEventListener('abort', stopped);
    const alarm = silenceAlarm(attempt, CONNECT_MS);
    try {
      const response = await fetch(url, {
        headers: { accept: 'text/event-stream', ...(authorization !== null && { authorization }) },
        redirect: 'error',
        signal: attempt.signal,
      });
      const refused = refusal(response.status, url.origin);
      if (refused) throw refused;
      if (!response.ok || !response.body) throw new Error(`answers HTTP ${response.status}`);
      if (!response.headers.get('content-type')?.startsWith('text/event-stream')) {
        throw new FeedRefused(`${url.origin} sends no event stream — is --url a hai-bridge?`);
      }
      yield { kind: 'connected' };
      retryMs = FIRST_RETRY_MS;
      const parser = new EventStreamParser();
      const text = new TextDecoder();
      alarm.again(SILENT_MS);
      const reader = response.body.getReader();
      // Once it has answered, a fetch holds its signal only weakly, and may have lost it when it is needed.
      attempt.signal.addEventListener('abort', () => void reader.cancel().catch(() => {}));
      for (let read = await reader.read(); !read.done; read = await reader.read()) {
        alarm.again(SILENT_MS);
        for (const event of parser.push(text.decode(read.value, { stream: true }))) yield { kind: 'event', event };
      }
      attempt.signal.throwIfAborted();
      yield { kind: 'lost', reason: `${url.origin} ended the stream` };
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof Error && (error.name === 'FeedRefused' || error.name === 'EventTooLarge')) throw error;
      yield { kind: 'lost', reason: reasonOf(error, url.origin) };
    } finally {
      alarm.off();
      signal.removeEventListener('abort', stopped);
      attempt.abort();
    }
    await pause(retryMs, signal);
    retryMs = Math.min(LAST_RETRY_MS, retryMs * 2);
  }
}

function silenceAlarm(attempt: AbortController, firstMs: number) {
  const ring = () => attempt.abort(new DOMException('silent', 'TimeoutError'));
  let timer = setTimeout(ring, firstMs);
  const off = () => clearTimeout(timer);
  const again = (ms: number) => {
    off();
    timer = setTimeout(ring, ms);
  };
  return { off, again };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}
