/** Takes the wish for an update, checks everything that can be checked, and begins it. */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { AuditLog } from './audit.ts';
import { type Images, imageRefused } from './images.ts';
import { activeSlot, type Held } from './inventory.ts';
import type { InventoryKeeper } from './inventory-keeper.ts';
import type { JobRecord } from './job-files.ts';
import type { Jobs } from './jobs.ts';
import type { RefillPort } from './refill-port.ts';
import { FirmwareRefusal } from './refusal.ts';
import type { StationBook } from './stations-port.ts';
import type { Trends } from './trends.ts';
import { NOTHING_DONE, type UpdateOrder } from './update/words.ts';
import type { StationFacts } from './verify/fits.ts';

export interface UpdateRequest {
  /** Serial, or the link of a station of which only the bootloader answers. */
  readonly station: string;
  /** SHA-256 of the file. */
  readonly image: string;
  readonly by: string;
  readonly route?: UpdateOrder['route'] | undefined;
  /** Of a station that cannot say it itself any more; its own word always counts. */
  readonly hardwareRevision?: string | undefined;
}

export interface UpdateDeskDeps {
  readonly clock: Clock;
  readonly proofMs: number;
  readonly baudRateOf: (link: string) => number;
  readonly book: StationBook;
  readonly inventory: InventoryKeeper;
  readonly images: Images;
  readonly jobs: Jobs;
  readonly refill: RefillPort;
  readonly trends: Trends;
  readonly audit: AuditLog;
}

const CRC_WINDOW_MS = 10 * 60_000;

export class UpdateDesk {
  readonly #deps: UpdateDeskDeps;

  constructor(deps: UpdateDeskDeps) {
    this.#deps = deps;
  }

  /** Returns the id of the job. Throws `FirmwareRefusal`, which is in the audit log then. */
  async update(request: UpdateRequest, rollout: string | null): Promise<string> {
    try {
      return await this.#begin(request, rollout);
    } catch (error) {
      const refusal = asRefusal(error, request.station);
      const detail = `${refusal.code}: ${refusal.message}`;
      await this.#deps.audit.append({ who: request.by, act: 'update-refused', station: request.station, detail });
      throw refusal;
    }
  }

  /** What stands against an image at a station, as far as is known now; asks the station when it has not been asked. */
  async facts(station: string, route: UpdateOrder['route'], stated?: string): Promise<StationFacts> {
    const { inventory } = this.#deps;
    return this.#factsOf(station, inventory.held(station) ?? (await inventory.ask(station)), route, stated);
  }

  async #begin(request: UpdateRequest, rollout: string | null): Promise<string> {
    const { station, by, route = 'swap', hardwareRevision } = request;
    const { images, inventory, book, clock, jobs, audit } = this.#deps;
    const { content, facts } = await images.sound(request.image);
    this.#mustBeFree(station);
    const held = await inventory.ask(station);
    const info = book.info(station);
    if (info === null && held?.answers !== 'bootloader') {
      throw new FirmwareRefusal(
        'not-answering',
        `${station} has not said who it is, and no bootloader answers there`,
        'check its cable and power; hai-bridge firmware list shows who answers',
      );
    }
    const problems = await images.against(facts, this.#factsOf(station, held, route, hardwareRevision));
    if (problems.length > 0) throw imageRefused(problems);
    this.#mustBeFree(station);
    const { file, hash, version, bytes } = facts;
    const order = this.#order(request, { file, hash, version, bytes }, held);
    const record: JobRecord = {
      order,
      memory: NOTHING_DONE,
      link: held?.link ?? info?.link ?? station,
      by,
      rollout,
      beganUtcMs: clock.utcMs(),
      endedUtcMs: null,
      outcome: null,
    };
    const detail = `from ${order.before.version ?? 'unknown'}${route === 'recovery' ? ', by recovery' : ''}`;
    const image = { version, hash, file };
    await audit.append({ who: by, act: 'update-begun', station, job: order.job, image, detail });
    await jobs.add(record, content);
    return order.job;
  }

  #mustBeFree(station: string): void {
    const { use, reason } = this.#deps.refill.refillState(station);
    if (use === 'open') {
      throw new FirmwareRefusal('refill-open', `${station} is in use: ${reason}`, 'try again when the refill is over');
    }
    if (use === 'due') {
      throw new FirmwareRefusal(
        'refill-due',
        `${station} is needed soon: ${reason}`,
        'try again when that refill is over, or at another hour (firmware.refillDueMinutes says how near is too near)',
      );
    }
    if (this.#deps.jobs.at(station) === null) return;
    throw new FirmwareRefusal('in-use', `${station} is being updated already`, 'wait until that has ended');
  }

  #factsOf(station: string, held: Held | null, route: UpdateOrder['route'], stated: string | undefined): StationFacts {
    const said = this.#deps.book.info(station)?.identification;
    const inBootloader = held?.answers === 'bootloader';
    const running = held === null ? undefined : activeSlot(held);
    return {
      hardwareRevision: said?.hardwareRevision ?? stated ?? null,
      version: inBootloader ? null : (running?.version ?? said?.firmwareVersion ?? null),
      slotBytes: held?.slotBytes[inBootloader || route === 'recovery' ? 0 : 1] || null,
    };
  }

  #order(request: UpdateRequest, image: UpdateOrder['image'], held: Held | null): UpdateOrder {
    const { station, route = 'swap', hardwareRevision } = request;
    const { book, clock, trends, proofMs, baudRateOf } = this.#deps;
    const info = book.info(station);
    const said = info?.identification;
    const running = held === null ? undefined : activeSlot(held);
    const nowMs = clock.monotonicMs();
    return {
      job: `job-${randomUUID().slice(0, 8)}`,
      station,
      ...(said === undefined && { anonymous: true }),
      image,
      route,
      hardwareRevision: said?.hardwareRevision ?? hardwareRevision ?? null,
      before: { version: running?.version ?? said?.firmwareVersion ?? null, hash: running?.hash ?? null },
      crcErrorRateBefore: trends.between(station, nowMs - CRC_WINDOW_MS, nowMs)?.crcErrorRate ?? null,
      proofMs,
      baudRate: baudRateOf(held?.link ?? info?.link ?? station),
    };
  }
}

function asRefusal(error: unknown, station: string): FirmwareRefusal {
  if (error instanceof FirmwareRefusal) return error;
  if (error instanceof Error && error.name === 'LeaseRefused') {
    const code = 'code' in error && error.code === 'in-use' ? 'in-use' : 'unknown-station';
    return new FirmwareRefusal(
      code,
      error.message,
      `see hai-bridge firmware list for what answers instead of ${station}`,
    );
  }
  throw error;
}
