/**
 * Time for everybody at once: the daemon's clock and the simulated stations in step. Stations live through a window first;
 * what they said in it reaches the daemon at the times at which it was said, between the daemon's own timers.
 *
 *   window      |----- stations live, bytes wait in the wires -----|
 *   daemon      timer . bytes . timer ......... bytes ............ |  what it says is heard by the stations at the end
 *
 * While nobody talks to them, stations live through the next window already while the daemon hears this one: two processors
 * work. What the daemon says meanwhile is held in the wires until they are at rest again.
 */
import type { Stillness } from '../time/stillness.ts';
import type { VirtualClock } from '../time/virtual-clock.ts';
import { ActFailed } from './stand.ts';
import type { SteppedStations, Told } from './stepped-stations.ts';
import type { Wire } from './wire.ts';

/** While daemon and station talk, a question waits no longer than this; else the longer one. */
const TALKING_MS = 100;
const LISTENING_MS = 2000;
const TALK_LASTS_MS = 3000;
/**
 * How long a disk takes: everything that threads were asked within this time is answered at its end. Longer when nothing was
 * done for a while, as then nobody waits for what comes of it, and most of a run passes so; below the 3 s after which the
 * daemon calls its store unreachable.
 */
const DISK_MS = 2000;
const DISK_LATER_MS = 2900;
const LATER_MS = 30_000;

/** Whoever waits for an answer looks so often whether it is there, and not longer than that. */
const WAITING_MS = 50;
const PATIENCE_MS = 60_000;

/** Over loopback it takes less than a ms; whoever waits longer waits for something that was lost. */
const ON_THE_WAY_MS = 1000;

export interface FlowParts {
  readonly clock: VirtualClock;
  readonly stillness: Stillness;
  readonly stations: SteppedStations | null;
  readonly wires: readonly Wire[];
  readonly heard: (told: Told) => void;
  /** Whether stations may live a window ahead: not where lines get damaged, as the daemon then opens ports anew. */
  readonly ahead: boolean;
}

/** What stations did in a window, and how much of what the daemon had said they had heard before. */
interface Lived {
  readonly endMs: number;
  readonly told: readonly Told[];
  readonly given: readonly (number | null)[];
}

export class FlowOfTime {
  readonly #parts: FlowParts;
  /** The daemon's time when the stations' was 0, and what the computer has slept through since. */
  #offsetMs = 0;
  #diskMs = 0;
  /** When something was done last. */
  #actedMs = 0;
  #stationsLive = true;
  /** The window after the one that the daemon has reached, through which the stations are living. */
  #ahead: Promise<Lived> | null = null;
  /** Bytes that left on each port since it was opened. */
  readonly #wrote: number[] = [];

  constructor(parts: FlowParts) {
    this.#parts = parts;
  }

  /** What the stations call now, ms since their start. */
  get stationMs(): number {
    return this.#parts.clock.monotonicMs() - this.#offsetMs;
  }

  /** The computer sleeps: its clocks go on, nobody lives through the time. */
  async sleep(ms: number): Promise<void> {
    const { clock, stillness } = this.#parts;
    // A system writes out what it has before it sleeps.
    await stillness.threads();
    clock.leap(ms);
    this.#offsetMs += ms;
    await clock.advanceTo(clock.monotonicMs(), () => stillness.threads());
    this.#diskMs = clock.monotonicMs();
  }

