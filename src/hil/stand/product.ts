/**
 * The whole product in a run: the daemon's composition root with clock, randomness, log and links given from here, a real
 * broker and a real store; and who is outside of it: a client of the broker, somebody at the page, whoever holds its files.
 */
import { accessSync, constants, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { Agent } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../clock.ts';
import { configSchema, type LinkConfig } from '../../config.ts';
import { type CuttablePath, openPath } from '../../drill/cuttable-path.ts';
import type { Link } from '../../link/link.ts';
import { type Logger, silentLogger } from '../../logger.ts';
import { type Daemon, ROLES, startDaemon } from '../../main.ts';
import { type EmbeddedBroker, startEmbeddedBroker } from '../../mqtt/embedded-broker.ts';
import type { HttpAnswer, Message, StoreRow } from '../recording.ts';
import type { ScenarioFile } from '../scenario/schema.ts';
import type { Step } from '../scenario/steps.ts';
import { DataFiles } from './files.ts';
import { Observer } from './observer.ts';
import type { Papers } from './papers.ts';
import { ask } from './screen.ts';
import { atScreen } from './screen-acts.ts';
import { seeded } from './seeded.ts';
import { ActFailed } from './stand.ts';
import { storeRows } from './store-rows.ts';

export const SITE = 'hil';
export const BRIDGE = 'hil-bridge';
/** A disk takes its time in the real world; a run in a time of its own has none for it. */
const MEMORY = '/dev/shm';

export interface ProductParts {
  readonly scenario: ScenarioFile;
  readonly version: string;
  readonly clock: Clock;
  /** Waits for work of the product in the time in which the run goes on. */
  readonly settled: <T>(work: Promise<T>) => Promise<T>;
  readonly heard: (message: Message) => void;
  readonly logger?: Logger | undefined;
  /** For all its files, instead of one of its own making; goes with everything else. */
  readonly folder?: string | undefined;
  /** The raw bytes of its links are left in this folder, as captures. */
  readonly captures?: string | undefined;
}

/** One link of the product, and what is opened in place of what its URL names. */
export interface ProductLink {
  readonly url: string;
  link(config: LinkConfig): Link;
}

/** What it let out. */
export interface LetOut {
  readonly endMs: number;
  readonly messages: readonly Message[];
  readonly metrics: string;
  readonly rows: readonly StoreRow[];
}

export function workFolder(prefix = 'hai-hil-'): string {
  try {
    accessSync(MEMORY, constants.W_OK);
    return mkdtempSync(join(MEMORY, prefix));
  } catch {
    return mkdtempSync(join(tmpdir(), prefix));
  }
}

export class Product {
  readonly folder: string;
  readonly #parts: ProductParts;
  readonly #data: string;
  readonly #files: DataFiles;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #observer: Observer;
  readonly #random: () => number;
  #links: readonly ProductLink[] = [];
  #broker: EmbeddedBroker | null = null;
  #path: CuttablePath | null = null;
  #daemon: Daemon | null = null;

  constructor(parts: ProductParts) {
    this.#parts = parts;
    this.folder = parts.folder ?? workFolder();
    mkdirSync(this.folder, { recursive: true });
    this.#data = join(this.folder, 'data');
    this.#files = new DataFiles(this.#data);
    this.#random = seeded(parts.scenario.setup.seed);
    this.#observer = new Observer(SITE, parts.clock, parts.heard);
  }

  /** What was heard of it until now. */
  get messages(): readonly Message[] {
    return this.#observer.messages;
  }

  get page(): string | null {
    return this.#daemon?.url ?? null;
  }

  async open(links: readonly ProductLink[]): Promise<void> {
    this.#links = links;
    if (this.#parts.scenario.setup.broker === 'apart') {
      const broker = await startEmbeddedBroker({ port: 0, logger: silentLogger });
      this.#broker = broker;
      this.#path = await openPath(() => connect(broker.port, '127.0.0.1'));
    }
  }

  async start(): Promise<void> {
    const { scenario, version, clock, settled, captures, logger = silentLogger } = this.#parts;
    const { mqtt, http, links, capture, ...more } = scenario.setup.daemon as Record<string, object>;
    const config = configSchema.parse({
      ...more,
      // The run keeps the bytes.
      capture: { minutes: 0, ...(captures !== undefined && { folder: captures }), ...capture },
      site: SITE,
      bridge: BRIDGE,
      data: this.#data,
      links: this.#links.map(({ url }, i) => ({ ...(links as object[] | undefined)?.[i], url })),
      mqtt: {
        embeddedPort: 0,
        liveHz: 1,
        // It counts real seconds, and a run may be stopped for some of them.
        keepaliveS: 300,
        ...mqtt,
        ...(this.#path && { url: `mqtt://127.0.0.1:${this.#path.port}` }),
      },
      http: { ...http, listen: '127.0.0.1:0' },
    });
    const openLink = (link: LinkConfig) => this.#links.find(({ url }) => url === link.url)?.link(link) ?? null;
    this.#daemon = await settled(
      startDaemon(config, { ...{ roles: ROLES, version, logger, clock, random: this.#random }, openLink }),
    );
    const heardAt = this.#broker?.url ?? this.#daemon.brokerUrl;
    const also = scenario.expect.flatMap((e) => ('mqtt' in e ? [e.mqtt.topic.replace(/^bridge:/, '')] : []));
    if (this.#broker === null || this.#observer.messages.length === 0) await this.#observer.start(heardAt, also);
  }

  async stop(): Promise<void> {
    const daemon = this.#daemon;
    this.#daemon = null;
    if (daemon !== null) await this.#parts.settled(daemon.stop());
    this.#agent.destroy();
    if (this.#broker === null) await this.#observer.stop();
  }

  async request(method: 'GET' | 'POST' | 'PUT', path: string, body?: unknown): Promise<HttpAnswer> {
    const base = this.#daemon?.url;
    if (base == null) throw new ActFailed(`${method} ${path}: the daemon is stopped`);
    return this.#parts.settled(ask(base, this.#agent, method, path, body));
  }

  /** Does what is done to the product, and leaves what is done to stations. Throws `ActFailed`. */
  async act(step: Step, station: string, papers: () => Papers): Promise<void> {
    if (step.screen !== undefined) {
      await atScreen((method, path, body) => this.request(method, path, body), step.screen, station, papers);
    }
    if (step.broker !== undefined) await this.#path?.set(step.broker);
    if (step.file !== undefined) await this.#files.act(step.file, this.#daemon !== null);
    if (step.daemon === 'stop' || step.daemon === 'restart') await this.stop();
    if (step.daemon === 'start' || step.daemon === 'restart') await this.start();
    if (step.publish !== undefined) {
      const { topic, payload } = step.publish;
      const whole = topic.startsWith('hai/') ? topic : `hai/v1/${SITE}/${station}/${topic}`;
      const said = typeof payload === 'string' ? payload : JSON.stringify(payload);
      await this.#parts.settled(this.#observer.publish(whole, said));
    }
  }

  /** Asks for the last numbers, ends (`before`: what has to end first) and gives what was let out. */
  async finish(before: () => Promise<void>): Promise<LetOut> {
    const metrics = await this.request('GET', '/metrics');
    await this.#files.freeAll();
    const endMs = this.#parts.clock.monotonicMs();
    await before();
    await this.stop();
    await this.#observer.stop();
    return {
      endMs,
      // What is said while it stops is no part of the run.
      messages: this.#observer.messages.filter(({ atMs }) => atMs <= endMs),
      metrics: String(metrics.body),
      rows: storeRows(join(this.#data, 'store.db')),
    };
  }

  /** Ends everything in a hurry; `before`: as soon as the daemon has stopped. */
  async abandon(before: () => Promise<void>): Promise<void> {
    await this.#files.freeAll();
    await this.stop().catch(() => {});
    await this.#observer.stop().catch(() => {});
    await before();
    await this.#path?.close();
    await this.#broker?.close();
    this.#path = null;
    this.#broker = null;
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }
}
