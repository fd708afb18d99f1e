/**
 * One refill that is open at a station: every input goes to the engine and, as JSON, to the records, in the same order, so
 * that replaying what is on the disk gives the same refill.
 */
import { createHash, type Hash } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { Records } from '../records/port.ts';
import type { NurseAction, RefillInput, RefillState } from '../refill/model.ts';
import { type BeginInput, Refill, replay } from '../refill/refill.ts';
import { SteadyUtc } from './steady-utc.ts';
import { type StationVersions, summaryOf } from './summary.ts';

type Untimed<T> = T extends { readonly atMs: number } ? Omit<T, 'atMs'> : never;
/** An input without its time; `begin` has been. */
export type LaterInput = Untimed<Exclude<RefillInput, { kind: 'begin' }>>;

export interface OpenRefillDeps {
  readonly clock: Clock;
  readonly records: Records;
  /** An input that the disk did not take: the refill goes on, and could not be replayed to the same state. */
  readonly onLost: (error: unknown) => void;
}

export class OpenRefill {
  readonly station: string;
  readonly id: string;
  readonly #engine: Refill;
  readonly #deps: OpenRefillDeps;
  readonly #utc: SteadyUtc;
  readonly #hash: Hash;
  #inputs: number;
  #lastInputMs: number;

  private constructor(engine: Refill, lines: readonly string[], deps: OpenRefillDeps) {
    const { station, refill, atMs } = engine.state;
    this.station = station;
    this.id = refill;
    this.#engine = engine;
    this.#deps = deps;
    this.#utc = new SteadyUtc(deps.clock);
    this.#hash = createHash('sha256');
    for (const line of lines) this.#hash.update(`${line}\n`);
    this.#inputs = lines.length;
    this.#lastInputMs = atMs;
  }

  /** `kept` resolves when it is on the disk. */
  static begin(
    input: BeginInput,
    versions: StationVersions,
    deps: OpenRefillDeps,
  ): { open: OpenRefill; kept: Promise<void> } {
    const line = JSON.stringify(input);
    const engine = Refill.begin(input);
    const summary = summaryOf(engine.state, versions, null);
    const kept = deps.records
      .write({ do: 'refill-begun', summary, line })
      .catch((error: unknown) => deps.onLost(error));
    return { open: new OpenRefill(engine, [line], deps), kept };
  }

  /** Throws when the inputs are none that this version understands. */
  static restore(lines: readonly string[], deps: OpenRefillDeps): OpenRefill {
    return new OpenRefill(replay(lines.map((line) => JSON.parse(line) as RefillInput)), lines, deps);
  }

  get state(): RefillState {
    return this.#engine.state;
  }

  get advisoriesBegun(): number {
    return this.#engine.advisoriesBegun;
  }

  get inputs(): { readonly count: number; readonly sha256: string } {
    return { count: this.#inputs, sha256: this.#hash.copy().digest('hex') };
  }

  refusal(action: NurseAction): string | null {
    return this.#engine.refusal(action);
  }

  /** Resolves when it is on the disk; the state has changed at once. */
  apply(input: LaterInput, monotonicMs: number): Promise<void> {
    this.#lastInputMs = Math.max(this.#lastInputMs, this.#utc.at(monotonicMs));
    const timed = { atMs: this.#lastInputMs, ...input } as RefillInput;
    this.#engine.apply(timed);
    return this.#keep(timed);
  }

  #keep(input: RefillInput): Promise<void> {
    const line = JSON.stringify(input);
    this.#hash.update(`${line}\n`);
    return this.#deps.records
      .write({ do: 'inputs', refill: this.id, first: this.#inputs++, lines: [line] })
      .catch((error: unknown) => this.#deps.onLost(error));
  }
}
