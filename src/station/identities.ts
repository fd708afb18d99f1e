/**
 * Which link speaks for which station. A serial belongs to one link at a time: when two claim it, nobody can tell whose
 * numbers are whose, so both are refused until one of them is gone.
 */

/** A link that has learnt whom it is connected to. */
export interface Claimant {
  readonly linkName: string;
  /** Stop using what comes from this link. */
  refuse(reason: string): void;
  /** The other one is gone: ask the station again who it is. */
  askAgain(): void;
}

/** Everything downstream remembers something of every station: a device that makes up serials must find an end. */
const MOST_STATIONS = 10_000;

export class Identities {
  readonly #claims = new Map<string, Set<Claimant>>();
  readonly #seen = new Set<string>();

  /** `null` when this bridge can take in this serial; else why not. Each serial counts once in a run. */
  admit(serial: string): string | null {
    if (this.#seen.has(serial)) return null;
    if (this.#seen.size >= MOST_STATIONS) {
      return `more than ${MOST_STATIONS} different serials have been seen, which no site has: find the device that makes them up, then start the bridge again`;
    }
    this.#seen.add(serial);
    return null;
  }

  /**
   * `null` when the serial is now this link's alone; else the reason why not, which the others claiming it were given
   * too. A link speaks for one station: claiming another gives up the one before.
   */
  claim(serial: string, claimant: Claimant): string | null {
    for (const held of [...this.#claims.keys()]) if (held !== serial) this.#drop(held, claimant);
    const claimants = this.#claims.get(serial) ?? new Set();
    claimants.add(claimant);
    this.#claims.set(serial, claimants);
    if (claimants.size === 1) return null;
    const links = [...claimants]
      .map((one) => one.linkName)
      .sort()
      .join(' and ');
    const reason =
      `${links} both say they are station ${serial}: unplug one, or give one station its own serial; ` +
      'neither is used until then';
    for (const other of claimants) if (other !== claimant) other.refuse(reason);
    return reason;
  }

  /** The claimant's link has closed, or somebody else answers there now. */
  release(claimant: Claimant): void {
    for (const serial of [...this.#claims.keys()]) this.#drop(serial, claimant);
  }

  #drop(serial: string, claimant: Claimant): void {
    const claimants = this.#claims.get(serial);
    if (!claimants?.delete(claimant)) return;
    const [last] = claimants;
    if (last === undefined) this.#claims.delete(serial);
    else if (claimants.size === 1) last.askAgain();
  }
}

/**
 * The serial becomes a topic level, a database tag and a file name: the same rule as for the site's other names, not
 * imported from there because a station knows nothing of its sinks.
 */
const USABLE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** `null` when the serial can be used as a name; else why not. */
export function unusableSerial(serial: string): string | null {
  if (USABLE.test(serial)) return null;
  const shown = JSON.stringify(serial.slice(0, 64));
  return (
    `the station calls itself ${shown}, which cannot be used as a name: give it a serial of ` +
    'letters, digits, ".", "_", "-" (at most 64, beginning with a letter or digit)'
  );
}
