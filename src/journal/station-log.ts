/** One station's open batch: assigns epoch, sequence number and timestamp, once, and makes the batch's JSON. */
import { FLAG, type Reading, type Received } from '../../protocols/reading.ts';
import { ROW_COLUMNS } from '../mqtt/topics.ts';
import type { StationEvent } from '../station/model.ts';
import { RowWriter } from './row-writer.ts';

/** A finished batch on its way to the disk. */
export interface PendingBatch {
  readonly station: string;
  readonly epoch: number;
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly payload: string;
}

/** What survives a restart, so that epochs and timestamps never repeat. Time = `timeMs` · 10^6 + `timeNs`. */
export interface StationMark {
  readonly epoch: number;
  readonly timeMs: number;
  readonly timeNs: number;
}

const NS_PER_MS = 1e6;
const MAX_ROWS = 1000;
/** Keeps `dtNs` far inside the integers a double can hold, whatever UTC does. */
const LONGEST_BATCH_MS = 86_400_000;
/** Beyond this (year 2261) ns no longer fit 64 bits: such a clock is as good as none, and time goes on from the last. */
const LAST_UTC_MS = 9.2e12;
/**
 * Where UTC is behind the times already given (it was set back), time goes on at 7/8 of the monotonic clock: what lay
 * apart stays apart, and UTC catches up.
 */
const PACE_WHEN_AHEAD = 7 / 8;
/** A time further off than this says so (as a step of UTC does, `clocks.ts`). */
const AHEAD_MS = 250;
const COLUMNS = JSON.stringify(ROW_COLUMNS);

export class StationLog {
  readonly #station: string;
  readonly #bridge: string;
  readonly #seal: (batch: PendingBatch) => void;
  readonly #rows = new RowWriter();
  #events: string[] = [];
  #count = 0;
  #firstSeq = 1;
  #nextSeq = 1;
  #epoch: number;
  #bootId: string | null = null;
  #timeMs: number;
  #timeNs: number;
  #monotonicMs: number | null = null;
  /** The time just given is not UTC. */
  #ahead = false;
  #startMs = 0;
  #startNs = 0;

  /** `seal` receives every batch that is finished, in order. */
  constructor(station: string, bridge: string, mark: StationMark, seal: (batch: PendingBatch) => void) {
    this.#station = station;
    this.#bridge = bridge;
    this.#epoch = mark.epoch;
    this.#timeMs = mark.timeMs;
    this.#timeNs = mark.timeNs;
    this.#seal = seal;
  }

  get mark(): StationMark {
    return { epoch: this.#epoch, timeMs: this.#timeMs, timeNs: this.#timeNs };
  }

  reading(r: Reading): void {
    const dtNs = this.#place(r.bootId, r.received);
    const flags = this.#ahead ? r.flags | FLAG.clockUntrusted : r.flags;
    this.#rows.row(this.#nextSeq++, dtNs, r.deviceTickMs, r.lineSeq, flags, r.values);
    if (++this.#count >= MAX_ROWS) this.finish();
  }

  event(e: StationEvent): void {
    const dtNs = this.#place(e.bootId, e.received);
    this.#events.push(
      JSON.stringify({
        seq: this.#nextSeq++,
        dtNs,
        tickMs: e.deviceTickMs,
        lineSeq: e.lineSeq,
        source: e.source,
        state: e.state.slice(0, 64),
        data: e.data.slice(0, 512),
      }),
    );
    if (++this.#count >= MAX_ROWS) this.finish();
  }

  /** One message is given up: its sequence number is used, so that the gap can be seen in the store. */
  skip(bootId: string, utcMs: number): void {
    if (bootId !== this.#bootId) this.#beginEpoch(bootId, utcMs);
    // Batches have no holes inside: `firstSeq..lastSeq` is exactly what is in them.
    this.finish();
    this.#nextSeq++;
  }

  finish(): void {
    if (this.#count === 0) return;
    const lastSeq = this.#nextSeq - 1;
    const t0 = BigInt(this.#startMs) * 1_000_000n + BigInt(this.#startNs);
    const payload =
      `{"station":"${this.#station}","bridge":"${this.#bridge}","epoch":${this.#epoch},"bootId":${JSON.stringify((this.#bootId ?? '').slice(0, 16))},` +
      `"firstSeq":${this.#firstSeq},"lastSeq":${lastSeq},"history":false,"t0":"${t0}","columns":${COLUMNS},` +
      `"rows":[${this.#rows.take()}],"events":[${this.#events.join(',')}]}`;
    this.#events = [];
    this.#count = 0;
    this.#seal({ station: this.#station, epoch: this.#epoch, firstSeq: this.#firstSeq, lastSeq, payload });
  }

  /** Moves to the message's epoch and time; returns ns since the start of its batch. */
  #place(bootId: string, { utcMs, monotonicMs }: Received): number {
    if (bootId !== this.#bootId) this.#beginEpoch(bootId, utcMs);
    const ms = utcMs > 0 && utcMs < LAST_UTC_MS ? Math.floor(utcMs) : 0;
    const ns = ms > 0 ? Math.floor((utcMs - ms) * NS_PER_MS) : 0;
    if (ms > this.#timeMs || (ms === this.#timeMs && ns > this.#timeNs)) {
      this.#timeMs = ms;
      this.#timeNs = ns;
    } else this.#goOn(monotonicMs);
    this.#monotonicMs = monotonicMs;
    this.#ahead = this.#timeMs - ms > AHEAD_MS;
    if (this.#count > 0 && this.#timeMs - this.#startMs > LONGEST_BATCH_MS) this.finish();
    if (this.#count === 0) {
      this.#firstSeq = this.#nextSeq;
      this.#startMs = this.#timeMs;
      this.#startNs = this.#timeNs;
    }
    return (this.#timeMs - this.#startMs) * NS_PER_MS + (this.#timeNs - this.#startNs);
  }

  /** UTC gives no later time than the last one. */
  #goOn(monotonicMs: number): void {
    const passedMs = Math.max(0, monotonicMs - (this.#monotonicMs ?? monotonicMs)) * PACE_WHEN_AHEAD;
    const ns = this.#timeNs + Math.max(1, Math.floor(passedMs * NS_PER_MS));
    const wholeMs = Math.floor(ns / NS_PER_MS);
    this.#timeMs += wholeMs;
    this.#timeNs = ns - wholeMs * NS_PER_MS;
  }

  /**
   * Epochs count up from the Unix second, not from 1: the same station may be read by another bridge tomorrow, or this
   * journal may be lost, and a number used twice would make new rows look like old ones.
   */
  #beginEpoch(bootId: string, utcMs: number): void {
    this.finish();
    this.#bootId = bootId;
    this.#epoch = Math.max(this.#epoch + 1, utcMs > 0 && utcMs < LAST_UTC_MS ? Math.floor(utcMs / 1000) : 1);
    this.#nextSeq = 1;
  }
}
