import { createServer, type Server, type Socket } from 'node:net';
import { BACKLOG_BYTES, DRAIN_MS, PortError, type PortEvents, type StationPort } from './port.ts';

/** One station as behind a serial device server: one client at a time, a new one takes the line over. */
export class TcpPort implements StationPort {
  private readonly host: string;
  /** 0 until the system has given one; then kept over unplug and replug. */
  private port: number;
  private server: Server | null = null;
  private client: Socket | null = null;

  constructor(host: string, port: number) {
    this.host = host;
    this.port = port;
  }

  get url(): string {
    return `tcp://${this.host.includes(':') ? `[${this.host}]` : this.host}:${this.port}`;
  }

  get accepting(): boolean {
    return this.client !== null && this.client.writableLength < BACKLOG_BYTES;
  }

  async plug(events: PortEvents): Promise<void> {
    const server = createServer({ noDelay: true, keepAlive: true }, (socket) => this.take(socket, events));
    this.server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) => reject(this.explained(error)));
      server.listen(this.port, this.host, resolve);
    });
    server.on('error', () => {});
    const address = server.address();
    if (address !== null && typeof address === 'object') this.port = address.port;
  }

  async unplug(): Promise<void> {
    const { server, client } = this;
    this.server = null;
    if (server === null) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    client?.destroy();
    await closed;
  }

  /** What is said in one go leaves in one go. */
  write(latin1: string): void {
    const { client } = this;
    if (client === null) return;
    if (client.writableCorked === 0) {
      client.cork();
      process.nextTick(() => client.uncork());
    }
    client.write(latin1, 'latin1');
  }

  async drain(): Promise<void> {
    const client = this.client;
    if (client === null) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, DRAIN_MS.longest);
      client.once('close', () => {
        clearTimeout(timer);
        resolve();
      });
      // The other side answers our end with its own, when it has read everything.
      client.end();
    });
  }

  private take(socket: Socket, events: PortEvents): void {
    const before = this.client;
    this.client = null;
    before?.destroy();
    if (before) events.detached();
    this.client = socket;
    socket.on('data', (chunk: Buffer) => {
      if (this.client === socket) events.bytes(chunk);
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      if (this.client !== socket) return;
      this.client = null;
      events.detached();
    });
    // A client that only half-closes will not read on either: no station talks into that.
    socket.on('end', () => socket.destroy());
    events.attached();
  }

  private explained(error: NodeJS.ErrnoException): Error {
    const where = `${this.host}:${this.port}`;
    if (error.code === 'EADDRINUSE') {
      return new PortError(`${where} is taken; choose another first port with --tcp, or 0 for free ones`);
    }
    if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND' || error.code === 'EAI_AGAIN') {
      return new PortError(`${this.host} is no address of this machine; use --tcp 127.0.0.1:${this.port}`);
    }
    if (error.code === 'EACCES') return new PortError(`no permission for ${where}; choose a port above 1023`);
    return new PortError(`${where}: ${error.message}`);
  }
}
