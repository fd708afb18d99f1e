/** What is said between two ends in this process, over real sockets. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SocketPairs } from '../../../src/hil/time/socket-pairs.ts';
import { silentLogger } from '../../../src/logger.ts';
import { BrokerClient } from '../../../src/mqtt/broker-client.ts';
import { startEmbeddedBroker } from '../../../src/mqtt/embedded-broker.ts';

let pairs: SocketPairs;
let server: Server;
let client: Socket;
let accepted: Socket;

beforeEach(async () => {
  pairs = new SocketPairs();
  pairs.start();
  server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  [[accepted]] = (await Promise.all([once(server, 'connection'), once(client, 'connect')])) as [[Socket], []];
});
afterEach(async () => {
  pairs.stop();
  client.destroy();
  accepted.destroy();
  server.close();
  await once(server, 'close');
});

const turn = () => new Promise<void>((done) => setImmediate(done));
async function until(arrived: () => boolean): Promise<void> {
  while (!arrived()) await turn();
}

describe('sockets of which both ends are here', () => {
  it('what a client says waits while it is held, and leaves in one go and in order', async () => {
    const chunks: string[] = [];
    accepted.on('data', (chunk: Buffer) => chunks.push(chunk.toString()));
    pairs.hold();
    client.write('one ');
    client.write('two ');
    client.write('three');
    // The answer takes the same road back, so by then the words would have come.
    let back = '';
    client.on('data', (chunk: Buffer) => {
      back += chunk.toString();
    });
    accepted.write('a server is not held');
    await until(() => back !== '');
    expect([back, chunks]).toEqual(['a server is not held', []]);
    expect(pairs.underWay()).toBe(true);
    pairs.release();
    await until(() => chunks.length > 0);
    expect(chunks).toEqual(['one two three']);
    await until(() => !pairs.underWay());
  });

  it('holds nobody whose words wait already: that the other end takes none is to be seen', async () => {
    accepted.pause();
    const much = Buffer.alloc(1 << 20, 'x');
    for (let i = 0; i < 64 && client.writableLength === 0; i++) client.write(much);
    expect(client.writableLength).toBeGreaterThan(0);
    pairs.hold();
    expect(client.writableCorked).toBe(0);
  });

  it('lets go of everybody when it is stopped', () => {
    pairs.hold();
    expect(client.writableCorked).toBe(1);
    pairs.stop();
    expect(client.writableCorked).toBe(0);
  });

  it('what a client of the broker only gathers does not count as unsent: its path is not blamed for that', async () => {
    const broker = await startEmbeddedBroker({ port: 0, logger: silentLogger });
    let connected = false;
    const one = new BrokerClient(
      { url: broker.url, level: 4, options: {} },
      {
        connected: () => {
          connected = true;
        },
        message: () => {},
        heard: () => {},
        ended: () => {},
      },
    );
    one.open();
    await until(() => connected && !pairs.underWay());
    pairs.hold();
    one.publish({ topic: 'a', payload: 'b'.repeat(1000), retain: false, expirySeconds: undefined }, 0);
    await turn();
    expect([one.unsentBytes, pairs.underWay()]).toEqual([0, true]);
    pairs.release();
    await until(() => !pairs.underWay());
    one.drop();
    await broker.close();
  });
});
