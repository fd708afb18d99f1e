/** Far ends for the link suite: a PTY pair by socat, a TCP server, a real port with RX and TX joined. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { vi } from 'vitest';
import type { LinkHandlers } from '../../src/link/link.ts';
import { openLink } from '../../src/link/open-link.ts';
import { freePort } from '../support/free-port.ts';
import { find, temporaryFolder } from '../support/services.ts';
import { linkConfig } from '../unit/link/link-config.ts';
import type { FarEnd } from './link.ts';

/** A serial port that is really there, as far as the operating system knows; its other side are our pipes. */
export class PtyPort {
  readonly path: string;
  readonly #onBytes: (chunk: Buffer) => void;
  #socat: ChildProcess | null = null;

  constructor(path: string, onBytes: (chunk: Buffer) => void) {
    this.path = path;
    this.#onBytes = onBytes;
  }

  async plugIn(): Promise<void> {
    const program = find('socat');
    if (!program) throw new Error('socat is not installed');
    const socat = spawn(program, [`pty,raw,echo=0,link=${this.path}`, 'stdio'], { stdio: ['pipe', 'pipe', 'ignore'] });
    this.#socat = socat;
    socat.stdout?.on('data', this.#onBytes);
    socat.stdin?.on('error', () => {});
    await vi.waitFor(
      () => {
        if (!existsSync(this.path)) throw new Error('socat has made no port yet');
      },
      { timeout: 5000, interval: 5 },
    );
  }

  send(bytes: Uint8Array): void {
    this.#socat?.stdin?.write(bytes);
  }

  /** The port and its name vanish at once. */
  async unplug(): Promise<void> {
    const socat = this.#socat;
    this.#socat = null;
    if (!socat || socat.exitCode !== null || socat.signalCode !== null) return;
    const gone = new Promise((done) => socat.once('exit', done));
    // SIGTERM lets socat remove the link; the PTY itself goes with the process.
    socat.kill('SIGTERM');
    await gone;
  }
}

export async function ptyEnd(): Promise<FarEnd> {
  const folder = temporaryFolder();
  const chunks: Buffer[] = [];
  const port = new PtyPort(join(folder.path, 'tty'), (chunk) => chunks.push(chunk));
  await port.plugIn();
  return {
    link: openLink(linkConfig(port.path)),
    rival: openLink(linkConfig(port.path)),
    received: () => Buffer.concat(chunks),
    send: (bytes) => port.send(bytes),
    cut: () => port.unplug(),
    mend: () => port.plugIn(),
    end: async () => {
      await port.unplug();
      folder.remove();
    },
  };
}

/** A device server that serves one client at a time, as the real ones do: the newest. */
export class TcpPort {
  readonly port: number;
  readonly #onBytes: (chunk: Buffer) => void;
  #server: ReturnType<typeof createServer> | null = null;
  #client: Socket | null = null;

  constructor(port: number, onBytes: (chunk: Buffer) => void) {
    this.port = port;
    this.#onBytes = onBytes;
  }

  plugIn(): Promise<void> {
    const server = createServer((socket) => {
      this.#client?.destroy();
      this.#client = socket;
      socket.on('error', () => {});
      socket.on('data', this.#onBytes);
    });
    this.#server = server;
    return new Promise((done) => server.listen(this.port, '127.0.0.1', done));
  }

  get connected(): boolean {
    return this.#client !== null && !this.#client.destroyed;
  }

  send(bytes: Uint8Array): void {
    this.#client?.write(bytes);
  }

  async unplug(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    this.#client?.destroy();
    this.#client = null;
    if (server) await new Promise((done) => server.close(done));
  }
}

export async function tcpEnd(): Promise<FarEnd> {
  const chunks: Buffer[] = [];
  const port = new TcpPort(await freePort(), (chunk) => chunks.push(chunk));
  await port.plugIn();
  const link = openLink(linkConfig(`tcp://127.0.0.1:${port.port}`));
  return {
    link: {
      name: link.name,
      write: (bytes) => link.write(bytes),
      close: () => link.close(),
      // Our server learns of the connection a moment after the client does; then it can send.
      open: async (handlers: LinkHandlers) => {
        await link.open(handlers);
        await vi.waitFor(
          () => {
            if (!port.connected) throw new Error('not accepted yet');
          },
          { timeout: 5000, interval: 2 },
        );
      },
    },
    rival: null,
    received: () => Buffer.concat(chunks),
    send: (bytes) => port.send(bytes),
    cut: () => port.unplug(),
    mend: () => port.plugIn(),
    end: () => port.unplug(),
  };
}

/** A port named by HAI_TEST_SERIAL whose pins 2 and 3 are joined. */
export async function echoEnd(path: string): Promise<FarEnd> {
  const link = openLink(linkConfig(path));
  const chunks: Uint8Array[] = [];
  const still = async () => {};
  return {
    link: {
      name: link.name,
      write: (bytes) => link.write(bytes),
      close: () => link.close(),
      open: (handlers) =>
        link.open({
          closed: handlers.closed,
          bytes: (chunk) => {
            chunks.push(chunk);
            handlers.bytes(chunk);
          },
        }),
    },
    rival: openLink(linkConfig(path)),
    received: () => Buffer.concat(chunks),
    send: () => {},
    cut: still,
    mend: still,
    end: still,
  };
}
