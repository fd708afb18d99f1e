/**
 * The way from bytes to readings, for one station. Everything else in this folder decides; this file does.
 *
 *   chunk ──▶ splitter ──line──▶ decode ──frame──▶ sequence ──▶ identified? ──▶ reading + flags ──▶ bus
 *                │ fault            │ fault, foreign   │ lost, twice   │ not yet
 *                └──────────────────┴───── counters ───┴───────────────┘
 */
import type { Fault } from '../../protocols/framing.ts';
import { decodeLine } from '../../protocols/hrsp/codec.ts';
import { HRSP_MAX_LINE, type HrspFrame, type HrspHeader, type Identification } from '../../protocols/hrsp/messages.ts';
import { isTelemetry, type TelemetryFrame, toReading } from '../../protocols/hrsp/readings.ts';
import { FLAG, type Received } from '../../protocols/reading.ts';
import type { Bus } from '../bus.ts';
import type { Clock } from '../clock.ts';
import { LineSplitter } from '../link/line-splitter.ts';
import { TickClock, UtcTrust } from './clocks.ts';
import { compileLimits, type Limits } from './limits.ts';
import type { StationCounters } from './model.ts';
import { Reporter } from './report.ts';
import { SequenceTracker } from './sequence.ts';
import { Speakers } from './speakers.ts';

export interface IngestHandlers {
  /** ID, ACK, NAK, HB, STA: for the handshake and the quiet watchdog. */
  control(frame: HrspFrame, received: Received): void;
  /** A line of another boot than the identified one: the station has started anew. */
  rebooted(): void;
  /** A line of another protocol on the same wire. */
  foreign(bytes: Uint8Array): void;
}

export class Ingest {
  readonly #bus: Bus;
  readonly #clock: Clock;
  readonly #counters: StationCounters;
  readonly #handlers: IngestHandlers;
  #beyondLimit: ReturnType<typeof compileLimits>;
  readonly #sequence = new SequenceTracker();
  readonly #ticks = new TickClock();
  readonly #speakers = new Speakers();
  readonly #utc = new UtcTrust();
  readonly #reporter: Reporter;
  #splitter: LineSplitter | null = null;
  #received: Received = { utcMs: 0, monotonicMs: 0 };
  #chunkFlags = 0;
  #stationFlags = 0;
  #station: string | null = null;
  #bootId = '';

  constructor(deps: { bus: Bus; clock: Clock; counters: StationCounters; limits: Limits; handlers: IngestHandlers }) {
    this.#bus = deps.bus;
    this.#clock = deps.clock;
    this.#counters = deps.counters;
    this.#handlers = deps.handlers;
    this.#beyondLimit = compileLimits(deps.limits);
    this.#reporter = new Reporter((event) => {
      this.#counters.events++;
      this.#bus.emit('event', event);
    });
  }

  /** Two stations, or more, speak on this link. */
  get severalSpeak(): boolean {
    return this.#speakers.several(this.#clock.monotonicMs());
  }

  get tickDriftMs(): number | null {
    return this.#ticks.driftMs;
  }

  limit(limits: Limits): void {
    this.#beyondLimit = compileLimits(limits);
  }

  /** A fresh stream: nothing of the old one may touch it. */
  open(): void {
    this.close();
    this.#splitter = new LineSplitter(HRSP_MAX_LINE, this.#line, this.#fault);
    this.#ticks.restart();
  }

  close(): void {
    this.#splitter?.close();
    this.#splitter = null;
    this.forget();
  }

  /** From now on lines of this boot are this station's. */
  identify(station: string, bootId: string, identification: Identification): void {
    this.#station = station;
    this.#bootId = bootId;
    this.#stationFlags = identification.mode === 'simulated' ? FLAG.simulated : 0;
    this.#reporter.forget();
    this.#ticks.restart();
  }

  /** Lines are counted and not used until somebody is identified again. */
  forget(): void {
    this.#station = null;
  }

  push(chunk: Uint8Array): void {
    this.#received = { utcMs: this.#clock.utcMs(), monotonicMs: this.#clock.monotonicMs() };
    this.#chunkFlags = this.#utc.trusted(this.#received) ? 0 : FLAG.clockUntrusted;
    this.#counters.bytes += chunk.length;
    this.#splitter?.push(chunk);
  }

  readonly #fault = (fault: Fault): void => {
    this.#counters.faults[fault.fault]++;
  };

  readonly #line = (line: Uint8Array): void => {
    const frame = decodeLine(line);
    const counters = this.#counters;
    if (frame.kind === 'fault') {
      counters.faults[frame.fault]++;
      return;
    }
    if (frame.kind === 'foreign') {
      counters.foreign++;
      this.#handlers.foreign(frame.bytes);
      return;
    }
    // Only a host sends commands: this is our own, come back over joined wires. Its numbers are not the station's.
    const ownEcho = frame.kind === 'message' && frame.message.type === 'CMD';
    if (ownEcho || frame.kind === 'unknown') counters.unknownMessages++;
    else counters.lines++;
    if (ownEcho) return;
    this.#speakers.heard(frame.header.bootId, this.#received.monotonicMs);
    if (!this.#inSequence(frame.header)) return;

    if (this.#station !== null && frame.header.bootId !== this.#bootId) {
      this.forget();
      this.#handlers.rebooted();
    }
    if (frame.kind === 'unknown') return;
    counters.extraFields += frame.extraFields;
    if (this.#station !== null && isTelemetry(frame)) this.#reading(this.#station, frame);
    else this.#other(frame);
  };

  #inSequence({ bootId, seq }: HrspHeader): boolean {
    const verdict = this.#sequence.judge(bootId, seq);
    if (verdict === 'gap') this.#counters.linesLost += this.#sequence.lost;
    else if (verdict === 'duplicate') this.#counters.duplicates++;
    else if (verdict === 'behind') this.#counters.outOfOrder++;
    return verdict !== 'duplicate' && verdict !== 'behind';
  }

  #other(frame: HrspFrame): void {
    const { type } = frame.message;
    if (type === 'ID' || type === 'ACK' || type === 'NAK') this.#handlers.control(frame, this.#received);
    else if (this.#station === null) this.#counters.beforeIdentified++;
    else {
      if (type === 'HB' || type === 'STA') this.#handlers.control(frame, this.#received);
      this.#reporter.report(this.#station, frame, this.#received);
    }
  }

  #reading(station: string, frame: TelemetryFrame): void {
    const counters = this.#counters;
    const { values, flags } = frame.message;
    let all = flags | this.#chunkFlags | this.#stationFlags;
    if (this.#ticks.jumped(frame.header.tick, this.#received.monotonicMs)) {
      counters.tickJumps++;
      all |= FLAG.tickJump;
    }
    if (this.#beyondLimit?.(values)) {
      counters.beyondLimit++;
      all |= FLAG.beyondLimit;
    }
    if (flags & FLAG.outOfRange) counters.outOfRange++;
    counters.readings++;
    const reading = toReading(station, frame, this.#received);
    this.#bus.emit('reading', all === flags ? reading : { ...reading, flags: all });
  }
}