  /** Goes on, to `untilMs` at most, or as far as the stations have lived; returns after one window. */
  async window(untilMs: number): Promise<void> {
    const { clock, stillness } = this.#parts;
    const lived = await this.#lived(Math.min(untilMs, clock.monotonicMs() + this.#windowMs()));
    const nextMs = lived.endMs + LISTENING_MS;
    if (nextMs <= untilMs && this.#allListen) this.#runAhead(nextMs);
    await this.#hand(lived.told);
    await this.#daemonTo(lived.endMs);
    await stillness.loop();
  }

  /** Everybody comes to the same moment, so that something can be done to all of them. */
  async catchUp(): Promise<void> {
    while (this.#ahead !== null) await this.window(this.#parts.clock.monotonicMs());
    this.#actedMs = this.#parts.clock.monotonicMs();
  }

  /** Lets everything happen that the work waits for: threads first, then time. */
  async settled<T>(work: Promise<T>): Promise<T> {
    const { clock, stillness } = this.#parts;
    let over = false;
    void work
      .then(
        () => undefined,
        () => undefined,
      )
      .then(() => {
        over = true;
      });
    await stillness.threads();
    const untilMs = clock.monotonicMs() + PATIENCE_MS;
    while (!over && clock.monotonicMs() < untilMs) {
      await this.window(clock.monotonicMs() + WAITING_MS);
      await stillness.threads();
    }
    if (!over) throw new ActFailed(`nothing came of it within ${PATIENCE_MS / 1000} s of the run`);
    return work;
  }

  /** The simulator has ended: time goes on for the daemon alone. */
  stationsGone(): void {
    this.#stationsLive = false;
  }

  #windowMs(): number {
    const nowMs = this.#parts.clock.monotonicMs();
    return this.#parts.wires.some((wire) => nowMs - wire.talkedMs < TALK_LASTS_MS) ? TALKING_MS : LISTENING_MS;
  }

  /** Every port is open, and nobody talks to a station. */
  get #allListen(): boolean {
    const { ahead, wires } = this.#parts;
    return ahead && this.#windowMs() === LISTENING_MS && wires.every(({ came }) => came !== null);
  }

  /** What the stations did until then, or until where they have come already. They are at rest when it resolves. */
  async #lived(endMs: number): Promise<Lived> {
    const ahead = this.#ahead;
    this.#ahead = null;
    const lived = await (ahead ?? this.#live(endMs));
    await this.#arrived(lived);
    for (const wire of this.#parts.wires) wire.release();
    return lived;
  }

  #runAhead(endMs: number): void {
    for (const wire of this.#parts.wires) wire.hold();
    this.#ahead = this.#live(endMs);
    // Whoever awaits it hears of it.
    this.#ahead.catch(() => {});
  }

  async #live(endMs: number): Promise<Lived> {
    const { stations, wires } = this.#parts;
    if (stations === null || !this.#stationsLive) return { endMs, told: [], given: wires.map(() => null) };
    const given = wires.map((wire) => wire.given);
    return { endMs, told: await stations.advanceTo(endMs - this.#offsetMs, given), given };
  }

  /** Gives the daemon what was said to it, each at its time. */
  async #hand(told: readonly Told[]): Promise<void> {
    const { wires, heard } = this.#parts;
    for (const one of told) {
      const atMs = one.atMs + this.#offsetMs;
      if (one.ev === 'opened') continue;
      if (one.ev !== 'wrote') {
        heard({ ...one, atMs });
        continue;
      }
      const wire = wires[Number(one.port) - 1];
      if (wire === undefined || wire.waiting === 0) continue;
      await this.#daemonTo(Math.max(atMs, this.#parts.clock.monotonicMs()));
      wire.pass(Number(one.bytes));
      await this.#moment();
    }
  }

  /** What stations say they wrote is here. They answer what they hear at once, also before they are told to go on. */
  async #arrived({ told, given }: Lived): Promise<void> {
    for (const { ev, port, bytes } of told) {
      const index = Number(port) - 1;
      if (ev === 'opened') this.#wrote[index] = 0;
      else if (ev === 'wrote') this.#wrote[index] = (this.#wrote[index] ?? 0) + Number(bytes);
    }
    for (const [index, wire] of this.#parts.wires.entries()) {
      if (given[index] !== null) await wire.cameTo(this.#wrote[index] ?? 0, ON_THE_WAY_MS);
    }
  }

  /** A port is opened at once, by the daemon's clock. */
  readonly #moment = async (): Promise<void> => {
    const { stillness, wires } = this.#parts;
    await stillness.moment();
    for (const { opening } of wires) {
      if (opening === null) continue;
      await opening;
      await stillness.moment();
    }
  };

  get #nextDiskMs(): number {
    const soon = this.#diskMs - this.#actedMs < LATER_MS;
    return this.#diskMs + (soon ? DISK_MS : DISK_LATER_MS);
  }

  async #daemonTo(ms: number): Promise<void> {
    const { clock, stillness } = this.#parts;
    for (let next = this.#nextDiskMs; next <= ms; next = this.#nextDiskMs) {
      this.#diskMs = next;
      await clock.advanceTo(this.#diskMs, this.#moment);
      await stillness.answers();
    }
    await clock.advanceTo(ms, this.#moment);
  }
}
