/** What the states of the links say about stations: which are quiet, which are refused. */
import type { StationStatus } from '../station/model.ts';
import type { ConditionBook } from './condition-book.ts';

export class StationConditions {
  readonly #book: ConditionBook;
  readonly #bridge: string;
  /** Last status per link: as many as are configured. */
  readonly #links = new Map<string, StationStatus>();

  constructor(book: ConditionBook, bridge: string) {
    this.#book = book;
    this.#bridge = bridge;
  }

  status(status: StationStatus): void {
    const before = this.#links.get(status.link)?.station ?? null;
    if (status.removed) this.#links.delete(status.link);
    else this.#links.set(status.link, status);
    for (const station of new Set([before, status.station])) {
      if (station === null) this.#strangers();
      else this.#station(station);
    }
    // Nobody looks at its clock any more.
    if (status.removed && status.station !== null && !this.#isOn(status.station)) {
      this.#book.say(status.station, 'clockUntrusted', null);
    }
  }

  #isOn(station: string): boolean {
    return [...this.#links.values()].some((status) => status.station === station);
  }

  /**
   * One link that is live is enough. A link that was lost or is asked anew is no end of a silence: only readings are.
   * A station that another one has replaced, or that was stopped with the bridge, is not expected to speak.
   */
  #station(station: string): void {
    const links = [...this.#links.values()].filter((status) => status.station === station);
    const live = links.some(({ state }) => state === 'live');
    const refused = live ? undefined : links.find(({ state }) => state === 'refused');
    const silent = live ? undefined : links.find(isSilent);
    const asking = !live && links.some(({ state }) => state === 'identifying');
    this.#book.say(station, 'stationRefused', refused ? detailOf(refused) : null);
    if (silent !== undefined || !asking) this.#book.say(station, 'stationQuiet', silent ? detailOf(silent) : null);
  }

  /** Refused without a usable name: nobody but the bridge can be named as their source. */
  #strangers(): void {
    const refused = [...this.#links.values()].filter(({ station, state }) => station === null && state === 'refused');
    const [first] = refused;
    const others = refused.length > 1 ? ` (and ${refused.length - 1} more)` : '';
    this.#book.say(this.#bridge, 'stationRefused', first ? `${detailOf(first)}${others}` : null);
  }
}

/** Silence while the firmware is being updated is what somebody wanted. */
const isSilent = ({ state, updating }: StationStatus): boolean =>
  updating === undefined && (state === 'quiet' || state === 'connecting');

export const detailOf = ({ link, reason, state }: Pick<StationStatus, 'link' | 'reason' | 'state'>): string =>
  `${link}: ${reason ?? state}`;
