/** A raw TCP stream of a serial device server, by `node:net`. */
import { connect, type Socket } from 'node:net';
import { explainLinkError } from './failures.ts';
import { type Link, LinkFailure, type LinkHandlers } from './link.ts';

const CONNECT_TIMEOUT_MS = 3000;
/** A half-open connection (device server lost its power) is otherwise noticed only by the quiet watchdog. */
const KEEPALIVE_MS = 5000;

export class TcpLink implements Link {
  readonly name: string;
  readonly #host: string;
  readonly #port: number;
  #socket: Socket | null = null;

  constructor(host: string, port: number) {
    this.#host = host;
    this.#port = port;
    this.name = `tcp://${host.includes(':') ? `[${host}]` : host}:${port}`;
  }

  async open(handlers: LinkHandlers): Promise<void> {
    const socket = connect({ host: this.#host, port: this.#port, noDelay: true });
    socket.setKeepAlive(true, KEEPALIVE_MS);
    this.#socket = socket;
    await this.#connected(socket);
    let error: Error = new LinkFailure(
      'lost',
      `${this.name} closed the connection: check the device server, it may serve one client at a time`,
    );
    socket.on('error', (e: Error) => {
      error = e;
    });
    // The other side is done: a station has no half-closed state.
    socket.on('end', () => socket.destroy());
    socket.on('close', () => {
      if (this.#socket !== socket) return;
      this.#socket = null;
      handlers.closed(explainLinkError('tcp', this.name, error));
    });
    socket.on('data', (chunk: Buffer) => {
      if (this.#socket === socket) handlers.bytes(chunk);
    });
  }

  #connected(socket: Socket): Promise<void> {
    return new Promise((done, fail) => {
      const settle = (error: Error | null) => {
        socket.setTimeout(0);
        socket.removeListener('connect', connected).removeListener('close', closed).removeListener('timeout', late);
        if (error === null) {
          socket.removeListener('error', settle);
          return done();
        }
        // The error listener stays: a socket that is being destroyed may still complain.
        socket.destroy();
        if (this.#socket === socket) this.#socket = null;
        fail(explainLinkError('tcp', this.name, error));
      };
      const connected = () => settle(null);
      const closed = () => settle(new LinkFailure('lost', `${this.name} was closed while it was being opened`));
      const late = () => settle(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' }));
      socket.setTimeout(CONNECT_TIMEOUT_MS);
      socket.on('connect', connected).on('close', closed).on('timeout', late).on('error', settle);
    });
  }

  write(bytes: Uint8Array): Promise<void> {
    const socket = this.#socket;
    if (!socket?.writable || socket.connecting) {
      return Promise.reject(new LinkFailure('lost', `${this.name} is not open`));
    }
    return new Promise((done, fail) => {
      socket.write(bytes, (error) => {
        if (error) fail(explainLinkError('tcp', this.name, error));
        else done();
      });
    });
  }

  async close(): Promise<void> {
    const socket = this.#socket;
    this.#socket = null;
    if (!socket || socket.destroyed) return;
    await new Promise<void>((done) => {
      socket.once('close', () => done());
      socket.destroy();
    });
  }
}
