/**
 * The whole product in a time of its own: the daemon's composition root in this process, with its clock, randomness and log
 * given from here; stations by the simulator in a process of its own; bytes over TCP between them; a real broker and a real
 * store. What it lets out is heard over MQTT and HTTP and read from the store's file.
 */
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configSchema } from '../../config.ts';
import { type CuttablePath, openPath } from '../../drill/cuttable-path.ts';
import { type Logger, silentLogger } from '../../logger.ts';
import { type Daemon, ROLES, startDaemon } from '../../main.ts';
import { type EmbeddedBroker, startEmbeddedBroker } from '../../mqtt/embedded-broker.ts';
import type { HttpAnswer, Message } from '../recording.ts';
import type { ScenarioFile } from '../scenario/schema.ts';
import type { Step } from '../scenario/steps.ts';
import { Stillness } from '../time/stillness.ts';
import { VirtualClock } from '../time/virtual-clock.ts';
import { castOf } from './cast.ts';
import { DataFiles } from './files.ts';
import { FlowOfTime } from './flow-of-time.ts';
import { ledgerLines } from './ledger-lines.ts';
import { Observer } from './observer.ts';
import { ordersOf } from './orders.ts';
import { papersOf } from './papers.ts';
import { ask } from './screen.ts';
import { atScreen } from './screen-acts.ts';
import { seeded } from './seeded.ts';
import { ActFailed, newStationNow, noteMessage, noteTold, type Stand, type StationNow } from './stand.ts';
import { type SteppedStations, startSteppedStations, type Told } from './stepped-stations.ts';
import { storeRows } from './store-rows.ts';
import { Wire } from './wire.ts';

export const SITE = 'hil';
export const BRIDGE = 'hil-bridge';
/** A disk takes its time in the real world; a run in a time of its own has none for it. */
const MEMORY = '/dev/shm';
const PATIENCE_MS = 60_000;

export interface StandOptions {
  readonly scenario: ScenarioFile;
  readonly version: string;
  readonly logger?: Logger;
  readonly watch?: (message: Message) => void;
  /** Where the simulator's ledger is to be left; else it goes with everything else. */
  readonly ledger?: string;
}

export async function openSimulatedStand(options: StandOptions): Promise<Stand> {
  const stand = new SimulatedStand(options);
  try {
    await stand.open();
    return stand;
  } catch (error) {
    await stand.abandon();
    throw error;
  }
}

function workFolder(): string {
  try {
    accessSync(MEMORY, constants.W_OK);
    return mkdtempSync(join(MEMORY, 'hai-hil-'));
  } catch {
    return mkdtempSync(join(tmpdir(), 'hai-hil-'));
  }
}

class SimulatedStand implements Stand {
  readonly stations: StationNow[] = [];
  readonly #options: StandOptions;
  readonly #folder = workFolder();
  readonly #files = new DataFiles(join(this.#folder, 'data'));
  readonly #clock: VirtualClock;
  readonly #stillness = new Stillness();
  readonly #agent = new Agent({ keepAlive: true });
  readonly #told: Told[] = [];
  readonly #observer: Observer;
  readonly #byName = new Map<string, StationNow>();
  #names: string[] = [];
  #simulator: SteppedStations | null = null;
  #wires: Wire[] = [];
  #flow: FlowOfTime | null = null;
  #broker: EmbeddedBroker | null = null;
  #path: CuttablePath | null = null;
  #daemon: Daemon | null = null;
  #random: () => number;

