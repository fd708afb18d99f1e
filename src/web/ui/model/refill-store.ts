/** The open refills and the alarm board as the server last said them. Fed by the event stream alone. */
import { type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { AlarmBoard } from '../../../alarms/board.ts';
import type { RefillState } from '../../../refill/model.ts';
import type { NoRefill } from '../../api-types.ts';

export interface Arrived<T> {
  readonly state: T;
  /** The page's monotonic clock when the event arrived. */
  readonly arrivedMs: number;
  /** How late the stream was delivering at that moment, ms. */
  readonly lagMs: number;
}

export type Refills = ReadonlyMap<string, Arrived<RefillState>>;

export class RefillStore {
  readonly #open: Signal<Refills> = signal(new Map());
  readonly #ended: Signal<Refills> = signal(new Map());
  readonly #known = signal(false);
  readonly #board: Signal<Arrived<AlarmBoard> | null> = signal(null);
  /** Stations whose refill was said since the connection opened. */
  readonly #saidAgain = new Set<string>();

  /** By station. */
  get open(): ReadonlySignal<Refills> {
    return this.#open;
  }
  /** Refills that ended while this page looked on, by station, until the next one begins or they are put away. */
  get ended(): ReadonlySignal<Refills> {
    return this.#ended;
  }
  /** `false` while a station without a refill may only not have been told of yet. */
  get known(): ReadonlySignal<boolean> {
    return this.#known;
  }
  get board(): ReadonlySignal<Arrived<AlarmBoard> | null> {
    return this.#board;
  }

  /** A new connection: every open refill is said again, and then the board. */
  opened(): void {
    this.#known.value = false;
    this.#saidAgain.clear();
  }

  refill(said: RefillState | NoRefill, arrivedMs: number, lagMs: number): void {
    this.#saidAgain.add(said.station);
    if (said.refill === null) {
      if (this.#open.peek().has(said.station)) this.#keep(this.#open, said.station, null);
      return;
    }
    const arrived = { state: said, arrivedMs, lagMs };
    const goesOn = said.outcome === 'in-progress';
    this.#keep(this.#open, said.station, goesOn ? arrived : null);
    this.#keep(this.#ended, said.station, goesOn ? null : arrived);
  }

  /** Behind the refills after a connect: one not said again by then has ended meanwhile. */
  alarms(board: AlarmBoard, arrivedMs: number, lagMs: number): void {
    this.#board.value = { state: board, arrivedMs, lagMs };
    if (this.#known.peek()) return;
    this.#open.value = new Map([...this.#open.peek()].filter(([station]) => this.#saidAgain.has(station)));
    this.#known.value = true;
  }

  putAway(station: string): void {
    this.#keep(this.#ended, station, null);
  }

  #keep(into: Signal<Refills>, station: string, refill: Arrived<RefillState> | null): void {
    const next = new Map(into.peek());
    if (refill) next.set(station, refill);
    else if (!next.delete(station)) return;
    into.value = next;
  }
}
