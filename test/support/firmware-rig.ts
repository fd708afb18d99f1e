/**
 * One update of a simulated station in virtual time: the daemon's task, conversation and machine on one end of a serial
 * line of so many baud, the simulator's firmware on the other. Accidents happen at the frame they are told to.
 */
import { createHash } from 'node:crypto';
import { parseImage, versionText } from '../../protocols/smp/index.ts';
import type { FirmwareOptions } from '../../simulator/firmware/options.ts';
import { FirmwareTarget } from '../../simulator/firmware/target.ts';
import { seededRandom } from '../../simulator/random.ts';
import { Bus } from '../../src/bus.ts';
import {
  NOTHING_DONE,
  type Outcome,
  type UpdateAct,
  type UpdateMemory,
  type UpdateOrder,
} from '../../src/firmware/update/words.ts';
import { UpdateTask } from '../../src/firmware/update-task.ts';
import { silentLogger } from '../../src/logger.ts';
import type { LeaseHandlers } from '../../src/station/lease.ts';
import { PacedWire } from './paced-wire.ts';
import { LINK, STATION, StationOnBus } from './station-on-bus.ts';
import { VirtualClock } from './virtual-clock.ts';

export interface Accident {
  /** Counted over all frames of the host that reach the station. */
  readonly atFrame: number;
  readonly what: 'power' | 'cable' | 'daemon';
}

export interface RigOptions {
  readonly firmware: FirmwareOptions;
  readonly image: Uint8Array;
  readonly accidents?: readonly Accident[];
  readonly baudRate?: number;
  readonly proofMs?: number;
  readonly seed?: number;
  readonly order?: Partial<UpdateOrder>;
  /** Changes a line on its way to the host, `null`: it is lost. */
  readonly onWayBack?: (line: Buffer, frame: number) => Buffer | readonly Buffer[] | null;
}

export interface RigResult {
  readonly outcome: Outcome;
  readonly acts: readonly UpdateAct[];
  /** Frames of the host that the station heard. */
  readonly frames: number;
  /** From the first piece until the station has all of them. */
  readonly uploadMs: number;
  readonly tookMs: number;
  readonly target: FirmwareTarget;
  readonly wire: UpdateTask['wire'];
  /** Hash of what runs after everything has come to rest, and whether it stays after two more restarts. */
  readonly runs: string | null;
  readonly stays: string | null;
}

const CABLE_OUT_MS = 3000;
const DAEMON_OUT_MS = 2000;
const LONGEST_MS = 4 * 3600_000;

