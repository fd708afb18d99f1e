/**
 * A bridge's firmware service over stations of the simulator, in virtual time: real `Firmware`, real `Stations`, the bytes of
 * real simulated stations between them. What an update is to break, breaks: lines arrive damaged, stations restart, clocks drift.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { buildImage, type ImageSpec } from '../../simulator/firmware/image-builder.ts';
import type { FirmwareOptions } from '../../simulator/firmware/options.ts';
import { newSigningKey } from '../../simulator/firmware/signing.ts';
import { Ledger } from '../../simulator/ledger.ts';
import type { StationPort } from '../../simulator/ports/port.ts';
import { type Random, seededRandom } from '../../simulator/random.ts';
import { findScenario } from '../../simulator/scenarios/index.ts';
import { Station } from '../../simulator/station.ts';
import { onPort } from '../../simulator/transmitter.ts';
import { Bus } from '../../src/bus.ts';
import { type Config, configSchema } from '../../src/config.ts';
import { RefillWatch } from '../../src/firmware/refill-port.ts';
import { Firmware } from '../../src/firmware/service.ts';
import type { StationFirmwareView } from '../../src/firmware/views.ts';
import type { Link, LinkHandlers } from '../../src/link/link.ts';
import { LinkFailure } from '../../src/link/link.ts';
import { silentLogger } from '../../src/logger.ts';
import { Stations } from '../../src/station/stations.ts';
import { FakeClock } from '../unit/station/fake-clock.ts';

const STEP_MS = 20;
export const FLEET_KEY = newSigningKey('ed25519');
const TRUSTED = [FLEET_KEY.publicKey];

/** A small image, signed with the key that stations and daemon trust. */
export function fleetImage(minor: number, more: Partial<ImageSpec> = {}): Buffer {
  const version = { major: 1, minor, revision: 0, build: 0 };
  return buildImage({ version, hardwareRevisions: ['SIM-A'], bodyBytes: 2500, key: FLEET_KEY, ...more });
}

/** One simulated station at the end of a cable in memory. */
export class FleetStation implements Link, StationPort {
  readonly name: string;
  readonly url: string;
  readonly station: Station;
  /** Chance of each line to the host to arrive with a flipped bit. */
  damage = 0;
  /** Of the station's clock against the host's, parts per million. */
  driftPpm = 0;
  readonly #random: Random;
  #handlers: LinkHandlers | null = null;
  #ownMs = 0;

  constructor(index: number, firmware: FirmwareOptions = {}) {
    this.url = `/dev/bay${index + 1}`;
    this.name = this.url;
    this.#random = seededRandom(9, index);
    const ledger = new Ledger(null);
    this.station = new Station({
      ...{ serial: `SIM-000${index + 1}`, index, seed: 5, faults: [], rateHz: 10, speed: 1, ledger },
      voice: onPort(this, ledger),
      scenario: findScenario('idle'),
      firmware: { trustedKeys: TRUSTED, ...firmware },
    });
  }

