/** What becomes of rows that the store refuses for good: set aside where people find them, or held back. */
import type { Clock } from '../clock.ts';
import type { Logger } from '../logger.ts';
import type { BatchId } from '../mqtt/topics.ts';
import type { StoredEvent, StoredRow } from '../store/port.ts';
import { type Quarantine, QuarantineUnavailable, type Refused } from './quarantine.ts';
import { RawTexts } from './raw-text.ts';
import type { Refusal } from './write-all.ts';

export interface BatchOrigin {
  readonly topic: string;
  readonly station: string;
  readonly bridge: string;
  readonly batch: BatchId;
  /** The message it came in. */
  readonly payload: Buffer;
}

export interface RefusalCounters {
  /** Rows and events the store will never take; each is in the quarantine. */
  rejected: number;
  /** Batches not acknowledged, because the quarantine cannot take what the store refused: they come again. */
  heldBack: number;
  /** Size of the quarantine's files. */
  quarantineBytes: number;
}

export interface RefusalsOptions {
  readonly quarantine: Quarantine;
  readonly site: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly counters: RefusalCounters;
}

const LOGGED_REFUSALS = 20;
const WARN_EVERY_MS = 30_000;

export class Refusals {
  readonly #options: RefusalsOptions;
  #lastWarnMs = Number.NEGATIVE_INFINITY;

  constructor(options: RefusalsOptions) {
    this.#options = options;
  }

  /** Into the quarantine; returns the batches that must not be acknowledged, because their rows could not be kept. */
  async setAside<B extends BatchOrigin>(batches: readonly B[], refusals: readonly Refusal[]): Promise<ReadonlySet<B>> {
    const touched = new Set<B>();
    if (refusals.length === 0) return touched;
    const { quarantine, site, counters } = this.#options;
    const refused: Refused[] = [];
    const raw = new RawTexts();
    for (const { record, reason } of refusals) {
      for (const origin of batches) {
        if (!holds(origin, record)) continue;
        const { topic, bridge, batch, payload } = origin;
        refused.push({ record, reason, site, topic, bridge, batch, raw: raw.of(payload, batch, record) });
        touched.add(origin);
      }
    }
    try {
      const kept = await quarantine.keep(refused);
      counters.rejected += kept.length;
      counters.quarantineBytes = quarantine.bytes;
      this.#logKept(kept);
      return new Set();
    } catch (error) {
      if (!(error instanceof QuarantineUnavailable)) throw error;
      counters.heldBack += touched.size;
      this.#logHeldBack(error, touched.size);
      return touched;
    }
  }

  #logKept(kept: readonly Refused[]): void {
    const { logger, quarantine, counters } = this.#options;
    const file = quarantine.path;
    for (const { record, reason } of kept.slice(0, LOGGED_REFUSALS)) {
      const content = { ...record, timeNs: record.timeNs.toString() };
      logger.error(
        { content, reason, file, rejected: counters.rejected },
        'the store will never take this row: it is kept in the quarantine file',
      );
    }
    const more = kept.length - LOGGED_REFUSALS;
    if (more > 0) {
      logger.error({ more, file, rejected: counters.rejected }, 'more rows of the same write are in quarantine');
    }
  }

  #logHeldBack(error: QuarantineUnavailable, batches: number): void {
    const { clock, logger, counters } = this.#options;
    const now = clock.monotonicMs();
    if (now - this.#lastWarnMs < WARN_EVERY_MS) return;
    this.#lastWarnMs = now;
    logger.error(
      { problem: error.message, batches, heldBack: counters.heldBack },
      'the store refuses rows for good and they cannot be set aside: their batches are not acknowledged and come again',
    );
  }
}

const holds = ({ station, batch }: BatchOrigin, { station: of, epoch, seq }: StoredRow | StoredEvent): boolean =>
  station === of && batch.epoch === epoch && batch.firstSeq <= seq && seq <= batch.lastSeq;
