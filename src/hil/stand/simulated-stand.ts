/** The product in a time of its own; stations by the simulator in a process of its own; bytes over TCP between them. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from '../../logger.ts';
import type { HttpAnswer, Message } from '../recording.ts';
import type { ScenarioFile } from '../scenario/schema.ts';
import type { Step } from '../scenario/steps.ts';
import { Stillness } from '../time/stillness.ts';
import { type Pace, VirtualClock } from '../time/virtual-clock.ts';
import { castOf } from './cast.ts';
import { FlowOfTime } from './flow-of-time.ts';
import { ledgerLines } from './ledger-lines.ts';
import { ordersOf } from './orders.ts';
import { papersOf } from './papers.ts';
import { BRIDGE, Product, SITE } from './product.ts';
import {
  ActFailed,
  newStationNow,
  noteMessage,
  noteTold,
  opened,
  type RecordedByStand,
  type Stand,
  type StationNow,
} from './stand.ts';
import { type SteppedStations, startSteppedStations, type Told } from './stepped-stations.ts';
import { Wire } from './wire.ts';

/** The last patient is gone when nothing was true of them for so long. */
const AFTER_ALL_MS = 3000;

export interface StandOptions {
  readonly scenario: ScenarioFile;
  readonly version: string;
  readonly logger?: Logger;
  readonly watch?: (message: Message) => void;
  /** Where the simulator's ledger is to be left; else it goes with everything else. */
  readonly ledger?: string;
  /** Everything that a run leaves is below it, instead of a folder of its own making. */
  readonly folder?: string;
  readonly pace?: Pace;
  /** Raw bytes are left in this folder. */
  readonly captures?: string | undefined;
}

export async function openSimulatedStand(options: StandOptions): Promise<Stand> {
  return opened(new SimulatedStand(options));
}

const damaged = ({ setup, steps }: ScenarioFile): boolean =>
  setup.stations.some(({ faults }) => Object.keys(faults).length > 0) || steps.some(({ fault }) => fault !== undefined);

class SimulatedStand implements Stand {
  readonly stations: StationNow[] = [];
  readonly #options: StandOptions;
  readonly #clock: VirtualClock;
  readonly #stillness: Stillness;
  readonly #product: Product;
  readonly #told: Told[] = [];
  readonly #byName = new Map<string, StationNow>();
  #names: string[] = [];
  #simulator: SteppedStations | null = null;
  #wires: Wire[] = [];
  #flow: FlowOfTime | null = null;

  constructor(options: StandOptions) {
    const { scenario, version, logger, folder, pace, captures } = options;
    this.#options = options;
    this.#clock = new VirtualClock(Date.parse(scenario.setup.startsAt), pace);
    this.#stillness = new Stillness({ holds: pace === undefined });
    this.#product = new Product({
      ...{ scenario, version, logger, folder, captures, clock: this.#clock },
      settled: (work) => (this.#flow === null ? work : this.#flow.settled(work)),
      heard: (message) => {
        noteMessage(message, this.#byName, BRIDGE);
        options.watch?.(message);
      },
    });
  }

  get #ledger(): string {
    return this.#options.ledger ?? join(this.#product.folder, 'ledger.jsonl');
  }

  nowMs(): number {
    return this.#clock.monotonicMs();
  }

  async open(): Promise<void> {
    const { setup } = this.#options.scenario;
    const cast = join(this.#product.folder, 'cast.json');
    writeFileSync(cast, JSON.stringify(castOf(setup)));
    const numbers = { stations: setup.stations.length, rate: setup.rate, seed: setup.seed };
    this.#simulator = await startSteppedStations([
      ...Object.entries(numbers).flatMap(([name, value]) => [`--${name}`, String(value)]),
      ...(setup.sameSerial ? ['--same-serial'] : []),
      ...['--cast', cast, '--ledger', this.#ledger],
    ]);
    this.#names = this.#simulator.stations.map(({ station }) => station);
    for (const name of this.#names) {
      const now = newStationNow();
      this.stations.push(now);
      this.#byName.set(name, now);
    }
    this.#wires = this.#simulator.stations.map(({ url }) => new Wire(url, () => this.nowMs()));
    await this.#product.open(this.#wires.map((wire) => ({ url: wire.name, link: () => wire })));
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
      ahead: !damaged(this.#options.scenario),
    });
    await this.#product.start();
    await this.#stillness.threads();
  }

  async pass(untilMs: number): Promise<void> {
    await this.#flow?.window(untilMs);
  }

  get page(): string | null {
    return this.#product.page;
  }

  soFar(): RecordedByStand {
    return {
      ...{ site: SITE, bridge: BRIDGE, stations: this.#names, endMs: this.nowMs() },
      startUtcMs: Date.parse(this.#options.scenario.setup.startsAt),
      ...{ messages: this.#product.messages, told: this.#told, truth: true },
      ...{ metrics: '', rows: [], said: [], bytes: this.#wires.map(({ passed }) => passed) },
    };
  }

  over(): boolean {
    return this.#options.scenario.setup.stations.every(({ visits }, index) => {
      const now = this.stations[index];
      if (now === undefined || now.visits < visits) return false;
      return visits === 0 || this.nowMs() - now.truthMs > AFTER_ALL_MS;
    });
  }

  async get(path: string): Promise<HttpAnswer> {
    return this.#product.request('GET', path);
  }

  async ready(): Promise<void> {
    await this.#flow?.catchUp();
  }

  async act(step: Step): Promise<void> {
    await this.ready();
    const orders = ordersOf(step);
    if (orders !== null) {
      for (const order of orders) await this.#order(order);
      return;
    }
    const station = this.#names[step.on - 1] ?? '';
    if (step.station !== undefined) {
      const wire = this.#wires[step.on - 1];
      if (step.station === 'unplug') wire?.unplug();
      else wire?.plug();
    }
    if (step.host?.clockStep !== undefined) this.#clock.step(step.host.clockStep * 1000);
    // Else it would depend on the machine whether a thread still got at the file, or waited for it until it was free.
    if (step.file !== undefined) await this.#stillness.done();
    if (step.host?.sleep !== undefined) await this.#flow?.sleep(step.host.sleep * 1000);
    await this.#product.act(step, station, () => {
      const told = this.#told.findLast((one) => one.ev === 'case' && one.s === station);
      if (told === undefined) throw new ActFailed('no patient has come: there are no papers to type in');
      return papersOf(told, this.#clock.utcMs() - (this.nowMs() - told.atMs));
    });
    if (step.daemon !== undefined) await this.#stillness.threads();
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
    await this.ready();
    const letOut = await this.#product.finish(async () => {
      // How long the daemon takes to stop is no part of what the stations said.
      this.#flow?.stationsGone();
      await this.#simulator?.stop();
    });
    const said = ledgerLines(this.#ledger);
    await this.abandon();
    return { ...this.soFar(), ...letOut, said };
  }

  async abandon(): Promise<void> {
    await this.#product.abandon(async () => {
      this.#stillness.stop();
      await this.#simulator?.stop().catch(() => {});
      for (const wire of this.#wires) await wire.close();
    });
  }
}
