/**
 * From messages to bytes on a port: numbers the lines, lets the faults have them, keeps the books. Lines said in one timer
 * tick leave in one write.
 */
import { encodeLine } from '../protocols/hrsp/codec.ts';
import type { HrspHeader, HrspMessage } from '../protocols/hrsp/messages.ts';
import type { ByteFault, WireLine } from './faults/fault.ts';
import type { Fate, Ledger } from './ledger.ts';
import type { StationPort } from './ports/port.ts';
import { SerialPace } from './ports/serial-pace.ts';

/** What a station holds for a serial line that is slower than what is said: of HRSP little, for it is never sent late. */
const SLOW_LINE_BYTES = { hrsp: 512, others: 4096 } as const;

type MutableHeader = { -readonly [K in keyof HrspHeader]: HrspHeader[K] };

/** What a station speaks through. */
export interface Voice {
  /** Lines of this boot that found no reader. */
  readonly dropped: number;
  boot(bootId: string): void;
  freshStart(): void;
  /** Says a line at `tick` of this boot; returns its sequence number. */
  say(message: HrspMessage, tick: number, nowMs: number): number;
  /** A line of another protocol, or console text, with its end: not numbered, not in the ledger, subject to the faults. */
  raw(line: Uint8Array, nowMs: number): void;
  flush(nowMs: number): void;
}
/** `powerCut` is called when a fault reboots the station. */
export type VoiceMaker = (station: string, faults: readonly ByteFault[], powerCut: () => void) => Voice;

/** With `baud`, what is said leaves no faster than a serial line takes it. */
export function onPort(port: StationPort, ledger: Ledger, baud: number | null = null): VoiceMaker {
  return (station, faults, powerCut) => new Transmitter(station, port, ledger, faults, powerCut, baud);
}

export class Transmitter implements Voice {
  dropped = 0;
  private readonly station: string;
  private readonly port: StationPort;
  private readonly ledger: Ledger;
  private readonly faults: readonly ByteFault[];
  private readonly powerCut: () => void;
  private readonly pace: SerialPace | null;
  /** What the serial line has not yet taken, and since when. */
  private waiting = '';
  private waitingSinceMs = 0;
  /** Reused for every line: nobody keeps it. */
  private readonly header: MutableHeader = { bootId: '00000000', seq: 0, tick: 0 };
  private batch = '';
  /** The second half of a split line, for the next tick. */
  private held = '';
  /** The last bytes on the wire were no end of line: the next line runs into them. */
  private openEnd = false;

  constructor(
    station: string,
    port: StationPort,
    ledger: Ledger,
    faults: readonly ByteFault[],
    powerCut: () => void,
    baud: number | null = null,
  ) {
    this.pace = baud === null ? null : new SerialPace(baud);
    this.station = station;
    this.port = port;
    this.ledger = ledger;
    this.faults = faults;
    this.powerCut = powerCut;
  }

  /** A new boot: lines count from 0. */
  boot(bootId: string): void {
    this.header.bootId = bootId;
    this.header.seq = 0;
    this.dropped = 0;
  }

  /** A new reader begins with a whole line. */
  freshStart(): void {
    this.batch = '';
    this.held = '';
    this.waiting = '';
    this.openEnd = false;
  }

  say(message: HrspMessage, tick: number, nowMs: number): number {
    const { header } = this;
    const seq = header.seq;
    header.tick = tick >>> 0;
    if (!this.accepts('hrsp')) {
      this.dropped++;
      this.ledger.line(this.station, header, message, 'dropped');
    } else if (this.faults.length === 0 && !this.openEnd) {
      this.batch += encodeLine(header, message);
      this.ledger.line(this.station, header, message, 'sent');
    } else {
      this.sayThroughFaults(message, nowMs);
    }
    header.seq = (seq + 1) >>> 0;
    return seq;
  }

  raw(line: Uint8Array, nowMs: number): void {
    if (!this.accepts('others')) return;
    if (this.faults.length === 0) {
      this.batch += Buffer.from(line).toString('latin1');
      return;
    }
    const wire = wireLine(line);
    for (const fault of this.faults) fault.act(wire, nowMs);
    this.put(wire);
    if (wire.reboots) this.powerCut();
  }

  /** Hands what was said since the last flush to the port. */
  flush(nowMs: number): void {
    if (this.batch !== '') {
      if (this.pace === null) this.port.write(this.batch);
      else this.waiting += this.batch;
      this.batch = '';
    }
    if (this.held !== '') {
      this.batch = this.held;
      this.held = '';
    }
    if (this.pace === null) return;
    const taken = this.pace.passedBy(nowMs, this.waiting.length, this.waitingSinceMs);
    if (taken > 0) this.port.write(this.waiting.slice(0, taken));
    this.waiting = this.waiting.slice(taken);
    this.waitingSinceMs = nowMs;
  }

  private accepts(what: keyof typeof SLOW_LINE_BYTES): boolean {
    return this.port.accepting && this.waiting.length < SLOW_LINE_BYTES[what];
  }

  private sayThroughFaults(message: HrspMessage, nowMs: number): void {
    const line = wireLine(Buffer.from(encodeLine(this.header, message), 'latin1'));
    for (const fault of this.faults) fault.act(line, nowMs);
    const fate = this.fateOf(line);
    this.ledger.line(this.station, this.header, message, fate);
    this.put(line);
    if (line.reboots) this.powerCut();
  }

  private fateOf(line: WireLine): Fate {
    if (line.lost) return 'dropped';
    if (line.damaged || this.openEnd) return 'damaged';
    return line.times > 1 ? 'duplicated' : line.late ? 'late' : 'sent';
  }

  private put(line: WireLine): void {
    if (line.bytes.length === 0) return;
    this.openEnd = line.endless;
    const text = Buffer.from(line.bytes).toString('latin1').repeat(line.times);
    // What is already held back must leave first.
    if (this.held !== '') this.held += text;
    else if (line.splitAt === null) this.batch += text;
    else {
      this.batch += text.slice(0, line.splitAt);
      this.held = text.slice(line.splitAt);
    }
  }
}

function wireLine(bytes: Uint8Array): WireLine {
  return { bytes, damaged: false, endless: false, lost: false, late: false, times: 1, splitAt: null, reboots: false };
}
