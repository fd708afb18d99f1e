/**
 * One station: boots, speaks, answers. Everything happens on a grid of times that the seed and the scenario decide, in the
 * order of those times, however late or bundled `advance` is called: so a run can be repeated line by line.
 *
 * Ticks and rates run at the speed of the real clock; only the bay (physics, nurse) runs `speed` times as fast.
 */

import { LineGuard } from '../protocols/framing.ts';
import { decodeLine } from '../protocols/hrsp/codec.ts';
import { HRSP_MAX_LINE, type HrspMessage, type StateReport } from '../protocols/hrsp/messages.ts';
import type { FaultSpec } from './faults/fault.ts';
import { makeFaults } from './faults/index.ts';
import type { Ledger } from './ledger.ts';
import type { NurseOrder } from './nurse/orders.ts';
import { type Random, seededRandom } from './random.ts';
import { RefillBooks } from './refill-books.ts';
import { answer, type CommandTarget, identify } from './replies.ts';
import { Scene } from './scene.ts';
import type { Scenario } from './script.ts';
import { TelemetrySource } from './telemetry.ts';
import type { Voice, VoiceMaker } from './transmitter.ts';
import type { TruthSample } from './truth.ts';

/** Physics frames; lines in between are interpolated. */
const FRAME_MS = 50;
const HEARTBEAT_MS = 1000;
/** From power-on to the first telemetry. */
const STARTING_MS = 300;
/** From a reboot's last byte to power-on. */
const DARK_MS = 1500;
const LF = 0x0a;

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
  readonly ledger: Pick<Ledger, 'event'>;
  /** What really is, about once a second; the ledger gets it anyway. */
  readonly truth?: (truth: TruthSample) => void;
}

export class Station {
  readonly serial: string;
  private readonly options: StationOptions;
  private readonly bootIds: Random;
  private readonly scene: Scene;
  private readonly telemetry: TelemetrySource;
  private readonly voice: Voice;
  private readonly books: RefillBooks;
  private readonly commands: CommandTarget;
  private guard = freshGuard();
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
  /** When power comes back; `Infinity` while it is on. */
  private darkUntilMs = Number.POSITIVE_INFINITY;
  private stateReported: ReturnType<Scene['report']> | null = null;
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
    });
    this.telemetry = new TelemetrySource(stream(3));
    const byteFaults = makeFaults([...part.faults, ...options.faults], (i) => stream(8 + i));
    this.voice = options.voice(serial, byteFaults, () => this.reboot());
    this.commands = {
      identification: () => identify(serial, this.rateHz),
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
    this.voice.flush();
  }

  /** Bytes from whoever has the port open. */
  receive(chunk: Uint8Array, nowMs: number): void {
    this.liveTo(nowMs);
    const lines = this.guard.push(chunk);
    if (lines !== null && nowMs >= this.silentUntilMs) {
      for (let from = 0; from < lines.length; ) {
        const lf = lines.indexOf(LF, from);
        this.hear(lines.subarray(from, lf));
        from = lf + 1;
      }
    }
    this.voice.flush();
  }

  attached(): void {
    this.guard = freshGuard();
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
    this.silentUntilMs = this.darkUntilMs === Number.POSITIVE_INFINITY ? 0 : this.darkUntilMs;
  }

  /** Power off and on: another boot id, counts from 0, the bay as it was. */
  reboot(): void {
    this.darkUntilMs = this.nowMs + DARK_MS;
    this.silentUntilMs = this.darkUntilMs;
  }

  private powerOn(atMs: number): void {
    this.bootId = this.bootIds.uint32().toString(16).toUpperCase().padStart(8, '0');
    this.bootedMs = atMs;
    this.hostMinor = 0;
    this.darkUntilMs = Number.POSITIVE_INFINITY;
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
    return this.nowMs < this.readyMs ? { ...report, state: 'starting' } : report;
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
      const nextMs = Math.min(this.frameMs + FRAME_MS, telemetryMs, this.heartbeatMs, this.darkUntilMs);
      if (nextMs > untilMs) break;
      this.nowMs = nextMs;
      if (nextMs === this.darkUntilMs) this.powerOn(nextMs);
      else if (nextMs === this.frameMs + FRAME_MS) this.frame(nextMs);
      else if (nextMs === telemetryMs) {
        this.telemetryCount++;
        if (nextMs >= this.silentUntilMs) this.say(this.telemetry.line((nextMs - this.frameMs) / FRAME_MS));
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
    const now = this.scene.report();
    const unchanged =
      last !== null &&
      last.state === now.state &&
      last.needle === now.needle &&
      last.clamp === now.clamp &&
      last.door === now.door &&
      last.power === now.power;
    if (unchanged || this.nowMs < this.silentUntilMs) return;
    this.stateReported = now;
    this.say({ type: 'STA', ...now });
  }

  private happened(event: Extract<HrspMessage, { type: 'EVT' }>): void {
    const since = event.source === 'scale' || event.source === 'sensor' ? 1 : 0;
    if (this.nowMs >= this.readyMs && this.hostMinor >= since) this.say(event);
  }

  private get tickMs(): number {
    return Math.floor(this.nowMs - this.bootedMs);
  }

  private say(message: HrspMessage): number | null {
    if (this.nowMs < this.silentUntilMs) return null;
    return this.voice.say(message, this.tickMs, this.nowMs);
  }

  private hear(line: Uint8Array): void {
    const frame = decodeLine(line);
    if (frame.kind !== 'message' || frame.message.type !== 'CMD') return;
    for (const reply of answer(frame.message, this.commands)) {
      const seq = this.say(reply);
      if (reply.type === 'ACK' && frame.message.command.name === 'identify' && seq !== null) {
        this.options.ledger.event({ s: this.serial, ev: 'identified', b: this.bootId, q: seq });
        this.say(this.stateNow());
      }
    }
  }
}

/** What cannot be read is left alone: a command that arrives damaged gets no answer. */
function freshGuard(): LineGuard {
  return new LineGuard(HRSP_MAX_LINE, () => {});
}
