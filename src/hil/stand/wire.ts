/**
 * The cable between a simulated station and the daemon: a TCP port that the daemon opens like a serial device server. Bytes of
 * the station are held until their time; what the daemon says goes on at once. Everything that passed is kept for a while,
 * with its time, so that a report can show the bytes around a failure.
 */
import { connect, createServer, type Server, type Socket } from 'node:net';

const HOST = '127.0.0.1';
/** Of the bytes that passed: as many as a report may want to show. */
const MOST_KEPT = 20_000;

export interface Passed {
  readonly atMs: number;
  readonly way: 'from-station' | 'to-station';
  readonly bytes: Buffer;
}

export class Wire {
  readonly #stationPort: number;
  readonly #now: () => number;
  readonly #passed: Passed[] = [];
  #server: Server | null = null;
  #port = 0;
  #near: Socket | null = null;
  #far: Socket | null = null;
  #held: Buffer = Buffer.alloc(0);
  #toStation = 0;
  #came = 0;
  /** When the daemon last said something or opened the port. */
  talkedMs = 0;

  constructor(stationUrl: string, now: () => number) {
    this.#stationPort = Number(new URL(stationUrl).port);
    this.#now = now;
  }

  get url(): string {
    return `tcp://${HOST}:${this.#port}`;
  }

  /** The latest last. */
  get passed(): readonly Passed[] {
    return this.#passed;
  }

  /** The daemon can open it, at the same port all the time. */
  async plug(): Promise<void> {
    if (this.#server !== null) return;
    const server = createServer({ noDelay: true }, (near) => this.#take(near));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#port, HOST, resolve);
    });
    const address = server.address();
    if (typeof address === 'object' && address !== null) this.#port = address.port;
    this.#server = server;
  }

  /** Cable pulled: the connection breaks and nothing listens. */
  async unplug(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    this.#near?.resetAndDestroy();
    this.#far?.destroy();
    this.#near = null;
    this.#far = null;
    this.#held = Buffer.alloc(0);
    if (server !== null) await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  /** Lets so many of the bytes that wait go to the daemon. */
  pass(count: number): void {
    const bytes = this.#held.subarray(0, count);
    this.#held = this.#held.subarray(count);
    if (this.#near === null || bytes.length === 0) return;
    this.#keep('from-station', bytes);
    this.#near.write(bytes);
  }

  /** So many bytes of the station wait here. */
  get waiting(): number {
    return this.#held.length;
  }

  /** So many bytes have come from the station since the daemon opened the port; `null` while it has not. */
  get came(): number | null {
    return this.#far === null ? null : this.#came;
  }

  /** So many bytes of the daemon have gone to the station since it opened the port; `null` while it has not. */
  get given(): number | null {
    return this.#far === null ? null : this.#toStation;
  }

  #take(near: Socket): void {
    // One client at a time: a new one takes the line over.
    this.#near?.destroy();
    this.#far?.destroy();
    this.#held = Buffer.alloc(0);
    this.talkedMs = this.#now();
    const far = connect({ host: HOST, port: this.#stationPort, noDelay: true });
    this.#near = near;
    this.#far = far;
    this.#toStation = 0;
    this.#came = 0;
    for (const socket of [near, far]) socket.on('error', () => {});
    far.on('data', (chunk: Buffer) => {
      if (this.#far !== far) return;
      this.#came += chunk.length;
      this.#held = Buffer.concat([this.#held, chunk]);
    });
    near.on('data', (chunk: Buffer) => {
      this.talkedMs = this.#now();
      this.#keep('to-station', chunk);
      if (this.#far === far) this.#toStation += chunk.length;
      far.write(chunk);
    });
    far.once('close', () => near.destroy());
    near.once('close', () => {
      far.destroy();
      if (this.#near !== near) return;
      this.#near = null;
      this.#far = null;
      this.#held = Buffer.alloc(0);
    });
  }

  #keep(way: Passed['way'], bytes: Buffer): void {
    this.#passed.push({ atMs: this.#now(), way, bytes: Buffer.from(bytes) });
    if (this.#passed.length > MOST_KEPT) this.#passed.splice(0, MOST_KEPT / 2);
  }
}
