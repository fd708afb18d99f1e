/** All stations of this daemon, one per configured link. What happens to one never touches another. */
import type { Bus } from '../bus.ts';
import type { Clock } from '../clock.ts';
import type { Config, LinkConfig } from '../config.ts';
import { type Link, LinkFailure } from '../link/link.ts';
import { linkName, openLink } from '../link/open-link.ts';
import type { Logger } from '../logger.ts';
import { Identities } from './identities.ts';
import { type LeaseHandlers, LeaseRefused, type LinkLease } from './lease.ts';
import type { Limits } from './limits.ts';
import type { StationStatus } from './model.ts';
import { Station } from './station.ts';

export interface StationsDeps {
  readonly links: readonly LinkConfig[];
  readonly bus: Bus;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly random: () => number;
  readonly limits: Limits;
  readonly freshness: Config['freshness'];
  /** Default: by URL. A tap or a test stands in here. */
  readonly openLink?: (config: LinkConfig) => Link;
  /** Gets the lines of other protocols on a station's wire. */
  readonly onForeign?: (link: string, bytes: Uint8Array) => void;
}

const HEALTH_MS = 1000;

export class Stations {
  readonly #deps: StationsDeps;
  readonly #stations: Station[] = [];
  /** Links that can never work as configured. */
  readonly #unusable: StationStatus[] = [];
  #cancelHealth: () => void = () => {};

  constructor(deps: StationsDeps) {
    this.#deps = deps;
  }

  start(): void {
    const identities = new Identities();
    for (const config of this.#deps.links) {
      const link = this.#linkOf(config);
      if (link !== null) this.#stations.push(this.#stationOn(link, config, identities));
    }
    for (const station of this.#stations) station.start();
    this.#scheduleHealth(this.#deps.clock.monotonicMs() + HEALTH_MS);
  }

  async stop(): Promise<void> {
    this.#cancelHealth();
    await Promise.all(this.#stations.map((station) => station.stop()));
  }

  statuses(): readonly StationStatus[] {
    return [...this.#stations.map((station) => station.status), ...this.#unusable];
  }

  /**
   * Exclusive use of the wire of a station, by its serial, or of a link on which nobody is identified, by its name.
   * Throws `LeaseRefused`.
   */
  lease(name: string, handlers: LeaseHandlers): LinkLease {
    const holds = (station: Station) => station.status.station === name || station.linkName === name;
    const inUse = (station: Station) => station.status.state === 'live' || station.status.state === 'quiet';
    const found = this.#stations.find((s) => holds(s) && inUse(s)) ?? this.#stations.find(holds);
    if (found === undefined) {
      throw new LeaseRefused('unknown', `no station ${name.slice(0, 64)} answers on any link of this bridge`);
    }
    return found.lease(handlers);
  }

  #linkOf(config: LinkConfig): Link | null {
    try {
      return (this.#deps.openLink ?? openLink)(config);
    } catch (error) {
      const name = linkName(config.url);
      const reason = error instanceof LinkFailure ? error.message : `link ${name} cannot be used: ${String(error)}`;
      const status: StationStatus = {
        station: null,
        link: name,
        state: 'refused',
        reason: reason.slice(0, 500),
        sinceUtcMs: this.#deps.clock.utcMs(),
      };
      this.#unusable.push(status);
      this.#deps.logger.error({ link: name }, reason);
      this.#deps.bus.emit('status', status);
      return null;
    }
  }

  #stationOn(link: Link, config: LinkConfig, identities: Identities): Station {
    const { bus, clock, logger, random, limits, freshness, onForeign } = this.#deps;
    return new Station({
      link,
      config,
      identities,
      bus,
      clock,
      logger,
      random,
      limits,
      freshness,
      onForeign: onForeign ?? (() => {}),
      onIdentified: (serial, by) => {
        for (const station of this.#stations) if (station !== by) station.forget(serial);
      },
    });
  }

  #scheduleHealth(dueMs: number): void {
    const { clock } = this.#deps;
    this.#cancelHealth = clock.after(Math.max(1, dueMs - clock.monotonicMs()), () => {
      for (const station of this.#stations) station.reportHealth();
      this.#scheduleHealth(Math.max(dueMs, clock.monotonicMs() - HEALTH_MS) + HEALTH_MS);
    });
  }
}
