/**
 * One station: boots, speaks, answers. Everything happens on a grid of times that the seed and the scenario decide, in the
 * order of those times, however late or bundled `advance` is called: so a run can be repeated line by line.
 *
 * Ticks and rates run at the speed of the real clock; only the bay (physics, nurse) runs `speed` times as fast.
 */

import { decodeLine } from '../protocols/hrsp/codec.ts';
import type { HrspMessage, StateReport } from '../protocols/hrsp/messages.ts';
import { Cable } from './cable.ts';
import { Ear } from './ear.ts';
import type { FaultSpec } from './faults/fault.ts';
import type { FirmwareOptions } from './firmware/options.ts';
import { FirmwareTarget } from './firmware/target.ts';
import type { Ledger } from './ledger.ts';
import type { NurseOrder } from './nurse/orders.ts';
import { type Random, seededRandom } from './random.ts';
import { RefillBooks } from './refill-books.ts';
import { answer, type CommandTarget, identify } from './replies.ts';
import { Scene } from './scene.ts';
import type { Scenario } from './script.ts';
import { TelemetrySource } from './telemetry.ts';
import { TickClock } from './tick-clock.ts';
import type { Voice, VoiceMaker } from './transmitter.ts';
import type { Trouble } from './troubles.ts';
import type { TruthSample } from './truth.ts';

/** Physics frames; lines in between are interpolated. */
const FRAME_MS = 50;
const HEARTBEAT_MS = 1000;
/** From power-on to the first telemetry. */
const STARTING_MS = 300;
/** What a station reports that its new firmware does not pass its own test. */
const SELF_TEST_FAILED = {
  type: 'ERR',
  code: 901,
  severity: 'error',
  text: 'self-test failed after start',
} as const satisfies HrspMessage;

export interface StationOptions {
  readonly serial: string;
  /** From 0; decides the part in the scenario and the random streams. */
  readonly index: number;
  readonly seed: number;
  readonly scenario: Scenario;
  /** On top of the scenario's own. */
  readonly faults: readonly FaultSpec[];
  readonly rateHz: number;
  readonly speed: number;
  readonly voice: VoiceMaker;
  readonly firmware?: FirmwareOptions;
  /** Bits a second of the line from the host; without it, what arrives is there at once. */
  readonly baud?: number | null;
  readonly ledger: Pick<Ledger, 'event'>;
  /** What really is, about once a second; the ledger gets it anyway. */
  readonly truth?: (truth: TruthSample) => void;
}

export class Station {
  readonly serial: string;
  readonly firmware: FirmwareTarget;
  private readonly options: StationOptions;
  private readonly bootIds: Random;
  private readonly scene: Scene;
  private readonly telemetry: TelemetrySource;
  private readonly voice: Voice;
  private readonly books: RefillBooks;
  private readonly commands: CommandTarget;
  private readonly ear: Ear;
  private readonly cable: Cable;
  private readonly tick = new TickClock();
  private bootId = '';
  private bootedMs = 0;
  private nowMs = 0;
  private rateHz: number;
  private frameMs = 0;
  private telemetryFromMs = 0;
  private telemetryCount = 0;
  private heartbeatMs = 0;
  private readyMs = 0;
  /** Says nothing and hears nothing before this; `Infinity` until told otherwise. */
  private silentUntilMs = 0;
  /** The application does not run: power is off, or the boot loader has the processor. */
  private isDark = false;
  private stateReported: StateReport | null = null;
  /** Highest minor version that whoever has the port open has said; 0 until it asks who is here. */
  private hostMinor = 0;

