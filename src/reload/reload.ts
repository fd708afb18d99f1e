/** Applies a new configuration to the running daemon: what differs, one line each, and never the journal. */
import { createHash } from 'node:crypto';
import type { Config } from '../config.ts';
import type { Logger } from '../logger.ts';
import { readCredentials } from '../mqtt/credentials.ts';
import type { RenewableConnection } from '../mqtt/port.ts';
import type { Stations } from '../station/stations.ts';
import { type ConfigChange, type Difference, differenceOf } from './difference.ts';

export interface ReloadParts {
  readonly config: Config;
  readonly logger: Logger;
  readonly stations: Stations;
  readonly connection: RenewableConnection;
  /** Where the broker really is: that of the embedded one is known only after its start. */
  readonly brokerUrl: string;
  /** This process reads links itself. */
  readonly bridge: boolean;
  readonly live: ((tuning: { liveHz: number; expiryMs: number }) => void) | null;
  readonly page: ((config: Config) => void) | null;
  readonly logLevel: ((level: Config['log']['level']) => void) | null;
}

export class Reload {
  readonly #parts: ReloadParts;
  #config: Config;
  #credentials = '';
  #turn: Promise<unknown> = Promise.resolve();

  constructor(parts: ReloadParts) {
    this.#parts = parts;
    this.#config = parts.config;
  }

  /** Remembers what is in the files that the configuration names. */
  start(): void {
    this.#credentials = digestOf(this.#config);
  }

  /** What holds now. */
  get config(): Config {
    return this.#config;
  }

  /**
   * `next` has been read and checked as at a start. Resolves with what differs, when it is applied; one at a time. Throws
   * `UnusableMqttConfig` before anything has changed.
   */
  apply(next: Config): Promise<readonly ConfigChange[]> {
    const turn = this.#turn.then(() => this.#apply(next));
    this.#turn = turn.catch(() => {});
    return turn;
  }

  async #apply(next: Config): Promise<readonly ConfigChange[]> {
    const { logger, stations } = this.#parts;
    const difference = differenceOf(this.#config, next, stations.leased);
    const credentials = digestOf(difference.config);
    // The files may hold something else under the same names.
    const others = credentials !== this.#credentials && !difference.touched.has('broker');
    const changes = others ? [...difference.changes, NEW_CONTENT] : difference.changes;
    this.#config = difference.config;
    this.#credentials = credentials;
    for (const change of changes) say(logger, change);
    await this.#carryOut(difference, others || difference.touched.has('broker'));
    return changes;
  }

  async #carryOut({ config, touched }: Difference, renew: boolean): Promise<void> {
    const { stations, connection, brokerUrl, bridge, live, page, logLevel, logger } = this.#parts;
    if (touched.has('log')) logLevel?.(config.log.level);
    if (touched.has('live') || touched.has('freshness')) {
      live?.({ liveHz: config.mqtt.liveHz, expiryMs: config.freshness.expiryMs });
    }
    if (touched.has('freshness')) page?.(config);
    const done = [];
    if (bridge && (touched.has('links') || touched.has('limits') || touched.has('freshness'))) {
      done.push(stations.reconfigure(config));
    }
    if (renew) {
      const url = config.mqtt.url === 'embedded' ? brokerUrl : config.mqtt.url;
      done.push(connection.renew({ ...config.mqtt, url }));
    }
    for (const { status, ...outcome } of await Promise.allSettled(done)) {
      if (status === 'rejected' && 'reason' in outcome) {
        logger.error({ problem: String(outcome.reason) }, 'reload: a part did not take the new configuration');
      }
    }
  }
}

const NEW_CONTENT: ConfigChange = {
  key: 'mqtt: content of the password or certificate files',
  was: '(hidden)',
  is: '(hidden)',
  effect: 'applied',
  why: null,
};

function say(logger: Logger, { key, was, is, effect, why }: ConfigChange): void {
  if (effect === 'applied') logger.info({ key, was, is }, `reload: ${key}: ${was} -> ${is}`);
  else logger.warn({ key, was, is }, `reload: ${key}: ${was} stays, ${is} does not apply: ${why}`);
}

/** Throws `UnusableMqttConfig`. */
function digestOf({ mqtt }: Config): string {
  const { username, password, ca, cert, key } = readCredentials(mqtt);
  const hash = createHash('sha256');
  for (const part of [username, password, ca, cert, key]) hash.update(`${part?.length ?? -1}:`).update(part ?? '');
  return hash.digest('hex');
}
