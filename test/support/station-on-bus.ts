/** What the daemon's own reading of a station puts on the bus: who it is, readings, health, a fault; in virtual time. */
import type { FirmwareTarget } from '../../simulator/firmware/target.ts';
import type { Bus } from '../../src/bus.ts';
import { newCounters } from '../../src/station/counters.ts';
import type { StationInfo } from '../../src/station/model.ts';
import type { PacedWire } from './paced-wire.ts';
import type { VirtualClock } from './virtual-clock.ts';

export const STATION = 'SIM-0001';
export const LINK = 'rig';

const READING_MS = 200;
const HEALTH_MS = 1000;
const HANDSHAKE_MS = 300;
const TELEMETRY_BYTES = 90;

export interface StationOnBusDeps {
  readonly clock: VirtualClock;
  readonly bus: Bus;
  readonly wire: PacedWire;
  readonly target: FirmwareTarget;
}

export class StationOnBus {
  readonly #deps: StationOnBusDeps;
  readonly #counters = newCounters();
  /** Its application, which speaks HRSP. */
  #runs = true;
  #info: StationInfo | null = null;

  constructor(deps: StationOnBusDeps) {
    this.#deps = deps;
  }

  /** Of the last handshake. */
  get info(): StationInfo | null {
    return this.#info;
  }

  start(): void {
    this.#readings();
    this.#health();
    this.identifySoon();
  }

  applicationEnded(): void {
    this.#runs = false;
  }

  applicationStarted(): void {
    this.#runs = true;
    this.identifySoon();
  }

  identifySoon(): void {
    const { wire } = this.#deps;
    wire.after(HANDSHAKE_MS, () => {
      if (this.#runs) this.#identified();
    });
  }

  #identified(): void {
    const { clock, bus, target } = this.#deps;
    const bootId = String(target.boots).padStart(8, '0');
    if (this.#info !== null && this.#info.bootId !== bootId) this.#counters.reboots++;
    this.#info = {
      station: STATION,
      link: LINK,
      bootId,
      identifiedUtcMs: clock.utcMs(),
      identification: {
        type: 'ID',
        serial: STATION,
        hardwareRevision: target.hardwareRevision,
        firmwareVersion: target.version,
        protocol: { major: 1, minor: 0 },
        mode: 'simulated',
        rateHz: 5,
        instruments: [],
      },
    };
    bus.emit('identified', this.#info);
    if (target.hasFailedSelfTest) this.#reportFault();
  }

  #reportFault(): void {
    const { clock, bus } = this.#deps;
    const received = { utcMs: clock.utcMs(), monotonicMs: clock.nowMs };
    const about = { station: STATION, bootId: this.#info?.bootId ?? '', lineSeq: 1, deviceTickMs: 0, received };
    bus.emit('event', { ...about, source: 'state', state: 'fault', data: '' });
  }

  #readings(): void {
    const { clock, bus, wire, target } = this.#deps;
    clock.after(READING_MS, () => {
      if (wire.isOpen && this.#runs && !target.isUpdating(clock.nowMs)) {
        wire.occupy('to-host', TELEMETRY_BYTES, clock.nowMs);
        this.#counters.lines++;
        bus.emit('reading', {
          station: STATION,
          bootId: this.#info?.bootId ?? '',
          lineSeq: this.#counters.lines,
          deviceTickMs: clock.nowMs,
          received: { utcMs: clock.utcMs(), monotonicMs: clock.nowMs },
          values: [],
          flags: 0,
        });
      }
      this.#readings();
    });
  }

  #health(): void {
    const { clock, bus } = this.#deps;
    clock.after(HEALTH_MS, () => {
      bus.emit('health', {
        station: STATION,
        atUtcMs: clock.utcMs(),
        state: 'live',
        counters: { ...this.#counters, faults: { ...this.#counters.faults } },
        rateHz: 5,
        linkQuality: 1,
        tickDriftMs: 0,
      });
      this.#health();
    });
  }
}
