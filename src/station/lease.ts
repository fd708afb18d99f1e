/**
 * Exclusive use of one station's wire beside its telemetry, for whoever speaks another protocol to it.
 *
 *   grant ──▶ held ──release──▶ free
 *
 * The wire is full duplex and everything on it is whole lines, so readings go on (`interleaved`) until the station itself
 * stops sending them (`paused`: it restarts, or its bootloader speaks). Meanwhile the daemon writes nothing else but its
 * handshake, and does not open the port again because of silence: that may reset a station in the middle of a swap.
 */

export type TelemetryDuringLease = 'interleaved' | 'paused';

export interface LeaseHandlers {
  /** A line of another protocol, without its LF. The bytes may be kept. */
  foreign(line: Uint8Array): void;
  /** The link is open (again); everything that was on its way is lost. */
  opened(): void;
  /** The link has ended; it is tried again without being asked. */
  closed(): void;
}

export interface LinkLease {
  /** As in `StationStatus.link`. */
  readonly link: string;
  readonly isOpen: boolean;
  /** Whole lines, each with its LF. Rejects with a `LinkFailure` when the link is not open or the lease is over. */
  write(lines: Uint8Array): Promise<void>;
  /** What the station's status says of its readings from now on; nothing as long as this is not called. */
  telemetry(is: TelemetryDuringLease): void;
  /** Closes the link and opens it again: for one that is open and of no use. */
  reopen(): void;
  /** May be called twice. */
  release(): void;
}

/** - `unknown`  nobody of that name answers on any link  - `in-use`  somebody else holds it */
export class LeaseRefused extends Error {
  override readonly name = 'LeaseRefused';
  readonly code: 'unknown' | 'in-use';

  constructor(code: 'unknown' | 'in-use', message: string) {
    super(message);
    this.code = code;
  }
}

export interface LeasedWire {
  readonly link: string;
  write(lines: Uint8Array): Promise<void>;
  reopen(): void;
  /** `null`: no longer leased. */
  leased(telemetry: TelemetryDuringLease | null): void;
}

/** Hands the wire of one link to one holder at a time, and that holder what concerns it. */
export class LeaseDesk {
  readonly #wire: LeasedWire;
  #holder: LeaseHandlers | null = null;
  #open = false;

  constructor(wire: LeasedWire) {
    this.#wire = wire;
  }

  get held(): boolean {
    return this.#holder !== null;
  }

  /** Throws `LeaseRefused` when it is held already. */
  grant(handlers: LeaseHandlers): LinkLease {
    if (this.#holder !== null) {
      throw new LeaseRefused('in-use', `${this.#wire.link} is in use by another firmware task: wait until it is done`);
    }
    this.#holder = handlers;
    const mine = () => this.#holder === handlers;
    const isOpen = () => this.#open && mine();
    return {
      link: this.#wire.link,
      get isOpen() {
        return isOpen();
      },
      write: (lines) =>
        mine() ? this.#wire.write(lines) : Promise.reject(new LeaseRefused('in-use', 'this lease is over')),
      telemetry: (is) => {
        if (mine()) this.#wire.leased(is);
      },
      reopen: () => {
        if (mine()) this.#wire.reopen();
      },
      release: () => {
        if (!mine()) return;
        this.#holder = null;
        this.#wire.leased(null);
      },
    };
  }

  opened(): void {
    this.#open = true;
    this.#holder?.opened();
  }

  closed(): void {
    this.#open = false;
    this.#holder?.closed();
  }

  /** `false` when nobody wants it. */
  foreign(line: Uint8Array): boolean {
    this.#holder?.foreign(line);
    return this.#holder !== null;
  }
}
