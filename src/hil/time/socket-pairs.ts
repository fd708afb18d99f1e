/**
 * Sockets of which both ends are in this process, and whether bytes are on their way from one to the other. A kernel is free
 * to deliver over loopback when it likes. What is said over them can be held back for a while, to leave in one go.
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { performance } from 'node:perf_hooks';

const CLIENTS = 'net.client.socket';
const CHANNELS = [CLIENTS, 'net.server.socket'] as const;
/** Who reads and yet takes nothing for so long is stuck: then nothing is under way. */
const PATIENCE_MS = 2000;
/** Between the two ends of a new connection there is a moment in which only one is known. */
const NEW_MS = 3;

export class SocketPairs {
  readonly #sockets = new Set<Socket>();
  /** Those of them that asked for their connection. */
  readonly #clients = new WeakSet<Socket>();
  readonly #held = new Set<Socket>();
  /** Each socket with its other end; `null`: to be found anew. */
  #pairs: readonly (readonly [Socket, Socket])[] | null = null;
  #sinceMs: number | null = null;
  #newMs = Number.NEGATIVE_INFINITY;

  readonly #met = (message: unknown, channel: string | symbol) => {
    const { socket } = message as { socket: Socket };
    if (channel === CLIENTS) this.#clients.add(socket);
    this.#sockets.add(socket);
    this.#changed();
    socket.once('connect', () => this.#changed());
    socket.once('close', () => {
      this.#sockets.delete(socket);
      this.#changed();
    });
  };

  start(): void {
    for (const channel of CHANNELS) subscribe(channel, this.#met);
  }

  stop(): void {
    this.release();
    for (const channel of CHANNELS) unsubscribe(channel, this.#met);
    this.#sockets.clear();
    this.#pairs = null;
  }

  /**
   * What clients say from now on waits. Not where bytes wait already, as the other end takes none: whoever looks must see it.
   * Servers are not held: the broker gives up a client that takes nothing for some real seconds.
   */
  hold(): void {
    this.#pairs ??= pairsOf(this.#sockets);
    for (const [socket] of this.#pairs) {
      if (!this.#clients.has(socket) || this.#held.has(socket) || socket.writableLength > 0) continue;
      socket.cork();
      this.#held.add(socket);
    }
  }

  release(): void {
    for (const socket of this.#held) socket.uncork();
    this.#held.clear();
  }

  underWay(): boolean {
    const nowMs = performance.now();
    if (nowMs - this.#newMs < NEW_MS) return true;
    if (!this.#someUnread()) {
      this.#sinceMs = null;
      return false;
    }
    this.#sinceMs ??= nowMs;
    return nowMs - this.#sinceMs < PATIENCE_MS;
  }

  #changed(): void {
    this.#pairs = null;
    this.#newMs = performance.now();
  }

  #someUnread(): boolean {
    this.#pairs ??= pairsOf(this.#sockets);
    return this.#pairs.some(
      ([one, other]) => !one.destroyed && !other.destroyed && reads(other) && one.bytesWritten > other.bytesRead,
    );
  }
}

function pairsOf(sockets: ReadonlySet<Socket>): (readonly [Socket, Socket])[] {
  const byPorts = new Map<string, Socket>();
  for (const socket of sockets) {
    if (socket.remotePort !== undefined) byPorts.set(`${socket.localPort} ${socket.remotePort}`, socket);
  }
  return [...byPorts.values()].flatMap((socket) => {
    const other = byPorts.get(`${socket.remotePort} ${socket.localPort}`);
    return other === undefined ? [] : [[socket, other] as const];
  });
}

/** It takes what comes: flowing, or asked for by somebody who waits for `readable`. */
function reads(socket: Socket): boolean {
  return socket.readableFlowing !== false || socket.listenerCount('readable') > 0;
}
