/** The product at a station on a bench, in real time; somebody beside it is asked to do what needs hands. */
import { type Clock, systemClock } from '../../clock.ts';
import { openLink } from '../../link/open-link.ts';
import type { HttpAnswer } from '../recording.ts';
import type { ScenarioFile } from '../scenario/schema.ts';
import type { Step } from '../scenario/steps.ts';
import { benchWords } from './bench-words.ts';
import { StationsByLink } from './by-link.ts';
import { overheard } from './overheard.ts';
import { papersOfBench } from './papers.ts';
import { BRIDGE, Product, SITE } from './product.ts';
import { opened, type RecordedByStand, type Stand } from './stand.ts';
import type { Passed } from './wire.ts';

/** Somebody at the bench. */
export interface Operator {
  /** Resolves when it is done; rejects with `ActFailed` when nobody will do it. */
  asks(what: string): Promise<void>;
}

const LOOK_EVERY_MS = 100;
const ANSWERS_WITHIN_MS = 20_000;

/** Throws a plain `Error` that says why it cannot be. */
export async function openBenchStand(options: {
  readonly scenario: ScenarioFile;
  readonly version: string;
  readonly url: string;
  readonly operator: Operator;
  /** Raw bytes are left in this folder. */
  readonly captures?: string | undefined;
}): Promise<Stand> {
  return opened(new BenchStand(options));
}

class BenchStand implements Stand {
  readonly #options: Parameters<typeof openBenchStand>[0];
  readonly #clock: Clock = fromNow();
  readonly #startUtcMs = Date.now();
  readonly #known: StationsByLink;
  readonly #product: Product;
  #passed: readonly Passed[] = [];

  constructor(options: Parameters<typeof openBenchStand>[0]) {
    const { scenario, version, url, captures } = options;
    this.#options = options;
    this.#known = new StationsByLink([url]);
    this.#product = new Product({
      ...{ scenario, version, captures, clock: this.#clock, heard: this.#known.heard },
      settled: (work) => work,
    });
  }

  get stations() {
    return this.#known.stations;
  }

  nowMs(): number {
    return this.#clock.monotonicMs();
  }

  async open(): Promise<void> {
    const { url } = this.#options;
    await this.#product.open([
      {
        url,
        link: (config) => {
          const { link, passed } = overheard(openLink(config), () => this.nowMs());
          this.#passed = passed;
          return link;
        },
      },
    ]);
    await this.#product.start();
    const untilMs = this.nowMs() + ANSWERS_WITHIN_MS;
    while (this.#known.stations[0]?.status !== 'live') {
      if (this.nowMs() > untilMs) {
        throw new Error(
          `${url}: no station was live within ${ANSWERS_WITHIN_MS / 1000} s: is it on, and is it this port?`,
        );
      }
      await this.pass(untilMs);
    }
  }

  async pass(untilMs: number): Promise<void> {
    const ms = Math.max(0, Math.min(LOOK_EVERY_MS, untilMs - this.nowMs()));
    await new Promise<void>((done) => this.#clock.after(ms, done));
  }

  /** A bench has no end of its own: the steps are all. */
  over(): boolean {
    return true;
  }

  get page(): string | null {
    return this.#product.page;
  }

  soFar(): RecordedByStand {
    return {
      ...{ site: SITE, bridge: BRIDGE, stations: this.#known.names, endMs: this.nowMs(), startUtcMs: this.#startUtcMs },
      ...{ messages: this.#product.messages, metrics: '', rows: [], bytes: [this.#passed] },
      ...{ truth: false, said: [], told: [] },
    };
  }

  async get(path: string): Promise<HttpAnswer> {
    return this.#product.request('GET', path);
  }

  async ready(): Promise<void> {}

  async act(step: Step): Promise<void> {
    const words = benchWords(step);
    if (words !== null) return this.#options.operator.asks(words);
    const { bench } = this.#options.scenario.setup;
    await this.#product.act(step, this.#known.names[step.on - 1] ?? '', () =>
      papersOfBench(bench, this.#clock.utcMs()),
    );
  }

  async finish() {
    const letOut = await this.#product.finish(async () => {});
    await this.abandon();
    return { ...this.soFar(), ...letOut };
  }

  async abandon(): Promise<void> {
    await this.#product.abandon(async () => {});
  }
}

function fromNow(): Clock {
  const fromMs = systemClock.monotonicMs();
  return { ...systemClock, monotonicMs: () => systemClock.monotonicMs() - fromMs };
}
