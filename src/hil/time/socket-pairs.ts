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
  #sinceMs: number | null = null;
  #newMs = Number.NEGATIVE_INFINITY;

  readonly #met = (message: unknown) => {
    const { socket } = message as { socket: Socket };
    this.#sockets.add(socket);
    this.#newMs = performance.now();
    const gone = () => {
      this.#sockets.delete(socket);
      this.#newMs = performance.now();
    };
    socket.once('connect', () => {
      this.#newMs = performance.now();
    });
    socket.once('close', gone);
  };

  start(): void {
    for (const channel of CHANNELS) subscribe(channel, this.#met);
  }

  stop(): void {
    for (const channel of CHANNELS) unsubscribe(channel, this.#met);
    this.#sockets.clear();
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

  #someUnread(): boolean {
    const byPorts = new Map<string, Socket>();
    for (const socket of this.#sockets) {
      if (socket.remotePort !== undefined) byPorts.set(`${socket.localPort} ${socket.remotePort}`, socket);
    }
    for (const socket of byPorts.values()) {
      const other = byPorts.get(`${socket.remotePort} ${socket.localPort}`);
      if (other === undefined || other.destroyed || socket.destroyed || !reads(other)) continue;
      if (socket.bytesWritten > other.bytesRead) return true;
    }
    return false;
  }
}

/** It takes what comes: flowing, or asked for by somebody who waits for `readable`. */
function reads(socket: Socket): boolean {
  return socket.readableFlowing !== false || socket.listenerCount('readable') > 0;
}
