/** The broker of a one-machine set-up: MQTT 3.1.1 on loopback, in this process. */
import { createServer, type Server, type Socket } from 'node:net';
import { Aedes } from 'aedes';
import type { Logger } from '../logger.ts';

export interface EmbeddedBroker {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

const HOST = '127.0.0.1';
const PORTS_TRIED = 100;
const MOST_CLIENTS = 256;
/** A client that takes nothing for this long is closed: it would hold up all others. */
const SLOWEST_CLIENT_MS = 5000;

/** Opens `port` (0: whatever is free) or, where it is taken, the next free one above. Throws when there is none near. */
export async function startEmbeddedBroker(options: { port: number; logger: Logger }): Promise<EmbeddedBroker> {
  const { logger } = options;
  const broker = await Aedes.createBroker({
    connectTimeout: 10_000,
    drainTimeout: SLOWEST_CLIENT_MS,
    maxClientsIdLength: 256,
    maxTopicLevels: 8,
  });
  broker.on('clientError', (client, error) =>
    logger.debug({ client: client?.id, problem: error.message }, 'client error'),
  );
  broker.on('connectionError', (client, error) =>
    logger.debug({ client: client?.id, problem: error.message }, 'connection error'),
  );
  const sockets = new Set<Socket>();
  // Small answers one after the other: held back (Nagle) and acknowledged late, each pair would take 40 ms.
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    broker.handle(socket);
  });
  server.maxConnections = MOST_CLIENTS;
  const port = await listen(server, options.port);
  if (options.port !== 0 && port !== options.port) {
    logger.warn({ wanted: options.port, port }, 'the port of the embedded broker is taken: the next free one is used');
  }
  return {
    url: `mqtt://${HOST}:${port}`,
    port,
    close: async () => {
      await new Promise<void>((resolve) => broker.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

async function listen(server: Server, wanted: number): Promise<number> {
  for (let port = wanted; ; port++) {
    try {
      return await tryPort(server, port);
    } catch (error) {
      const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
      if (!taken || port >= wanted + PORTS_TRIED || port >= 65_535) throw error;
    }
  }
}

function tryPort(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, HOST, () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}
