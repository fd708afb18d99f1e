/**
 * A TCP path with a knife in it: stands in front of a server that is not ours and must not be touched, so that the way to
 * it can be cut, or fall silent as a half-open connection does, and be mended again.
 */
import { createServer, type Server, type Socket } from 'node:net';

/**
 * - `open`   bytes pass
 * - `silent` connections are accepted and stay open, and no byte passes in either direction (no FIN, no RST); what a client
 *            said passes afterwards, unless it has given up that connection meanwhile
 * - `cut`    connections are reset, and nothing listens
 */
export type PathMode = 'open' | 'silent' | 'cut';

export interface CuttablePath {
  /** On loopback; the same all the time. */
  readonly port: number;
  readonly mode: PathMode;
  set(mode: PathMode): Promise<void>;
  close(): Promise<void>;
}

interface Held {
  /** What was said meanwhile is said now. */
  goOn(): void;
}

/** So much of what a client says in silence is taken, so that its end is noticed behind it; then it meets a full network. */
const MOST_HELD_BYTES = 262_144;

function hold(near: Socket, far: Socket): Held {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const take = (chunk: Buffer) => {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= MOST_HELD_BYTES) near.pause();
  };
  near.on('data', take);
  near.resume();
  return {
    goOn: () => {
      near.off('data', take);
      for (const chunk of chunks) far.write(chunk);
    },
  };
}

const HOST = '127.0.0.1';
const MOST_CONNECTIONS = 64;
const LISTEN_TRIES = 50;
const LISTEN_AGAIN_MS = 100;

/** `connect`: opens one connection to the server behind, plain or TLS. */
export async function openPath(connect: () => Socket): Promise<CuttablePath> {
  const path = new Path(connect);
  await path.start();
  return path;
}

class Path implements CuttablePath {
  readonly #connect: () => Socket;
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  readonly #held = new WeakMap<Socket, Held>();
  #server: Server | null = null;
  #port = 0;
  #mode: PathMode = 'open';

  constructor(connect: () => Socket) {
    this.#connect = connect;
  }

  get port(): number {
    return this.#port;
  }

  get mode(): PathMode {
    return this.#mode;
  }

  async start(): Promise<void> {
    await this.#listen();
  }

  async set(mode: PathMode): Promise<void> {
    if (mode === this.#mode) return;
    const before = this.#mode;
    this.#mode = mode;
    if (mode === 'cut') {
      this.#reset();
      await this.#unlisten();
      return;
    }
    for (const [near, far] of this.#pairs) this.#join(near, far);
    if (before === 'cut') await this.#listen();
  }

  async close(): Promise<void> {
    this.#mode = 'cut';
    this.#reset();
    await this.#unlisten();
  }

  #reset(): void {
    for (const [near, far] of this.#pairs) {
      near.resetAndDestroy();
      far.destroy();
    }
    this.#pairs.clear();
  }

  #accept(near: Socket): void {
    if (this.#pairs.size >= MOST_CONNECTIONS) {
      near.destroy();
      return;
    }
    const far = this.#connect();
    far.setNoDelay(true);
    const pair = [near, far] as const;
    this.#pairs.add(pair);
    for (const [one, other] of [pair, [far, near] as const]) {
      one.on('error', () => {});
      one.once('close', () => {
        if (other.destroyed) this.#pairs.delete(pair);
        // In silence no end is told: no news passes, neither good nor bad.
        else if (this.#mode !== 'silent') other.destroy();
      });
    }
    this.#join(near, far);
  }

  #join(near: Socket, far: Socket): void {
    if (this.#mode === 'open' && near.destroyed) far.destroy();
    else if (this.#mode === 'open' && far.destroyed) near.destroy();
    else if (this.#mode === 'open') {
      this.#held.get(near)?.goOn();
      this.#held.delete(near);
      near.pipe(far);
      far.pipe(near);
    } else {
      near.unpipe(far);
      far.unpipe(near);
      this.#held.set(near, hold(near, far));
      far.pause();
    }
  }

  /** The port was ours a moment ago; somebody else's short-lived connection may sit on it. */
  async #listen(): Promise<void> {
    for (let tries = 1; ; tries++) {
      const server = createServer({ noDelay: true }, (socket) => this.#accept(socket));
      try {
        await new Promise<void>((resolve, reject) => {
          server.once('error', reject);
          server.listen(this.#port, HOST, resolve);
        });
        const address = server.address();
        if (typeof address === 'object' && address !== null) this.#port = address.port;
        this.#server = server;
        return;
      } catch (error) {
        if (tries >= LISTEN_TRIES) throw error;
        await new Promise((resolve) => setTimeout(resolve, LISTEN_AGAIN_MS));
      }
    }
  }

  async #unlisten(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    if (server !== null) await new Promise<void>((resolve) => server.close(() => resolve()));
  }
}
