/**
 * The event stream: what changed since the last tick, said to every listener of `/api/v1/events`.
 *
 *   bus ──▶ marks ──(at once when quiet, else at most 20 times a second)──▶ one JSON per change ──▶ all clients
 *
 * Nothing queues: a mark is a name, and the value is looked up when it is sent. A client that reads slowly therefore gets
 * the latest value per station when it can take it, and memory is bounded by the number of stations, not by time.
 */
import type { Clock } from '../clock.ts';
import { frame, type StreamSource, StreamText } from './stream-text.ts';

export const TICK_MS = 50;
const BEAT_MS = 1000;
export const MAX_CLIENTS = 200;
/** Bytes waiting in a client's socket from which on its changes wait as marks. */
const BUSY_BYTES = 64 * 1024;
/** Bytes waiting, beyond the size of the whole fleet once, at which a client is cut off. */
export const MAX_BUFFERED_BYTES = 1024 * 1024;
/** A client that has taken nothing for so long is gone without having said so. */
const STALLED_MS = 30_000;

/** Where the events of one client go. */
export interface EventSink {
  write(text: string): void;
  /** Bytes handed over that the client's machine has not taken yet. */
  bufferedBytes(): number;
  /** Ends the connection now, whatever is still waiting in it. */
  cut(): void;
}

interface Marks {
  hello: boolean;
  fleet: boolean;
  readonly stations: Set<string>;
  readonly readings: Set<string>;
  readonly refills: Set<string>;
  alarms: boolean;
  elsewhere: boolean;
  firmware: boolean;
}

interface Client {
  readonly sink: EventSink;
  /** Only this station, or all. */
  readonly station: string | null;
  readonly missed: Marks;
  fleetBytes: number;
  busySinceMs: number | null;
}

export interface StreamCounters {
  clients: number;
  accepted: number;
  turnedAway: number;
  cutOff: number;
}

const noMarks = (): Marks => ({
  hello: false,
  fleet: false,
  stations: new Set(),
  readings: new Set(),
  refills: new Set(),
  alarms: false,
  elsewhere: false,
  firmware: false,
});

export class EventStream {
  readonly counters: StreamCounters = { clients: 0, accepted: 0, turnedAway: 0, cutOff: 0 };
  readonly #source: StreamSource;
  readonly #clock: Clock;
  readonly #clients = new Set<Client>();
  readonly #marks = noMarks();
  #lastTickMs = Number.NEGATIVE_INFINITY;
  #cancelTick: (() => void) | null = null;
  #cancelBeat: (() => void) | null = null;

  constructor(source: StreamSource, clock: Clock) {
    this.#source = source;
    this.#clock = clock;
  }