  constructor(options: StationOptions) {
    const { serial, index, seed, scenario } = options;
    this.serial = serial;
    this.options = options;
    this.rateHz = options.rateHz;
    this.books = new RefillBooks(serial, options.ledger, options.truth);
    const stream = (purpose: number) => seededRandom(seed, index * 64 + purpose);
    this.bootIds = stream(0);
    const part = scenario.cast(index, stream(1));
    this.scene = new Scene(part, stream(2), {
      happened: (source, state, data) => this.happened({ type: 'EVT', source, state, data }),
      silence: (seconds) => this.silence((seconds * 1000) / options.speed),
      reboot: () => this.reboot(),
      visit: (round, refill) => this.books.visit(round, refill, this.bootId, this.tickMs),
      truth: (truth) => this.books.truth(truth, this.bootId, this.tickMs),
      befell: (what) => options.ledger.event({ s: serial, ev: 'befell', b: this.bootId, t: this.tickMs, what }),
    });
    this.telemetry = new TelemetrySource(stream(3));
    this.cable = new Cable([...part.faults, ...options.faults], (i) => stream(8 + i));
    this.voice = options.voice(serial, this.cable.faults, () => this.reboot());
    this.ear = new Ear(options.baud ?? null);
    this.firmware = new FirmwareTarget(options.firmware ?? {}, stream(4), {
      send: (bytes, nowMs) => this.sendRaw(bytes, nowMs),
      applicationEnded: () => {
        this.isDark = true;
      },
      applicationStarted: (atMs) => this.powerOn(atMs),
    });
    this.commands = {
      identification: () => identify(serial, this.rateHz, this.firmware),
      hostSpeaks: (highest) => {
        this.hostMinor = highest.minor;
      },
      setRate: (hz) => this.setRate(hz),
      tare: () => {
        this.scene.tare();
        this.telemetry.jump(this.scene);
      },
      zero: () => {
        this.scene.zero();
        this.telemetry.jump(this.scene);
      },
      setClock: () => {},
    };
    this.powerOn(0);
    const { visit } = this.scene;
    if (visit) this.books.visit(visit.round, visit.refill, this.bootId, this.tickMs);
  }

  /** Nobody is at the bay, and nobody comes any more. */
  get over(): boolean {
    return this.scene.over;
  }

  /** Tells the nurse; throws RangeError when there is none. */
  order(order: NurseOrder): void {
    if (!this.scene.order(order)) throw new RangeError(`${this.serial}: no patient is here, so no nurse hears that`);
  }

  /** Lives through everything up to `nowMs` (ms since the simulator's start) and hands the lines to the port. */
  advance(nowMs: number): void {
    this.liveTo(nowMs);
    this.voice.flush(nowMs);
  }

  /** Throws RangeError for what cannot be now. */
  trouble(trouble: Trouble): void {
    if (trouble.do === 'fault') this.cable.set(trouble.fault, trouble.rate);
    else if (trouble.do === 'clock') this.tick.change(this.nowMs - this.bootedMs, trouble);
    else this.scene.trouble(trouble);
  }

  /** Bytes from whoever has the port open. */
  receive(chunk: Uint8Array, nowMs: number): void {
    this.liveTo(nowMs);
    this.ear.push(chunk, nowMs);
    this.liveTo(nowMs);
    this.voice.flush(nowMs);
  }

  attached(): void {
    this.ear.freshStart();
    this.firmware.freshWire();
    this.hostMinor = 0;
    this.voice.freshStart();
    this.options.ledger.event({ s: this.serial, ev: 'attached', b: this.bootId });
  }

  detached(): void {
    this.options.ledger.event({ s: this.serial, ev: 'detached', b: this.bootId });
  }

  /** Says and hears nothing for `ms`, port open. */
  silence(ms = Number.POSITIVE_INFINITY): void {
    this.silentUntilMs = Math.max(this.silentUntilMs, this.nowMs + ms);
  }

  resume(): void {
    this.silentUntilMs = 0;
  }

  /** Power off and on: another boot id, counts from 0, the bay as it was. */
  reboot(): void {
    this.silentUntilMs = 0;
    this.firmware.reset(this.nowMs);
  }

  private powerOn(atMs: number): void {
    this.bootId = this.bootIds.uint32().toString(16).toUpperCase().padStart(8, '0');
    this.bootedMs = atMs;
    this.hostMinor = 0;
    this.isDark = false;
    this.tick.restart();
    this.voice.boot(this.bootId);
    this.options.ledger.event({ s: this.serial, ev: 'boot', b: this.bootId });
    this.rateHz = this.options.rateHz;
    this.heartbeatMs = atMs + HEARTBEAT_MS;
    this.readyMs = atMs + STARTING_MS;
    // Stations are out of step with each other, but not with themselves.
    this.startTelemetry(this.readyMs + Math.floor(this.bootIds.next() * Math.min(1000 / this.rateHz, FRAME_MS)));
    this.nowMs = atMs;
    this.stateReported = null;
    this.say(this.stateNow());
  }

  private stateNow(): StateReport {
    const report: StateReport = { type: 'STA', ...this.scene.report() };
    if (this.nowMs < this.readyMs) return { ...report, state: 'starting' };
    if (this.firmware.isUpdating(this.nowMs)) return { ...report, state: 'updating' };
    return this.firmware.hasFailedSelfTest ? { ...report, state: 'fault' } : report;
  }