export class FirmwareRig {
  readonly #options: RigOptions;
  readonly #clock = new VirtualClock();
  readonly #bus = new Bus((error) => {
    throw error;
  });
  /** May be changed before `run`. */
  readonly target: FirmwareTarget;
  readonly #wire: PacedWire;
  readonly #station: StationOnBus;
  readonly #order: UpdateOrder;
  readonly #acts: UpdateAct[] = [];
  #memory: UpdateMemory = NOTHING_DONE;
  #task: UpdateTask | null = null;
  #handlers: LeaseHandlers | null = null;
  #frames = 0;
  #framesBack = 0;
  #uploadMs = { from: 0, to: 0 };

  constructor(options: RigOptions) {
    this.#options = options;
    const baudRate = options.baudRate ?? 115_200;
    this.#wire = new PacedWire(this.#clock, baudRate);
    this.target = new FirmwareTarget(options.firmware, seededRandom(options.seed ?? 1), {
      send: (bytes, nowMs) => this.#toHost(Buffer.from(bytes), nowMs),
      applicationEnded: () => this.#station.applicationEnded(),
      applicationStarted: () => this.#station.applicationStarted(),
    });
    const { target } = this;
    this.#station = new StationOnBus({ clock: this.#clock, bus: this.#bus, wire: this.#wire, target });
    const image = parseImage(options.image);
    if (image.kind !== 'image' || image.hash === null) throw new Error('the rig needs an image');
    this.#order = {
      job: 'job-00000001',
      station: STATION,
      image: {
        file: createHash('sha256').update(options.image).digest('hex'),
        hash: Buffer.from(image.hash.value).toString('hex'),
        version: versionText(image.version),
        bytes: options.image.length,
      },
      route: 'swap',
      hardwareRevision: this.target.hardwareRevision,
      before: { version: this.target.version, hash: this.#running() },
      crcErrorRateBefore: 0,
      proofMs: options.proofMs ?? 5000,
      baudRate,
      ...options.order,
    };
  }

  /** Of the image that runs before. */
  get oldHash(): string | null {
    return this.#order.before.hash;
  }

  async run(): Promise<RigResult> {
    this.#station.start();
    this.#start();
    let outcome: Outcome | null = null;
    while (outcome === null) {
      await this.#step();
      outcome = this.#task?.view.outcome ?? null;
      if (this.#clock.nowMs > LONGEST_MS) throw new Error(`no end: ${JSON.stringify(this.#task?.view)}`);
    }
    const tookMs = this.#clock.nowMs;
    await settle();
    await this.#task?.stop();
    this.#task = null;
    const rest = () => {
      this.target.faults.set([]);
      this.#clock.nowMs += 60_000;
      this.target.live(this.#clock.nowMs);
      return this.target.phase === 'application' ? this.#running() : null;
    };
    const runs = rest();
    this.target.reset(this.#clock.nowMs);
    rest();
    this.target.reset(this.#clock.nowMs);
    return {
      outcome,
      acts: this.#acts,
      frames: this.#frames,
      uploadMs: this.#uploadMs.to - this.#uploadMs.from,
      tookMs,
      target: this.target,
      wire: this.#wireCounters,
      runs,
      stays: rest(),
    };
  }

  get #wireCounters(): UpdateTask['wire'] {
    return this.#lastWire ?? { sent: 0, answered: 0, damaged: 0, unexpected: 0 };
  }
  #lastWire: UpdateTask['wire'] | null = null;

  async #step(): Promise<void> {
    const clock = this.#clock;
    if (this.target.nextMs <= clock.nextMs) {
      clock.nowMs = Math.max(clock.nowMs, this.target.nextMs);
      this.target.live(clock.nowMs);
    } else clock.runNext();
    await settle();
  }

  #running(): string | null {
    const hash = this.target.flash.primary.image?.hash;
    return hash ? Buffer.from(hash.value).toString('hex') : null;
  }

  #start(): void {
    const { image } = this.#options;
    const sha256 = createHash('sha256').update(image).digest();
    const task = new UpdateTask({
      order: this.#order,
      memory: this.#memory,
      image: { bytes: image, sha256 },
      bus: this.#bus,
      clock: this.#clock,
      logger: silentLogger,
      random: () => 0.3,
      refill: { refillState: () => ({ use: 'free', reason: null }) },
      lease: (handlers) => {
        this.#handlers = handlers;
        return {
          link: LINK,
          isOpen: this.#wire.isOpen,
          write: async (lines) => this.#toStation(Buffer.from(lines)),
          telemetry: () => {},
          reopen: () => this.#cable(100),
          release: () => {
            if (this.#handlers === handlers) this.#handlers = null;
          },
        };
      },
      identified: () => this.#station.info,
      save: async (memory) => {
        this.#memory = memory;
      },
      note: async (act) => {
        this.#acts.push(act);
        if (act === 'uploaded') this.#uploadMs.to = this.#clock.nowMs;
      },
      changed: () => {
        if (this.#task?.view.phase === 'uploading' && this.#uploadMs.from === 0) {
          this.#uploadMs.from = this.#clock.nowMs;
        }
      },
      ended: () => {},
    });
    this.#task = task;
    this.#lastWire = task.wire;
    task.start();
  }

  #toStation(bytes: Buffer): void {
    const clock = this.#clock;
    this.#wire.send('to-station', bytes, clock.nowMs, (line) => {
      this.#frames++;
      this.target.live(clock.nowMs);
      this.target.hear(line.subarray(0, -1), clock.nowMs);
      for (const { atFrame, what } of this.#options.accidents ?? []) if (atFrame === this.#frames) this.#happen(what);
    });
  }

  #toHost(bytes: Buffer, sentMs: number): void {
    this.#framesBack++;
    const way = this.#options.onWayBack ? this.#options.onWayBack(bytes, this.#framesBack) : bytes;
    if (way === null) return;
    for (const line of Array.isArray(way) ? way : [way as Buffer]) {
      this.#wire.send('to-host', line, sentMs, (arrived) => {
        const marked = arrived[0] === 0x06 || arrived[0] === 0x04;
        if (marked) this.#handlers?.foreign(arrived.subarray(0, -1));
      });
    }
  }

  #happen(what: Accident['what']): void {
    if (what === 'cable') this.#cable(CABLE_OUT_MS);
    else if (what === 'power') this.target.reset(this.#clock.nowMs);
    else {
      this.#task = null;
      this.#handlers = null;
      this.#wire.lose();
      this.#clock.after(DAEMON_OUT_MS, () => this.#start());
    }
  }

  #cable(outMs: number): void {
    this.#wire.pull();
    this.#handlers?.closed();
    this.#clock.after(outMs, () => {
      this.#wire.plugIn();
      this.target.freshWire();
      this.#handlers?.opened();
      this.#station.identifySoon();
    });
  }
}

/** What the daemon awaits between two steps is settled within a few turns: nothing in the rig waits for anything real. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 6; turn++) await Promise.resolve();
}
