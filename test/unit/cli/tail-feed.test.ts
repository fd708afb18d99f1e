/** The event stream of a daemon, from a real server. */
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FeedItem, tailFeed } from '../../../src/cli/tail-feed.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

let server: Server;
let streams: ServerResponse[];

beforeEach(async () => {
  streams = [];
  server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('event: fleet\ndata: 1\n\n');
    streams.push(response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

const turn = () => new Promise<void>((done) => setImmediate(done));

function feed() {
  const stop = new AbortController();
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  return { stop, items: tailFeed({ url, authorization: null, signal: stop.signal }) };
}
const next = async (items: AsyncGenerator<FeedItem>) => (await items.next()).value as FeedItem | undefined;

describe('the feed of tail', () => {
  it('ends when it is stopped, however long ago the stream began and whatever was collected since', async () => {
    const { stop, items } = feed();
    expect(await next(items)).toEqual({ kind: 'connected' });
    expect(await next(items)).toEqual({ kind: 'event', event: { event: 'fleet', data: '1' } });
    const following = items.next();
    for (let i = 0; i < 20; i++) {
      collectGarbage();
      await turn();
    }
    const [stream] = streams as [ServerResponse];
    const closed = once(stream, 'close');
    stop.abort();
    expect(await following).toEqual({ done: true, value: undefined });
    await closed;
  });

  it('says that a stream has ended, and connects again', async () => {
    const { stop, items } = feed();
    expect(await next(items)).toEqual({ kind: 'connected' });
    expect(await next(items)).toMatchObject({ kind: 'event' });
    streams[0]?.end();
    expect(await next(items)).toEqual({ kind: 'lost', reason: expect.stringMatching(/^http:.* ended the stream$/) });
    expect(await next(items)).toEqual({ kind: 'connected' });
    stop.abort();
    // What has come already may still be told.
    const rest = await next(items);
    if (rest !== undefined) expect(await next(items)).toBeUndefined();
  });
});
