/** A link as a serial device server has it: whoever connects is at the other end. One client at a time, the newest. */
import { createServer, type Socket } from 'node:net';
import type { Link } from '../link/link.ts';

export interface Served {
  readonly port: number;
  close(): Promise<void>;
}

/** Rejects when the address cannot be had. `host` and `port` as for `net.listen`; port 0 takes a free one. */
export async function serveLink(link: Link, host: string, port: number): Promise<Served> {
  let client: Socket | null = null;
  const attach = (socket: Socket) => {
    client?.destroy();
    client = socket;
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => void link.write(chunk).catch(() => {}));
    const opening = link.open({
      bytes: (chunk) => socket.write(chunk),
      closed: () => socket.end(),
    });
    // In the recording there was nobody then: a device server without its device hangs up.
    opening.catch(() => socket.destroy());
    socket.on('close', () => {
      if (client !== socket) return;
      client = null;
      void link.close();
    });
  };
  // The one before has to be gone from the link before the next is let in.
  let turn: Promise<void> = Promise.resolve();
  const server = createServer((socket) => {
    turn = turn.then(() => link.close()).then(() => attach(socket));
  });
  await new Promise<void>((done, fail) => {
    server.once('error', fail);
    server.listen(port, host, done);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    close: async () => {
      client?.destroy();
      await new Promise((done) => server.close(done));
      await link.close();
    },
  };
}
