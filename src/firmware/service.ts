/**
 * Firmware of all stations: what they hold, what they may get, and how they get it.
 *
 *   stations ─▶ inventory ─┐
 *   images ─▶ checks ──────┼─▶ update (one job a station) ─▶ audit log
 *   policy ────────────────┘         ▲
 *                         rollout ───┘  canaries, then waves
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bus } from '../bus.ts';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import type { Logger } from '../logger.ts';
import { AuditLog } from './audit.ts';
import { ImageShelf } from './image-shelf.ts';
import { Images } from './images.ts';
import { InventoryKeeper } from './inventory-keeper.ts';
import { JobFiles } from './job-files.ts';
import { Jobs } from './jobs.ts';
import { PolicyFile } from './policy-file.ts';
import type { RefillPort } from './refill-port.ts';
import { Rollouts } from './rollouts.ts';
import { stationFirmwareView } from './station-views.ts';
import { StationBook, type WiresPort } from './stations-port.ts';
import { Trends } from './trends.ts';
import { UpdateDesk } from './update-desk.ts';
import { type FirmwareKey, readKeys } from './verify/keys.ts';
import type { StationFirmwareView } from './views.ts';

export interface FirmwareDeps {
  readonly config: Config;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly random: () => number;
  readonly wires: WiresPort;
  readonly refill: RefillPort;
}

const MINUTE_MS = 60_000;
const POLICY_CHECK_MS = 30_000;

export class Firmware {
  readonly inventory: InventoryKeeper;
  readonly jobs: Jobs;
  readonly rollouts: Rollouts;
  readonly images: Images;
  readonly audit: AuditLog;
  readonly policy: PolicyFile;
  readonly keys: readonly FirmwareKey[];
  readonly updates: UpdateDesk;
  readonly #deps: FirmwareDeps;
  readonly #folder: string;
  readonly #book = new StationBook();
  readonly #trends = new Trends();
  readonly #listeners = new Set<() => void>();
  #off: (() => void)[] = [];
  #cancelPolicy: () => void = () => {};
  #revision = 0;

  /** Throws `UnusableKey`. */
  constructor(deps: FirmwareDeps) {
    const { config, bus, clock, random, wires, refill, logger } = deps;
    const settings = config.firmware;
    this.#deps = deps;
    this.#folder = join(config.data, 'firmware');
    this.keys = readKeys(settings.keyFiles);
    this.policy = new PolicyFile(settings.policyFile);
    this.audit = new AuditLog(join(this.#folder, 'audit.jsonl'), clock);
    const shelf = new ImageShelf(join(this.#folder, 'images'));
    this.images = new Images(shelf, this.keys, this.policy);
    const own = { bus, clock, logger, random, refill, book: this.#book, audit: this.audit };
    const changed = () => this.#tell();
    this.inventory = new InventoryKeeper({
      ...own,
      lease: (name, handlers) => wires.lease(name, handlers),
      everyMs: settings.askEveryMinutes * MINUTE_MS,
      inUse: (station) => this.jobs.at(station) !== null,
      changed: ({ station }) => {
        this.#revision++;
        this.#say(station);
        changed();
      },
      gone: () => {
        this.#revision++;
        changed();
      },
    });
    this.jobs = new Jobs({
      ...own,
      wires,
      shelf,
      files: new JobFiles(join(this.#folder, 'jobs')),
      giveWay: (name) => this.inventory.giveWay(name),
      problems: async ({ order }, content) => {
        const { facts, problems } = this.images.check(content);
        if (facts === null || problems.length > 0) return problems;
        const { hardwareRevision } = order;
        return this.images.against(facts, { hardwareRevision, version: null, slotBytes: null });
      },
      changed,
      ended: ({ order, rollout, link }, outcome) => {
        this.rollouts.ended(order.station, rollout, outcome);
        // One that was only a link may have said by now who it is.
        void this.inventory.ask(wires.statuses().find((s) => s.link === link)?.station ?? order.station);
      },
    });
    this.updates = new UpdateDesk({
      ...own,
      proofMs: settings.proofSeconds * 1000,
      baudRateOf: (link) => config.links.find(({ url }) => url === link)?.baudRate ?? 115_200,
      inventory: this.inventory,
      images: this.images,
      jobs: this.jobs,
      trends: this.#trends,
    });
    this.rollouts = new Rollouts({
      ...own,
      folder: this.#folder,
      trends: this.#trends,
      hindrance: (station) => this.hindrance(station),
      update: async (station, { image, by, state }) => {
        await this.updates.update({ station, image: image.file, by }, state.plan.rollout);
      },
      outcomeOf: (station, rollout) => {
        const mine = this.jobs.all().find((j) => j.record.rollout === rollout && j.record.order.station === station);
        return mine === undefined ? 'none' : mine.record.outcome;
      },
      changed,
    });
  }

  async start(): Promise<void> {
    const { bus, clock, logger } = this.#deps;
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const broken = await this.audit.start();
    if (broken.length > 0) logger.error({ lines: broken.slice(0, 20) }, 'lines of the firmware audit log were changed');
    await this.images.shelf.start();
    this.#off = [
      this.#book.watch(bus),
      this.#trends.watch(bus, () => clock.monotonicMs()),
      bus.on('identified', ({ station }) => this.#say(station)),
    ];
    await this.jobs.start();
    await this.rollouts.start();
    this.inventory.start();
    await this.#checkPolicy();
  }

  async stop(): Promise<void> {
    this.#cancelPolicy();
    await this.rollouts.stop();
    await this.jobs.stop();
    await this.inventory.stop();
    for (const off of this.#off.splice(0)) off();
  }

  /** Changes when inventory or policy have. */
  get revision(): number {
    return this.#revision;
  }

  /** Called, perhaps often, when anything that is shown has changed. Returns the function that ends it. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Why a station cannot be updated at this moment; `null` when it can. */
  hindrance(station: string): string | null {
    const { refill, wires } = this.#deps;
    const { use, reason } = refill.refillState(station);
    if (use !== 'free') return reason;
    if (this.jobs.at(station) !== null) return 'another update has the station';
    const status = wires.statuses().find((s) => s.station === station);
    return status?.state === 'live' ? null : (status?.reason ?? 'the station is not connected');
  }

  /** Every station that has said who it is, and every link of which only a bootloader answers. */
  stations(): StationFirmwareView[] {
    const views: StationFirmwareView[] = [];
    for (const { station, link } of this.#deps.wires.statuses()) {
      const view = this.#view(station ?? link);
      if (view !== null) views.push(view);
    }
    return views;
  }

  #view(station: string): StationFirmwareView | null {
    const info = this.#book.info(station);
    const held = this.inventory.held(station);
    if (info === null && held?.answers !== 'bootloader' && this.jobs.at(station) === null) return null;
    const all = this.#deps.wires.statuses();
    const status = all.find((s) => s.station === station) ?? all.find((s) => s.link === (held?.link ?? station));
    if (status === undefined) return null;
    const { use, reason } = this.#deps.refill.refillState(station);
    const job = this.jobs.at(station)?.record.order.job ?? null;
    const busy = use === 'free' ? null : reason;
    return stationFirmwareView({ station, status, info, held, policy: this.policy.policy, busy, job });
  }

  #say(station: string): void {
    const view = this.#view(station);
    if (view !== null) this.#deps.bus.emit('firmware', view);
  }

  async #checkPolicy(): Promise<void> {
    const { clock, logger, wires } = this.#deps;
    if (await this.policy.refresh()) {
      this.#revision++;
      if (this.policy.problem !== null) logger.error({}, `firmware policy: ${this.policy.problem}`);
      for (const { station } of wires.statuses()) if (station !== null) this.#say(station);
      this.#tell();
    }
    this.#cancelPolicy = clock.after(POLICY_CHECK_MS, () => void this.#checkPolicy());
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
