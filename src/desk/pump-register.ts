/** The pumps of this site: in memory for everybody who asks, on the disk before a change is answered. */
import type { Clock } from '../clock.ts';
import type { Logger } from '../logger.ts';
import type { PumpHistory, RefillSummary } from '../records/model.ts';
import type { Records } from '../records/port.ts';
import type { PastFill, Pump } from '../refill/model.ts';
import { MOST_FILLS, MOST_PUMPS } from '../refill/register/schema.ts';
import { ranDry } from '../refill/residual.ts';
import { Refused, Unknown } from './refused.ts';
import { within } from './within.ts';

const REFILLS_AT_ONCE = 500;
/** Whoever changes the register stands at a screen, and is told no later than this. */
const DISK_MS = 5000;

export interface PumpRegisterParts {
  readonly records: Records;
  /** Pumps as JSON, from the records. */
  readonly kept: readonly string[];
  readonly clock: Clock;
  readonly logger: Logger;
  /** A residual under this, mL, is a pump that has run dry. */
  readonly dryMl: number;
}

export class PumpRegister {
  readonly #records: Records;
  readonly #clock: Clock;
  readonly #dryMl: number;
  readonly #pumps = new Map<string, Pump>();

  constructor({ records, kept, clock, logger, dryMl }: PumpRegisterParts) {
    this.#dryMl = dryMl;
    this.#records = records;
    this.#clock = clock;
    for (const json of kept) {
      try {
        const pump = JSON.parse(json) as Pump;
        this.#pumps.set(pump.pump, pump);
      } catch (error) {
        logger.error({ error, json: json.slice(0, 200) }, 'a pump of the register cannot be read; it is left out');
      }
    }
  }

  all(): readonly Pump[] {
    return [...this.#pumps.values()].sort((a, b) => (a.pump < b.pump ? -1 : 1));
  }

  get(pump: string): Pump | null {
    return this.#pumps.get(pump) ?? null;
  }

  /** Adds or replaces. Throws `Refused`, or `RecordsUnavailable` and then nothing has changed. */
  async put(pumps: readonly Pump[]): Promise<void> {
    const added = pumps.filter(({ pump }) => !this.#pumps.has(pump)).length;
    if (this.#pumps.size + added > MOST_PUMPS) {
      throw new Refused(
        'register-full',
        `the register holds ${MOST_PUMPS} pumps at most`,
        'remove pumps that are out of use',
      );
    }
    await Promise.all(pumps.map((pump) => this.#keepSoon(pump.pump, pump)));
  }

  /** Throws `Unknown`. Its refills stay on record. */
  async remove(pump: string): Promise<void> {
    if (!this.#pumps.has(pump)) throw unknownPump(pump);
    await this.#keepSoon(pump, null);
  }

  /** Twice the same fill is one. A pump that was removed meanwhile stays removed. */
  async addFill(id: string, fill: PastFill): Promise<void> {
    const pump = this.#pumps.get(id);
    if (pump === undefined || pump.fills.some(({ atMs }) => atMs === fill.atMs)) return;
    const fills = [...pump.fills, fill].sort((a, b) => a.atMs - b.atMs).slice(-MOST_FILLS);
    await this.#keep(id, { ...pump, fills });
  }

  /** Throws `Unknown`. */
  async history(id: string): Promise<PumpHistory> {
    const pump = this.#pumps.get(id);
    if (pump === undefined) throw unknownPump(id);
    const refills = new Map<number, string>();
    for (let before: number | null = null, more = true; more; ) {
      const nothing = { station: null, fromMs: null, toMs: null, outcome: null };
      const page: { refills: readonly RefillSummary[]; next: number | null } = await this.#records.refills({
        ...nothing,
        pump: id,
        before,
        limit: REFILLS_AT_ONCE,
      });
      for (const { fillAtMs, refill } of page.refills) if (fillAtMs !== null) refills.set(fillAtMs, refill);
      before = page.next;
      more = before !== null && refills.size < MOST_FILLS;
    }
    return { pump, points: pump.fills.map((fill) => this.#pointOf(fill, pump, refills.get(fill.atMs) ?? null)) };
  }

  #pointOf(fill: PastFill, pump: Pump, refill: string | null): PumpHistory['points'][number] {
    const { atMs, filledMl, residualMl, actualFlow } = fill;
    const label = pump.labelFlowMlPerDay;
    return {
      atMs,
      filledMl,
      residualMl,
      actualFlow: actualFlow?.value ?? null,
      actualFlowU95: actualFlow?.u95 ?? null,
      deviationPercent: actualFlow === null ? null : (100 * (actualFlow.value - label)) / label,
      atLeast: residualMl !== null && ranDry(residualMl, { dryMl: this.#dryMl }),
      refill,
    };
  }

  /** As `#keep`, but not longer than somebody waits: then the change is taken back, on the disk too once that writes again. */
  async #keepSoon(id: string, pump: Pump | null): Promise<void> {
    const before = this.#pumps.get(id) ?? null;
    if (await within(this.#clock, DISK_MS, this.#keep(id, pump))) return;
    if (this.#pumps.get(id) === (pump ?? undefined)) this.#keep(id, before).catch(() => {});
    throw new Refused(
      'records-not-written',
      `the records were not written within ${DISK_MS / 1000} s: pump ${id} stays as it was`,
      'see the alarm about the records, and try again when it has ended',
    );
  }

  /** In memory at once, so that what follows builds on it; taken back when the disk will never have it. */
  async #keep(id: string, pump: Pump | null): Promise<void> {
    const before = this.#pumps.get(id);
    this.#set(id, pump);
    try {
      await this.#records.write({ do: 'pump', pump: id, json: pump === null ? null : JSON.stringify(pump) });
    } catch (error) {
      if (this.#pumps.get(id) === (pump ?? undefined)) this.#set(id, before ?? null);
      throw error;
    }
  }

  #set(id: string, pump: Pump | null): void {
    if (pump === null) this.#pumps.delete(id);
    else this.#pumps.set(id, pump);
  }
}

const unknownPump = (pump: string) =>
  new Unknown('unknown-pump', `pump ${pump} is not in the register`, 'see /api/v1/pumps for those that are');
