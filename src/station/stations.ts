/** All stations of this daemon, one per configured link. What happens to one never touches another. */
import { isDeepStrictEqual } from 'node:util';
import type { HrspCommand } from '../../protocols/hrsp/messages.ts';
import type { Bus } from '../bus.ts';
import type { Clock } from '../clock.ts';
import type { Config, LinkConfig } from '../config.ts';
import { type Link, LinkFailure } from '../link/link.ts';
import { linkName, openLink } from '../link/open-link.ts';
import type { Logger } from '../logger.ts';
import type { CommandAnswer } from './commands.ts';
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

interface Configured {
  readonly config: LinkConfig;
  readonly station: Station | null;
  /** A link that can never work as configured. */
  readonly unusable: StationStatus | null;
}

export class Stations {
  readonly #deps: StationsDeps;
  readonly #identities = new Identities();
  /** By URL. */
  readonly #links = new Map<string, Configured>();
  #limits: Limits;
  #freshness: Config['freshness'];
  #cancelHealth: () => void = () => {};

  constructor(deps: StationsDeps) {
    this.#deps = deps;
    this.#limits = deps.limits;
    this.#freshness = deps.freshness;
  }

  start(): void {
    for (const [key, config] of byKey(this.#deps.links)) this.#configure(key, config);
    for (const station of this.#stations) station.start();
    this.#scheduleHealth(this.#deps.clock.monotonicMs() + HEALTH_MS);
  }

  async stop(): Promise<void> {
    this.#cancelHealth();
    await Promise.all(this.#stations.map((station) => station.stop()));
  }

  /** URLs of links that a firmware task has: they stay as they are through a `reconfigure`. */
  get leased(): ReadonlySet<string> {
    return new Set([...this.#links].filter(([, { station }]) => station?.leased).map(([url]) => url));
  }

  /** Opens new links, closes those that are gone, opens changed ones anew, and touches no other. */
  async reconfigure(
    to: Pick<Config, 'limits' | 'freshness'> & { readonly links: readonly LinkConfig[] },
  ): Promise<void> {
    this.#limits = to.limits;
    this.#freshness = to.freshness;
    for (const station of this.#stations) station.retune(to.limits, to.freshness);
    const wanted = byKey(to.links);
    const { leased } = this;
    const leaving = [...this.#links].filter(
      ([url, { config }]) => !leased.has(url) && !isDeepStrictEqual(wanted.get(url), config),
    );
    // A port must be closed before it can be opened with other settings.
    await Promise.all(leaving.map(([url, one]) => this.#leave(one, wanted.has(url) ? 'changed' : 'removed')));
    for (const [url] of leaving) this.#links.delete(url);
    for (const [url, config] of wanted) if (!this.#links.has(url)) this.#configure(url, config)?.start();
  }

  statuses(): readonly StationStatus[] {
    return [...this.#links.values()].flatMap(({ station, unusable }) => station?.status ?? unusable ?? []);
  }

  get #stations(): Station[] {
    return [...this.#links.values()].flatMap(({ station }) => station ?? []);
  }

  async #leave({ station, unusable }: Configured, why: 'changed' | 'removed'): Promise<void> {
    await station?.stop(why);
    if (unusable && why === 'removed') this.#deps.bus.emit('status', { ...unusable, removed: true });
  }

  #configure(key: string, config: LinkConfig): Station | null {
    const made = this.#linkOf(config);
    const station = 'state' in made ? null : this.#stationOn(made, config);
    this.#links.set(key, { config, station, unusable: 'state' in made ? made : null });
    return station;
  }

  /** `null`: nobody of that serial answers on any link. */
  async ask(serial: string, command: HrspCommand): Promise<CommandAnswer | null> {
    const found = this.#stations.filter((station) => station.status.station === serial);
    const inUse = found.find(({ status }) => status.state === 'live' || status.state === 'quiet') ?? found[0];
    return inUse === undefined ? null : inUse.ask(command);
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

  /** The link, or the status that says why there can be none. */
  #linkOf(config: LinkConfig): Link | StationStatus {
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
      this.#deps.logger.error({ link: name }, reason);
      this.#deps.bus.emit('status', status);
      return status;
    }
  }

  #stationOn(link: Link, config: LinkConfig): Station {
    const { bus, clock, logger, random, onForeign } = this.#deps;
    return new Station({
      link,
      config,
      identities: this.#identities,
      bus,
      clock,
      logger,
      random,
      limits: this.#limits,
      freshness: this.#freshness,
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

/** By URL. One that stands there twice is opened twice, so that the second one is refused aloud and not left out. */
function byKey(links: readonly LinkConfig[]): Map<string, LinkConfig> {
  const keyed = new Map<string, LinkConfig>();
  for (const config of links) {
    let key = config.url;
    while (keyed.has(key)) key += ' again';
    keyed.set(key, config);
  }
  return keyed;
}
