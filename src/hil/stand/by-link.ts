/** Stations that are known only when they have said who they are: by the link on which they did. */
import type { Message } from '../recording.ts';
import { BRIDGE } from './product.ts';
import { newStationNow, noteMessage, type StationNow } from './stand.ts';

export class StationsByLink {
  readonly stations: readonly StationNow[];
  /** Serial numbers, by number of the link; empty as long as nobody has answered there. */
  readonly names: string[];
  readonly #links: readonly string[];
  readonly #byName = new Map<string, StationNow>();

  constructor(links: readonly string[]) {
    this.#links = links;
    this.stations = links.map(newStationNow);
    this.names = links.map(() => '');
  }

  readonly heard = (message: Message): void => {
    this.#meet(message);
    noteMessage(message, this.#byName, BRIDGE);
  };

  #meet({ topic, payload }: Message): void {
    const [, , , station = '', kind] = topic.split('/');
    if (kind !== 'info' || this.#byName.has(station)) return;
    const index = this.#links.indexOf((payload as { link?: string } | null)?.link ?? '');
    const now = this.stations[index];
    if (now === undefined) return;
    this.names[index] = station;
    this.#byName.set(station, now);
  }
}