  constructor(options: StandOptions) {
    const { setup } = options.scenario;
    this.#options = options;
    this.#clock = new VirtualClock(Date.parse(setup.startsAt));
    this.#random = seeded(setup.seed);
    this.#observer = new Observer(SITE, this.#clock, (message) => {
      noteMessage(message, this.#byName, BRIDGE);
      options.watch?.(message);
    });
  }

  get #ledger(): string {
    return this.#options.ledger ?? join(this.#folder, 'ledger.jsonl');
  }

  nowMs(): number {
    return this.#clock.monotonicMs();
  }

  async open(): Promise<void> {
    const { setup } = this.#options.scenario;
    const cast = join(this.#folder, 'cast.json');
    writeFileSync(cast, JSON.stringify(castOf(setup)));
    const numbers = [
      '--stations',
      String(setup.stations.length),
      '--rate',
      String(setup.rate),
      '--seed',
      String(setup.seed),
    ];
    const same = setup.sameSerial ? ['--same-serial'] : [];
    const files = ['--cast', cast, '--ledger', this.#ledger];
    this.#simulator = await startSteppedStations([...numbers, ...same, ...files]);
    this.#names = this.#simulator.stations.map(({ station }) => station);
    for (const name of this.#names) {
      const now = newStationNow();
      this.stations.push(now);
      this.#byName.set(name, now);
    }
    this.#wires = this.#simulator.stations.map(({ url }) => new Wire(url, () => this.nowMs()));
    if (setup.broker === 'apart') {
      const broker = await startEmbeddedBroker({ port: 0, logger: silentLogger });
      this.#broker = broker;
      this.#path = await openPath(() => connect(broker.port, '127.0.0.1'));
    }
    this.#stillness.start();
    this.#flow = new FlowOfTime({
      clock: this.#clock,
      stillness: this.#stillness,
      stations: this.#simulator,
      wires: this.#wires,
      heard: (told) => {
        this.#told.push(told);
        noteTold(told, this.#byName);
      },
    });
    await this.#startDaemon();
  }

  async #startDaemon(): Promise<void> {
    const { scenario, version, logger = silentLogger } = this.#options;
    const { mqtt, http, links, capture, ...more } = scenario.setup.daemon as Record<string, object>;
    const config = configSchema.parse({
      ...more,
      // The wires keep the bytes.
      capture: { minutes: 0, ...capture },
      site: SITE,
      bridge: BRIDGE,
      data: join(this.#folder, 'data'),
      links: this.#wires.map(({ name: url }, i) => ({ ...(links as object[] | undefined)?.[i], url })),
      mqtt: {
        embeddedPort: 0,
        liveHz: 2,
        ...mqtt,
        ...(this.#path && { url: `mqtt://127.0.0.1:${this.#path.port}` }),
      },
      http: { ...http, listen: '127.0.0.1:0' },
    });
    const random = this.#random;
    this.#daemon = await this.#settled(
      startDaemon(config, {
        ...{ roles: ROLES, version, logger, clock: this.#clock, random },
        openLink: ({ url }) => this.#wires.find(({ name }) => name === url) ?? null,
      }),
    );
    const heardAt = this.#broker?.url ?? this.#daemon.brokerUrl;
    const also = scenario.expect.flatMap((e) => ('mqtt' in e ? [e.mqtt.topic.replace(/^bridge:/, '')] : []));
    if (this.#broker === null || this.#observer.messages.length === 0) await this.#observer.start(heardAt, also);
    await this.#stillness.threads();
  }

  async #stopDaemon(): Promise<void> {
    const daemon = this.#daemon;
    this.#daemon = null;
    if (daemon !== null) await this.#settled(daemon.stop());
    this.#agent.destroy();
    if (this.#broker === null) await this.#observer.stop();
  }

  /** Lets everything happen that the work waits for: threads first, then time, without stations. */
  async #settled<T>(work: Promise<T>): Promise<T> {
    let over = false;
    const ended = work.then(
      () => undefined,
      () => undefined,
    );
    void ended.then(() => {
      over = true;
    });
    await this.#stillness.threads();
    const untilMs = this.nowMs() + PATIENCE_MS;
    while (!over && this.nowMs() < untilMs) {
      await this.#flow?.window(this.nowMs() + 50);
      await this.#stillness.threads();
    }
    if (!over) throw new ActFailed(`nothing came of it within ${PATIENCE_MS / 1000} s of the run`);
    return work;
  }

  async pass(untilMs: number): Promise<void> {
    await this.#flow?.window(untilMs);
  }

  async get(path: string): Promise<HttpAnswer> {
    return this.#request('GET', path);
  }

  async #request(method: 'GET' | 'POST' | 'PUT', path: string, body?: unknown): Promise<HttpAnswer> {
    const base = this.#daemon?.url;
    if (base == null) throw new ActFailed(`${method} ${path}: the daemon is stopped`);
    return this.#settled(ask(base, this.#agent, method, path, body));
  }

  async act(step: Step): Promise<void> {
    const orders = ordersOf(step);
    if (orders !== null) {
      for (const order of orders) await this.#order(order);
      return;
    }
    const station = this.#names[step.on - 1] ?? '';
    if (step.screen !== undefined) {
      const send = (method: 'POST' | 'PUT', path: string, body: unknown) => this.#request(method, path, body);
      const papers = () => {
        const told = this.#told.findLast((one) => one.ev === 'case' && one.s === station);
        if (told === undefined) throw new ActFailed('no patient has come: there are no papers to type in');
        return papersOf(told, this.#clock.utcMs() - (this.nowMs() - told.atMs));
      };
      await atScreen(send, step.screen, station, papers);
    }
    if (step.station !== undefined) {
      const wire = this.#wires[step.on - 1];
      if (step.station === 'unplug') wire?.unplug();
      else wire?.plug();
    }
    if (step.host?.clockStep !== undefined) this.#clock.step(step.host.clockStep * 1000);
    if (step.host?.sleep !== undefined) await this.#flow?.sleep(step.host.sleep * 1000);
    if (step.broker !== undefined) await this.#path?.set(step.broker);
    if (step.file !== undefined) await this.#files.act(step.file, this.#daemon !== null);
    if (step.daemon === 'stop' || step.daemon === 'restart') await this.#stopDaemon();
    if (step.daemon === 'start' || step.daemon === 'restart') await this.#startDaemon();
    if (step.publish !== undefined) {
      const { topic, payload } = step.publish;
      const whole = topic.startsWith('hai/') ? topic : `hai/v1/${SITE}/${station}/${topic}`;
      await this.#observer.publish(whole, typeof payload === 'string' ? payload : JSON.stringify(payload));
    }
    await this.#stillness.loop();
  }

  async #order(order: object): Promise<void> {
    try {
      await this.#simulator?.order(order);
    } catch (error) {
      throw new ActFailed((error as Error).message);
    }
  }

  async finish() {
    const metrics = await this.get('/metrics');
    await this.#files.freeAll();
    const endMs = this.nowMs();
    // How long the daemon takes to stop is no part of what the stations said.
    this.#flow?.stationsGone();
    await this.#simulator?.stop();
    await this.#stopDaemon();
    await this.#observer.stop();
    const rows = storeRows(join(this.#folder, 'data', 'store.db'));
    const said = ledgerLines(this.#ledger);
    await this.abandon();
    return {
      ...{ site: SITE, bridge: BRIDGE, stations: this.#names, endMs, rows, said },
      startUtcMs: Date.parse(this.#options.scenario.setup.startsAt),
      // What is said while it stops is no part of the run.
      messages: this.#observer.messages.filter(({ atMs }) => atMs <= endMs),
      told: this.#told,
      metrics: String(metrics.body),
      bytes: this.#wires.map(({ passed }) => passed),
    };
  }

  async abandon(): Promise<void> {
    await this.#files.freeAll();
    await this.#stopDaemon().catch(() => {});
    await this.#observer.stop().catch(() => {});
    this.#stillness.stop();
    await this.#simulator?.stop().catch(() => {});
    for (const wire of this.#wires) await wire.close();
    await this.#path?.close();
    await this.#broker?.close();
    this.#path = null;
    this.#broker = null;
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 3 });
  }
}