  start(): void {
    this.#cancelBeat = this.#clock.after(BEAT_MS, () => {
      this.#beat();
      this.start();
    });
  }

  /** Ends every connection. */
  stop(): void {
    this.#cancelBeat?.();
    this.#cancelTick?.();
    for (const client of this.#clients) client.sink.cut();
    this.#clients.clear();
    this.counters.clients = 0;
  }

  get full(): boolean {
    return this.#clients.size >= MAX_CLIENTS;
  }

  /**
   * Greets the client (hello, fleet, refills, alarms) and keeps it until the returned function is called.
   * `null` when the stream is full.
   */
  join(sink: EventSink, station: string | null): { leave(): void; drained(): void } | null {
    if (this.full) {
      this.counters.turnedAway += 1;
      return null;
    }
    const client: Client = { sink, station, missed: noMarks(), fleetBytes: 0, busySinceMs: null };
    this.#clients.add(client);
    this.counters.accepted += 1;
    this.counters.clients = this.#clients.size;
    sink.write('retry: 1000\n\n');
    const refills = new Set(station === null ? this.#source.stationsWithRefill() : [station]);
    this.#send(
      client,
      { ...noMarks(), hello: true, fleet: true, refills, alarms: true, elsewhere: true, firmware: true },
      new StreamText(this.#source),
    );
    return {
      leave: () => this.#remove(client),
      drained: () => this.#catchUp(client),
    };
  }

  helloChanged(): void {
    this.#marks.hello = true;
    this.#schedule();
  }

  fleetChanged(): void {
    this.#marks.fleet = true;
    this.#schedule();
  }

  stationChanged(key: string): void {
    this.#marks.stations.add(key);
    this.#schedule();
  }

  refillChanged(station: string): void {
    this.#marks.refills.add(station);
    this.#schedule();
  }

  alarmsChanged(): void {
    this.#marks.alarms = true;
    this.#schedule();
  }

  /** Alarms and refills as bridges say them over MQTT. */
  elsewhereChanged(): void {
    this.#marks.elsewhere = true;
    this.alarmsChanged();
  }

  firmwareChanged(): void {
    this.#marks.firmware = true;
    this.#schedule();
  }

  /** Hot path: called for every reading. */
  readingArrived(station: string): void {
    if (this.#clients.size === 0) return;
    this.#marks.readings.add(station);
    if (this.#cancelTick === null) this.#schedule();
  }

  #schedule(): void {
    if (this.#cancelTick !== null) return;
    // Whoever joins is told everything.
    if (this.#clients.size === 0) {
      clear(this.#marks);
      return;
    }
    // Even when quiet not within the caller: the readings of one burst of bytes then leave as one event with the last value.
    const wait = Math.max(0, this.#lastTickMs + TICK_MS - this.#clock.monotonicMs());
    this.#cancelTick = this.#clock.after(wait, () => this.#tick());
  }

  #tick(): void {
    this.#cancelTick = null;
    const now = this.#clock.monotonicMs();
    // Timers may fire a little early; the next event must not.
    if (now < this.#lastTickMs + TICK_MS) {
      this.#schedule();
      return;
    }
    this.#lastTickMs = now;
    const text = new StreamText(this.#source);
    for (const client of this.#clients) this.#send(client, this.#marks, text);
    clear(this.#marks);
  }

  #beat(): void {
    const beat = frame('beat', JSON.stringify({ serverUtcMs: this.#clock.utcMs() }));
    for (const client of this.#clients) {
      const since = client.busySinceMs;
      if (since !== null && this.#clock.monotonicMs() - since > STALLED_MS) this.#cutOff(client);
      else this.#write(client, beat);
    }
  }

  #send(client: Client, marks: Marks, text: StreamText): void {
    if (client.sink.bufferedBytes() > BUSY_BYTES) {
      client.busySinceMs ??= this.#clock.monotonicMs();
      keep(marks, client.missed);
      return;
    }
    client.busySinceMs = null;
    if (!isEmpty(client.missed)) {
      keep(marks, client.missed);
      this.#catchUp(client);
      return;
    }
    const only = client.station;
    let out = marks.hello ? text.hello() : '';
    if (marks.fleet) {
      const fleet = text.fleet(only);
      client.fleetBytes = fleet.length;
      out += fleet;
    }
    // The fleet just sent holds every row as it is now.
    else for (const key of marks.stations) out += text.station(key, only);
    out += text.readings(marks.readings, only);
    for (const station of marks.refills) out += text.refill(station, only);
    if (marks.elsewhere) out += text.elsewhere();
    if (marks.alarms) out += text.alarms();
    // Nurses' screens show one station and no firmware.
    if (marks.firmware && only === null) out += text.firmware();
    if (out !== '') this.#write(client, out);
  }

  #catchUp(client: Client): void {
    const { missed } = client;
    if (!this.#clients.has(client) || isEmpty(missed)) return;
    const marks = noMarks();
    keep(missed, marks);
    clear(missed);
    this.#send(client, marks, new StreamText(this.#source));
  }

  #write(client: Client, text: string): void {
    client.sink.write(text);
    if (client.sink.bufferedBytes() > MAX_BUFFERED_BYTES + client.fleetBytes) this.#cutOff(client);
  }

  #cutOff(client: Client): void {
    this.counters.cutOff += 1;
    this.#remove(client);
    client.sink.cut();
  }

  #remove(client: Client): void {
    this.#clients.delete(client);
    this.counters.clients = this.#clients.size;
  }
}

function keep(marks: Marks, into: Marks): void {
  into.hello ||= marks.hello;
  into.fleet ||= marks.fleet;
  for (const key of marks.stations) into.stations.add(key);
  for (const station of marks.readings) into.readings.add(station);
  for (const station of marks.refills) into.refills.add(station);
  into.alarms ||= marks.alarms;
  into.elsewhere ||= marks.elsewhere;
  into.firmware ||= marks.firmware;
}

function isEmpty(marks: Marks): boolean {
  const { hello, fleet, stations, readings, refills, alarms, elsewhere, firmware } = marks;
  return !hello && !fleet && !alarms && !elsewhere && !firmware && stations.size + readings.size + refills.size === 0;
}

function clear(marks: Marks): void {
  marks.hello = false;
  marks.fleet = false;
  marks.stations.clear();
  marks.readings.clear();
  marks.refills.clear();
  marks.alarms = false;
  marks.elsewhere = false;
  marks.firmware = false;
}
