/**
 * The cable between a simulated station and the daemon, as a link of the daemon: a TCP connection to the simulator whose bytes
 * are held until their time; what the daemon says goes on at once. Everything that passed is kept for a while, with its
 * time, so that a report can show the bytes around a failure.
 */
import { connect, type Socket } from 'node:net';
import { type Link, LinkFailure, type LinkHandlers } from '../../link/link.ts';

/** Of the chunks that passed: as many as a report may want to show. */
const MOST_KEPT = 20_000;

export interface Passed {
  readonly atMs: number;
  readonly way: 'from-station' | 'to-station';
  readonly bytes: Buffer;
}

export class Wire implements Link {
  readonly name: string;
  readonly #host: string;
  readonly #port: number;
  readonly #now: () => number;
  readonly #passed: Passed[] = [];
  #plugged = true;
  #socket: Socket | null = null;
  #handlers: LinkHandlers | null = null;
  #waiting: Buffer = Buffer.alloc(0);
  #given = 0;
  #came = 0;
  #whenCame: { readonly count: number; readonly done: () => void } | null = null;
  #opening: Promise<void> | null = null;
  /** What the daemon does to the port waits until the station is at rest; `null`: it need not. */
  #held: (() => void)[] | null = null;
  /** When the daemon last said something or opened the port. */
  talkedMs = 0;

  constructor(stationUrl: string, now: () => number) {
    const { hostname, port } = new URL(stationUrl);
    this.name = stationUrl;
    this.#host = hostname;
    this.#port = Number(port);
    this.#now = now;
  }

  /** The latest last. */
  get passed(): readonly Passed[] {
    return this.#passed;
  }

  /** So many bytes of the station wait here. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** So many bytes have come from the station since the daemon opened the port; `null` while it has not. */
  get came(): number | null {
    return this.#socket === null ? null : this.#came;
  }

  /** So many bytes of the daemon have gone to the station since it opened the port; `null` while it has not. */
  get given(): number | null {
    return this.#socket === null ? null : this.#given;
  }

  /** An answer to the daemon's wish to open the port is on its way. */
  get opening(): Promise<void> | null {
    return this.#opening;
  }

  /** Resolves when so many bytes have come since the port was opened, when it is closed, or when patience has run out. */
  async cameTo(count: number, patienceMs: number): Promise<void> {
    if (this.#socket === null || this.#came >= count) return;
    let lost: NodeJS.Timeout | undefined;
    await new Promise<void>((done) => {
      lost = setTimeout(done, patienceMs);
      this.#whenCame = { count, done };
    });
    clearTimeout(lost);
    this.#whenCame = null;
  }

  /** From now on the station does not hear, as it lives through a time that the daemon has not reached. */
  hold(): void {
    this.#held ??= [];
  }

  /** It hears all that was said and done meanwhile, in that order. */
  release(): void {
    const held = this.#held ?? [];
    this.#held = null;
    for (const act of held) act();
  }

  #whenHeard(act: () => void): void {
    if (this.#held === null) act();
    else this.#held.push(act);
  }

  plug(): void {
    this.#plugged = true;
  }

  /** Cable pulled: the connection breaks, and there is nothing to open. */
  unplug(): void {
    this.#plugged = false;
    const handlers = this.#handlers;
    this.#drop();
    handlers?.closed(new LinkFailure('lost', `${this.name}: the cable was pulled`));
  }

  /** Lets so many of the bytes that wait go to the daemon. */
  pass(count: number): void {
    const bytes = this.#waiting.subarray(0, count);
    this.#waiting = this.#waiting.subarray(count);
    if (this.#handlers === null || bytes.length === 0) return;
    this.#keep('from-station', bytes);
    this.#handlers.bytes(bytes);
  }

  async open(handlers: LinkHandlers): Promise<void> {
    if (!this.#plugged) throw new LinkFailure('no-such-port', `${this.name}: nothing is plugged in there`);
    this.#drop();
    this.#handlers = handlers;
    this.talkedMs = this.#now();
    await new Promise<void>((done, fail) => this.#whenHeard(() => this.#connect(handlers).then(done, fail)));
  }

  async #connect(handlers: LinkHandlers): Promise<void> {
    const silent = new LinkFailure('refused', `${this.name}: the simulator does not answer`);
    // Closed again before the station could hear of it.
    if (this.#handlers !== handlers) throw silent;
    const socket = connect({ host: this.#host, port: this.#port, noDelay: true });
    this.#socket = socket;
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => {
      if (this.#socket !== socket) return;
      this.#came += chunk.length;
      this.#waiting = Buffer.concat([this.#waiting, chunk]);
      if (this.#whenCame !== null && this.#came >= this.#whenCame.count) this.#whenCame.done();
    });
    socket.once('close', () => {
      if (this.#socket !== socket) return;
      this.#drop();
      handlers.closed(new LinkFailure('lost', `${this.name}: the simulator closed the connection`));
    });
    const opened = new Promise<void>((done, fail) => {
      socket.once('connect', done);
      socket.once('close', () => fail(silent));
    });
    const opening = opened
      .catch(() => {})
      .then(() => {
        if (this.#opening === opening) this.#opening = null;
      });
    this.#opening = opening;
    await opened;
  }

  async write(bytes: Uint8Array): Promise<void> {
    const socket = this.#socket;
    if (socket === null) throw new LinkFailure('lost', `${this.name}: not open`);
    this.talkedMs = this.#now();
    this.#keep('to-station', Buffer.from(bytes));
    this.#whenHeard(() => {
      if (this.#socket !== socket) return;
      this.#given += bytes.length;
      // A connection that breaks says so by itself.
      socket.write(bytes);
    });
  }

  async close(): Promise<void> {
    this.#drop();
  }

  #drop(): void {
    const socket = this.#socket;
    this.#socket = null;
    this.#handlers = null;
    this.#waiting = Buffer.alloc(0);
    this.#given = 0;
    this.#came = 0;
    this.#whenCame?.done();
    if (socket !== null) this.#whenHeard(() => socket.destroy());
  }

  /** `bytes`: nobody writes into them any more. */
  #keep(way: Passed['way'], bytes: Buffer): void {
    this.#passed.push({ atMs: this.#now(), way, bytes });
    if (this.#passed.length > MOST_KEPT) this.#passed.splice(0, MOST_KEPT / 2);
  }
}