  get accepting(): boolean {
    return this.#handlers !== null;
  }
  async open(handlers: LinkHandlers): Promise<void> {
    this.#handlers = handlers;
    this.station.attached();
  }
  write(latin1: string): void;
  write(bytes: Uint8Array): Promise<void>;
  write(what: string | Uint8Array): Promise<void> | void {
    if (typeof what === 'string') this.#toHost(Buffer.from(what, 'latin1'));
    else if (this.#handlers === null) return Promise.reject(new LinkFailure('lost', 'not open'));
    else return Promise.resolve().then(() => this.station.receive(what, this.#ownMs));
  }
  async close(): Promise<void> {
    if (this.#handlers !== null) this.station.detached();
    this.#handlers = null;
  }
  async plug(): Promise<void> {}
  async unplug(): Promise<void> {}
  async drain(): Promise<void> {}

  pass(ms: number): void {
    this.#ownMs += ms * (1 + this.driftPpm / 1e6);
    this.station.advance(this.#ownMs);
  }

  #toHost(bytes: Buffer): void {
    for (let from = 0; from < bytes.length; ) {
      const lf = bytes.indexOf(0x0a, from);
      const to = lf < 0 ? bytes.length : lf + 1;
      const at = this.#random.between(from, Math.max(from, to - 3));
      if (this.#random.next() < this.damage) bytes[at] = (bytes[at] ?? 0) ^ 0x01;
      from = to;
    }
    this.#handlers?.bytes(bytes);
  }
}

export interface FleetOptions {
  readonly folder: string;
  readonly stations: number;
  /** Section `firmware` of the configuration. */
  readonly config?: object;
  readonly firmware?: (index: number) => FirmwareOptions;
}

export class Fleet {
  readonly clock = new FakeClock();
  readonly bus = new Bus((error) => {
    throw error;
  });
  readonly members: readonly FleetStation[];
  /** When a refill is expected at a station, by its serial; UTC ms. */
  readonly due = new Map<string, number>();
  readonly #config: Config;
  #daemon: { readonly stations: Stations; readonly firmware: Firmware; readonly unwatch: () => void };

  constructor({ folder, stations, config = {}, firmware }: FleetOptions) {
    mkdirSync(folder, { recursive: true });
    const keyFile = join(folder, 'key.pub.pem');
    writeFileSync(keyFile, FLEET_KEY.publicKey.export({ type: 'spki', format: 'pem' }));
    this.members = Array.from({ length: stations }, (_, index) => new FleetStation(index, firmware?.(index)));
    this.#config = configSchema.parse({
      ...{ data: folder, links: this.members.map(({ url }) => ({ url })) },
      firmware: { keyFiles: [keyFile], proofSeconds: 5, watchMinutes: 10, ...config },
    });
    this.#daemon = this.#make();
  }

  get firmware(): Firmware {
    return this.#daemon.firmware;
  }

  get stations(): Stations {
    return this.#daemon.stations;
  }

  #make() {
    const { clock, bus } = this;
    const { links, limits, freshness } = this.#config;
    const common = { bus, clock, logger: silentLogger, random: () => 0.5 };
    const openLink = ({ url }: { readonly url: string }) => this.member(url);
    const stations = new Stations({ ...common, links, limits, freshness, openLink });
    const refill = new RefillWatch({
      clock,
      expected: (station) => {
        const atMs = this.due.get(station);
        return atMs === undefined ? null : { pump: 'P-1', atMs, everyDays: 14 };
      },
    });
    const unwatch = refill.watch(bus);
    return { stations, firmware: new Firmware({ ...common, config: this.#config, wires: stations, refill }), unwatch };
  }

  /** By its link or serial. */
  member(name: string): FleetStation {
    const found = this.members.find(({ url, station }) => url === name || station.serial === name);
    if (found === undefined) throw new Error(`no station ${name}`);
    return found;
  }

  async start(): Promise<void> {
    await this.firmware.start();
    this.stations.start();
    await this.until('every station to be asked', () => {
      const views = this.firmware.stations();
      const asked = ({ answers, job }: StationFirmwareView) =>
        answers === 'application' || answers === 'bootloader' || job !== null;
      return views.length === this.members.length && views.every(asked);
    });
  }

  async stop(): Promise<void> {
    await this.firmware.stop();
    await this.stations.stop();
    this.#daemon.unwatch();
  }

  /** The daemon ends and is started again on what it has left on the disk. */
  async restart(): Promise<void> {
    await this.stop();
    this.#daemon = this.#make();
    await this.start();
  }

  /** Puts an image on the shelf; returns its name there. */
  shelve(image: Buffer): Promise<string> {
    const content = async function* () {
      yield image;
    };
    return this.firmware.images.shelf.add(content());
  }

  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= STEP_MS) {
      for (const member of this.members) member.pass(Math.min(STEP_MS, left));
      this.clock.advance(Math.min(STEP_MS, left));
      await settle();
    }
  }

  /** Virtual time passes until what was begun has ended. */
  async ended<T>(begun: Promise<T>): Promise<T> {
    let pending = true;
    const done = () => {
      pending = false;
    };
    begun.then(done, done);
    await this.until('what was begun', () => !pending);
    return begun;
  }

  /** Virtual time passes, for as long as is needed and a quarter of an hour at most. */
  async until(what: string, is: () => boolean, withinMs = 900_000): Promise<void> {
    const end = this.clock.monotonicMs() + withinMs;
    while (!is()) {
      if (this.clock.monotonicMs() > end) throw new Error(`not within ${withinMs} ms: ${what}`);
      await this.pass(STEP_MS);
    }
  }
}

/** Files are real, so time stands still while one of them is read or written. */
async function settle(): Promise<void> {
  await turn();
  while (process.getActiveResourcesInfo().some((name) => name.startsWith('FSReq'))) await turn();
}
