/**
 * Sockets of which both ends are in this process, and whether bytes are on their way from one to the other. A kernel is free
 * to deliver over loopback when it likes.
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { performance } from 'node:perf_hooks';

const CHANNELS = ['net.client.socket', 'net.server.socket'] as const;
/** Who reads and yet takes nothing for so long is stuck: then nothing is under way. */
const PATIENCE_MS = 2000;
/** Between the two ends of a new connection there is a moment in which only one is known. */
const NEW_MS = 3;

export class SocketPairs {
  readonly #sockets = new Set<Socket>();
  /** Each socket with its other end; `null`: to be found anew. */
  #pairs: readonly (readonly [Socket, Socket])[] | null = null;
  #sinceMs: number | null = null;
  #newMs = Number.NEGATIVE_INFINITY;

  readonly #met = (message: unknown) => {
    const { socket } = message as { socket: Socket };
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
    for (const channel of CHANNELS) unsubscribe(channel, this.#met);
    this.#sockets.clear();
    this.#pairs = null;
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
