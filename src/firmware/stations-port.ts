/** What firmware needs to know of stations and their wires; `Stations` and the bus give it. */
import type { Bus } from '../bus.ts';
import type { LeaseHandlers, LinkLease } from '../station/lease.ts';
import type { StationHealth, StationInfo, StationStatus } from '../station/model.ts';

export interface WiresPort {
  statuses(): readonly StationStatus[];
  /** By serial or link. Throws `LeaseRefused`. */
  lease(name: string, handlers: LeaseHandlers): LinkLease;
}

/** Who has said who it is, and how it has been heard since. */
export class StationBook {
  readonly #infos = new Map<string, StationInfo>();
  readonly #health = new Map<string, StationHealth>();

  /** Returns the function that ends it. */
  watch(bus: Bus): () => void {
    const off = [
      bus.on('identified', (info) => this.#infos.set(info.station, info)),
      bus.on('health', (health) => this.#health.set(health.station, health)),
      bus.on('status', ({ station, removed }) => {
        if (removed && station !== null) this.#infos.delete(station);
      }),
    ];
    return () => {
      for (const untie of off) untie();
    };
  }

  info(station: string): StationInfo | null {
    return this.#infos.get(station) ?? null;
  }

  health(station: string): StationHealth | null {
    return this.#health.get(station) ?? null;
  }

  onLink(link: string): StationInfo | null {
    let latest: StationInfo | null = null;
    for (const info of this.#infos.values()) {
      if (info.link === link && info.identifiedUtcMs >= (latest?.identifiedUtcMs ?? 0)) latest = info;
    }
    return latest;
  }
}
