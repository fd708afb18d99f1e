/**
 * Time for everybody at once: the daemon's clock and the simulated stations in step. Stations live through a window first;
 * what they said in it reaches the daemon at the times at which it was said, between the daemon's own timers.
 *
 *   window      |----- stations live, bytes wait in the wires -----|
 *   daemon      timer . bytes . timer ......... bytes ............ |  what it says is heard by the stations at the end
 */
import { performance } from 'node:perf_hooks';
import type { Stillness } from '../time/stillness.ts';
import type { VirtualClock } from '../time/virtual-clock.ts';
import type { SteppedStations, Told } from './stepped-stations.ts';
import type { Wire } from './wire.ts';

/** While daemon and station talk, a question waits no longer than this; else the longer one. */
const TALKING_MS = 100;
const LISTENING_MS = 1000;
const TALK_LASTS_MS = 3000;
/** How long a disk takes: everything that threads were asked within this time is answered at its end. */
const DISK_MS = 2000;

/** Over loopback it takes less than a ms; whoever waits longer waits for something that was lost. */
const ON_THE_WAY_MS = 1000;

export interface FlowParts {
  readonly clock: VirtualClock;
  readonly stillness: Stillness;
  readonly stations: SteppedStations | null;
  readonly wires: readonly Wire[];
  readonly heard: (told: Told) => void;
}

export class FlowOfTime {
  readonly #parts: FlowParts;
  /** The daemon's time when the stations' was 0, and what the computer has slept through since. */
  #offsetMs = 0;
  #diskMs = 0;
  #stationsLive = true;

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
    clock.leap(ms);
    this.#offsetMs += ms;
    await clock.advanceTo(clock.monotonicMs(), () => stillness.threads());
    this.#diskMs = clock.monotonicMs();
  }

  /** Goes on, to `untilMs` at most; returns after one window. */
  async window(untilMs: number): Promise<void> {
    const { clock, stations, stillness } = this.#parts;
    const endMs = Math.min(untilMs, clock.monotonicMs() + this.#windowMs());
    if (stations !== null && this.#stationsLive) await this.#live(stations, endMs);
    await this.#daemonTo(endMs);
    await stillness.loop();
  }

  /** The simulator has ended: time goes on for the daemon alone. */
  stationsGone(): void {
    this.#stationsLive = false;
  }

  #windowMs(): number {
    const nowMs = this.#parts.clock.monotonicMs();
    return this.#parts.wires.some((wire) => nowMs - wire.talkedMs < TALK_LASTS_MS) ? TALKING_MS : LISTENING_MS;
  }

  async #live(stations: SteppedStations, endMs: number): Promise<void> {
    const { stillness, wires, heard } = this.#parts;
    const before = wires.map((wire) => wire.came);
    const given = wires.map((wire) => wire.given);
    const told = await stations.advanceTo(endMs - this.#offsetMs, given);
    await this.#arrived(told, before);
    for (const one of told) {
      const atMs = one.atMs + this.#offsetMs;
      if (one.ev !== 'wrote') {
        heard({ ...one, atMs });
        continue;
      }
      const wire = wires[Number(one.port) - 1];
      if (wire === undefined || wire.waiting === 0) continue;
      await this.#daemonTo(Math.max(atMs, this.#parts.clock.monotonicMs()));
      wire.pass(Number(one.bytes));
      await stillness.moment();
    }
  }

  /** What stations say they wrote is here. */
  async #arrived(told: readonly Told[], before: readonly (number | null)[]): Promise<void> {
    const { wires } = this.#parts;
    const untilMs = performance.now() + ON_THE_WAY_MS;
    for (const [index, wire] of wires.entries()) {
      const had = before[index] ?? null;
      const wrote = told.reduce(
        (sum, one) => sum + (one.ev === 'wrote' && one.port === index + 1 ? Number(one.bytes) : 0),
        0,
      );
      while (had !== null && wire.came !== null && wire.came < had + wrote && performance.now() < untilMs) {
        await new Promise<void>((done) => setTimeout(done, 0));
      }
    }
  }

  async #daemonTo(ms: number): Promise<void> {
    const { clock, stillness } = this.#parts;
    while (this.#diskMs + DISK_MS <= ms) {
      this.#diskMs += DISK_MS;
      await clock.advanceTo(this.#diskMs, () => stillness.moment());
      await stillness.loop();
      await stillness.answers();
    }
    await clock.advanceTo(ms, () => stillness.moment());
  }
}
