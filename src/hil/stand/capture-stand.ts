/** The product in a time of its own, reading a capture: what happened at the stations is in the bytes. */
import type { Link } from '../../link/link.ts';
import { NoCapture } from '../../tape/read.ts';
import { replayLinks } from '../../tape/replay.ts';
import type { ReplayLink } from '../../tape/replay-link.ts';
import type { HttpAnswer } from '../recording.ts';
import type { ScenarioFile } from '../scenario/schema.ts';
import type { Step } from '../scenario/steps.ts';
import { Stillness } from '../time/stillness.ts';
import { VirtualClock } from '../time/virtual-clock.ts';
import { StationsByLink } from './by-link.ts';
import { FlowOfTime } from './flow-of-time.ts';
import { ordersOf } from './orders.ts';
import { overheard } from './overheard.ts';
import { papersOfBench } from './papers.ts';
import { BRIDGE, Product, SITE } from './product.ts';
import { opened, type RecordedByStand, type Stand } from './stand.ts';

/** A recording that stands still waits for a question: time has to pass for it to come. */
const LEAST_MS = 1;

/** Throws `NoCapture`. */
export async function openCaptureStand(options: {
  readonly scenario: ScenarioFile;
  readonly version: string;
  readonly file: string;
}): Promise<Stand> {
  const { scenario, version, file } = options;
  const clock = new VirtualClock(Date.parse(scenario.setup.startsAt));
  const replays = replayLinks(file, { clock });
  if (replays.length < scenario.setup.stations.length) {
    throw new NoCapture(
      `${file}: holds ${replays.length} stations; the scenario has ${scenario.setup.stations.length}`,
    );
  }
  return opened(new CaptureStand(scenario, version, clock, replays));
}

/** That a recording ends is nothing that happened at the station. */
function endless(replay: ReplayLink): Link {
  return {
    name: replay.name,
    open: ({ bytes, closed }) =>
      replay.open({
        bytes,
        closed: (failure) => {
          if (!replay.progress.over) closed(failure);
        },
      }),
    write: (bytes) => replay.write(bytes),
    close: () => replay.close(),
  };
}

class CaptureStand implements Stand {
  readonly #scenario: ScenarioFile;
  readonly #clock: VirtualClock;
  readonly #replays: readonly ReplayLink[];
  readonly #heard: readonly ReturnType<typeof overheard>[];
  readonly #known: StationsByLink;
  readonly #stillness = new Stillness({ holds: true });
  readonly #flow: FlowOfTime;
  readonly #product: Product;

  constructor(scenario: ScenarioFile, version: string, clock: VirtualClock, replays: readonly ReplayLink[]) {
    this.#scenario = scenario;
    this.#clock = clock;
    this.#replays = replays;
    this.#heard = replays.map((link) => overheard(endless(link), () => clock.monotonicMs()));
    this.#known = new StationsByLink(replays.map(({ name }) => name));
    this.#flow = new FlowOfTime({
      clock,
      stillness: this.#stillness,
      stations: null,
      wires: [],
      heard: () => {},
      ahead: false,
    });
    this.#product = new Product({
      ...{ scenario, version, clock, heard: this.#known.heard },
      settled: (work) => this.#flow.settled(work),
    });
  }

  get stations() {
    return this.#known.stations;
  }

  nowMs(): number {
    return this.#clock.monotonicMs();
  }

  async open(): Promise<void> {
    await this.#product.open(this.#heard.map(({ link }) => ({ url: link.name, link: () => link })));
    this.#stillness.start();
    await this.#product.start();
    await this.#stillness.threads();
  }

  /** Recorded ms that are still to come on the link with most. */
  get #leftMs(): number {
    return this.#replays.reduce((most, { progress: { playedMs, totalMs, skippedMs } }) => {
      return Math.max(most, totalMs - playedMs - skippedMs);
    }, 0);
  }

  async pass(untilMs: number): Promise<void> {
    await this.#flow.window(Math.min(untilMs, this.nowMs() + Math.max(LEAST_MS, this.#leftMs)));
  }

  over(): boolean {
    return this.#leftMs <= 0;
  }

  get page(): string | null {
    return this.#product.page;
  }

  soFar(): RecordedByStand {
    return {
      ...{
        site: SITE,
        bridge: BRIDGE,
        stations: this.#known.names,
        endMs: this.nowMs(),
        startUtcMs: Date.parse(this.#scenario.setup.startsAt),
      },
      ...{ messages: this.#product.messages, metrics: '', rows: [], bytes: this.#heard.map(({ passed }) => passed) },
      ...{ truth: false, said: [], told: [] },
    };
  }

  async get(path: string): Promise<HttpAnswer> {
    return this.#product.request('GET', path);
  }

  async ready(): Promise<void> {
    await this.#flow.catchUp();
  }

  async act(step: Step): Promise<void> {
    if (ordersOf(step) !== null || step.station !== undefined) return;
    if (step.host?.clockStep !== undefined) this.#clock.step(step.host.clockStep * 1000);
    if (step.host?.sleep !== undefined) await this.#flow.sleep(step.host.sleep * 1000);
    if (step.file !== undefined) await this.#stillness.done();
    const { bench } = this.#scenario.setup;
    await this.#product.act(step, this.#known.names[step.on - 1] ?? '', () =>
      papersOfBench(bench, this.#clock.utcMs()),
    );
    if (step.daemon !== undefined) await this.#stillness.threads();
    await this.#stillness.loop();
  }

  async finish() {
    const letOut = await this.#product.finish(async () => {});
    await this.abandon();
    return { ...this.soFar(), ...letOut };
  }

  async abandon(): Promise<void> {
    await this.#product.abandon(async () => this.#stillness.stop());
  }
}
