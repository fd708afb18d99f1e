/** What the page knows: the bridge, its stations, and the newest reading of each. Fed by the event stream alone. */
import { type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type {
  FirmwareNews,
  Hello,
  LatestReading,
  RefillElsewhere,
  StationView,
  StreamEvents,
} from '../../api-types.ts';
import type { StreamState } from './event-stream.ts';
import { type ArrivedReading, type Freshness, freshnessOf } from './freshness.ts';
import { RefillStore } from './refill-store.ts';
import { StreamLag } from './stream-lag.ts';

export type Stations = ReadonlyMap<string, StationView>;
export type ReadingListener = (reading: LatestReading) => void;

/** Until the first hello has said the site's own expiry. */
const DEFAULT_EXPIRY_MS = 2000;

export class FleetStore {
  readonly refills = new RefillStore();
  readonly #hello: Signal<Hello | null> = signal(null);
  readonly #stations: Signal<Stations> = signal(new Map());
  readonly #connection: Signal<StreamState> = signal('connecting');
  readonly #generation = signal(0);
  readonly #nowMs = signal(0);
  readonly #fleetKnown = signal(false);
  readonly #elsewhere: Signal<readonly RefillElsewhere[]> = signal([]);
  readonly #firmware: Signal<FirmwareNews | null> = signal(null);
  /** Not reactive on purpose: numbers are redrawn on the tick, not 20 times a second per station of a whole fleet. */
  readonly #latest = new Map<string, ArrivedReading>();
  readonly #listeners = new Map<string, Set<ReadingListener>>();
  readonly #lag = new StreamLag();
  /** Health figures of 200 stations change all the time; what is not a change of state waits for the tick. */
  #pending: Map<string, StationView> | null = null;
  #lagMs = 0;
  #freshConnection = true;

  get hello(): ReadonlySignal<Hello | null> {
    return this.#hello;
  }
  get stations(): ReadonlySignal<Stations> {
    return this.#stations;
  }
  get connection(): ReadonlySignal<StreamState> {
    return this.#connection;
  }
  /** Goes up with every new connection: readings may have been missed, so charts load their history again. */
  get generation(): ReadonlySignal<number> {
    return this.#generation;
  }
  /** Monotonic ms of the last tick. Whoever shows an age or a number reads this, and so is redrawn on every tick. */
  get nowMs(): ReadonlySignal<number> {
    return this.#nowMs;
  }
  /** `true` once the server has said which stations there are: before, an empty list means "not known yet". */
  get fleetKnown(): ReadonlySignal<boolean> {
    return this.#fleetKnown;
  }
  /** Refills at bridges that this dashboard only hears of. */
  get elsewhere(): ReadonlySignal<readonly RefillElsewhere[]> {
    return this.#elsewhere;
  }
  /** No station is read here: alarms and refills are to look at only. */
  get readOnly(): boolean {
    return this.#hello.value?.bedside === 'elsewhere';
  }
  /** `null` until something is said of it, and on a bridge without stations for good. */
  get firmware(): ReadonlySignal<FirmwareNews | null> {
    return this.#firmware;
  }
  get lagMs(): number {
    return this.#lagMs;
  }

  tick(nowMs: number): void {
    this.#showPending();
    this.#nowMs.value = nowMs;
  }

  opened(): void {
    this.#freshConnection = true;
    this.#lag.reset();
    this.refills.opened();
    this.#lagMs = 0;
  }

  setConnection(state: StreamState): void {
    this.#connection.value = state;
  }

  event<K extends keyof StreamEvents>(name: K, payload: StreamEvents[K], arrivedMs: number): void {
    const handlers: { [N in keyof StreamEvents]: (payload: StreamEvents[N], arrivedMs: number) => void } = {
      hello: (p, at) => this.#onHello(p, at),
      fleet: (p, at) => this.#onFleet(p, at),
      station: (p, at) => this.#onStation(p, at),
      readings: (p, at) => this.#onReadings(p, at),
      refill: (p, at) => this.refills.refill(p, at, this.#lagMs),
      alarms: (p, at) => this.refills.alarms(p, at, this.#lagMs),
      elsewhere: (p) => {
        this.#elsewhere.value = p;
      },
      firmware: (p) => {
        this.#firmware.value = p;
      },
      beat: (p, at) => this.#noteLag(at, p.serverUtcMs),
    };
    handlers[name](payload, arrivedMs);
  }

  freshness(station: StationView): Freshness {
    const live = this.#connection.value === 'live';
    const expiryMs = this.#hello.value?.expiryMs ?? DEFAULT_EXPIRY_MS;
    return freshnessOf(this.#latest.get(station.key), station.state, live, this.#nowMs.value, expiryMs);
  }

  /** The newest reading if it is fresh, else `null`. The only way for a screen to get at numbers. */
  freshReading(station: StationView): LatestReading | null {
    if (this.freshness(station).kind !== 'fresh') return null;
    return this.#latest.get(station.key)?.reading ?? null;
  }

  /** The server's UTC now, for the right edge of charts. */
  serverUtcMs(nowMs: number): number | null {
    return this.#lag.serverUtcMs(nowMs);
  }

  /** Every reading of one station as it arrives; its numbers are then redrawn at once. Returns the function that ends it. */
  onReading(key: string, listener: ReadingListener): () => void {
    const listeners = this.#listeners.get(key) ?? new Set();
    this.#listeners.set(key, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  #onHello(hello: Hello, arrivedMs: number): void {
    const previous = this.#hello.peek();
    this.#noteLag(arrivedMs, hello.serverUtcMs);
    this.#hello.value = hello;
    if (previous && previous.runId !== hello.runId) {
      this.#latest.clear();
      this.#pending = null;
      this.#stations.value = new Map();
      this.#fleetKnown.value = false;
    }
    if (this.#freshConnection) {
      this.#freshConnection = false;
      this.#generation.value++;
    }
  }

  #onFleet(fleet: readonly StationView[], arrivedMs: number): void {
    this.#latest.clear();
    this.#pending = null;
    this.#stations.value = new Map(fleet.map((station) => [station.key, station]));
    this.#fleetKnown.value = true;
    for (const station of fleet) this.#keep(station.key, station.latest, arrivedMs);
  }

  #onStation(station: StationView, arrivedMs: number): void {
    const stations = this.#pending ?? new Map(this.#stations.peek());
    const before = stations.get(station.key);
    // A link that nobody had answered on has a row of its own until its station says who it is.
    if (station.station !== null && station.key !== station.link) stations.delete(station.link);
    stations.set(station.key, station);
    this.#pending = stations;
    this.#keep(station.key, station.latest, arrivedMs);
    if (before?.state !== station.state || before.reason !== station.reason) this.#showPending();
  }

  #onReadings(readings: StreamEvents['readings'], arrivedMs: number): void {
    const known = this.#stations.peek();
    let lookedAt = false;
    for (const key in readings) {
      const reading = readings[key];
      if (!reading || !known.has(key)) continue;
      this.#keep(key, reading, arrivedMs);
      const listeners = this.#listeners.get(key);
      for (const listener of listeners ?? []) listener(reading);
      lookedAt ||= (listeners?.size ?? 0) > 0;
    }
    if (lookedAt) this.tick(arrivedMs);
  }

  #showPending(): void {
    if (!this.#pending) return;
    this.#stations.value = this.#pending;
    this.#pending = null;
  }

  #keep(key: string, reading: LatestReading | null, arrivedMs: number): void {
    if (reading) this.#latest.set(key, { reading, arrivedMs, lagMs: this.#lagMs });
  }

  #noteLag(arrivedMs: number, serverUtcMs: number): void {
    this.#lagMs = this.#lag.note(arrivedMs, serverUtcMs);
  }
}