  /** Says nothing at this time: it has no power, or was told to be silent. */
  private isMute(atMs: number): boolean {
    return this.isDark || atMs < this.silentUntilMs;
  }

  /** SMP and console text: boot loaders speak, too. */
  private sendRaw(bytes: Uint8Array, nowMs: number): void {
    if (nowMs >= this.silentUntilMs) this.voice.raw(bytes, nowMs);
  }

  private startTelemetry(atMs: number): void {
    this.telemetryFromMs = atMs;
    this.telemetryCount = 0;
  }

  private setRate(hz: number): void {
    this.rateHz = hz;
    this.startTelemetry(Math.max(this.nowMs, this.readyMs));
  }

  private liveTo(untilMs: number): void {
    for (;;) {
      const telemetryMs = this.telemetryFromMs + (this.telemetryCount * 1000) / this.rateHz;
      const fixedMs = Math.min(this.frameMs + FRAME_MS, telemetryMs, this.heartbeatMs);
      const nextMs = Math.min(fixedMs, this.firmware.nextMs, this.ear.nextMs);
      if (nextMs > untilMs) break;
      this.nowMs = Math.max(this.nowMs, nextMs);
      if (nextMs === this.firmware.nextMs) this.firmware.live(nextMs);
      else if (nextMs === this.ear.nextMs) this.hear(this.ear.take());
      else if (nextMs === this.frameMs + FRAME_MS) this.frame(nextMs);
      else if (nextMs === telemetryMs) {
        this.telemetryCount++;
        const rests = this.isMute(nextMs) || this.firmware.isUpdating(nextMs);
        if (!rests) this.say(this.telemetry.line((nextMs - this.frameMs) / FRAME_MS));
      } else this.heartbeat();
    }
    this.nowMs = Math.max(this.nowMs, untilMs);
  }

  private frame(atMs: number): void {
    this.frameMs = atMs;
    const { scene, telemetry } = this;
    const { resets } = scene;
    scene.advance((FRAME_MS / 1000) * this.options.speed);
    this.books.write(this.bootId, this.tickMs);
    if (scene.resets === resets) telemetry.frame(scene);
    else telemetry.jump(scene);
    if (atMs >= this.readyMs) this.reportState();
  }

  private heartbeat(): void {
    this.heartbeatMs += HEARTBEAT_MS;
    const uptimeS = Math.floor((this.nowMs - this.bootedMs) / 1000);
    this.say({ type: 'HB', uptimeS, rateHz: this.rateHz, dropped: this.voice.dropped });
  }

  /** STA goes out at every change. */
  private reportState(): void {
    const { stateReported: last } = this;
    const now = this.stateNow();
    const unchanged =
      last !== null &&
      last.state === now.state &&
      last.needle === now.needle &&
      last.clamp === now.clamp &&
      last.door === now.door &&
      last.power === now.power;
    if (unchanged || this.isMute(this.nowMs)) return;
    this.stateReported = now;
    this.say(now);
    if (now.state === 'fault') this.say(SELF_TEST_FAILED);
  }

  private happened(event: Extract<HrspMessage, { type: 'EVT' }>): void {
    // What a host has ordered it is told, also while the station starts; minor version 1 has brought that.
    const ordered = event.source === 'scale' || event.source === 'sensor';
    if (ordered ? this.hostMinor >= 1 : this.nowMs >= this.readyMs) this.say(event);
  }

  private get tickMs(): number {
    return Math.floor(this.tick.at(this.nowMs - this.bootedMs));
  }

  private say(message: HrspMessage): number | null {
    if (this.isMute(this.nowMs)) return null;
    return this.voice.say(message, this.tickMs, this.nowMs);
  }

  private hear(line: Uint8Array | null): void {
    if (line === null || this.nowMs < this.silentUntilMs) return;
    const frame = decodeLine(line);
    if (frame.kind === 'foreign') this.firmware.hear(frame.bytes, this.nowMs);
    if (this.isDark || frame.kind !== 'message' || frame.message.type !== 'CMD') return;
    for (const reply of answer(frame.message, this.commands)) {
      const seq = this.say(reply);
      if (reply.type === 'ACK' && frame.message.command.name === 'identify' && seq !== null) {
        this.options.ledger.event({ s: this.serial, ev: 'identified', b: this.bootId, q: seq });
        this.say(this.stateNow());
      }
    }
  }
}
