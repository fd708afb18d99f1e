/**
 * Journal batches, QoS 1. New ones go out at once; those no recorder has acknowledged go out again, oldest first, in a
 * window that moves with the acknowledgements: a recorder that is away is not flooded, one that is back sets the pace.
 */
import type { Clock } from '../clock.ts';
import type { Journal, JournaledBatch } from '../journal/port.ts';
import type { MqttConnection } from './connection.ts';
import { type BatchId, topicOf } from './topics.ts';

export interface TelemetryLaneOptions {
  readonly connection: MqttConnection;
  readonly journal: Journal;
  readonly site: string;
  readonly clock: Clock;
}

/** A recorder answers within this; then a batch is sent again. */
export const RESEND_AFTER_MS = 10_000;
const TICK_MS = 5;
const IDLE_TICK_MS = 1000;
const PAGE = 64;
const PAGE_BYTES = 4_000_000;
const WINDOW_BATCHES = 512;
const WINDOW_BYTES = 8_000_000;

const keyOf = (station: string, b: BatchId) => `${station}/${b.epoch}/${b.firstSeq}`;

export class TelemetryLane {
  readonly counters = { published: 0, resent: 0, recorded: 0, postponed: 0 };
  readonly #options: TelemetryLaneOptions;
  readonly #topics = new Map<string, string>();
  /** Sent again and not yet acknowledged by a recorder. */
  readonly #window = new Map<string, number>();
  #windowBytes = 0;
  #windowSinceMs = 0;
  #cursor = 0;
  #newest = 0;
  /** Up to here nothing can be on its way: the connection was lost since. */
  #catchUpTo = 0;
  #cancel: (() => void) | null = null;
  /** Counts on with everything that makes a page under way worthless. */
  #turn = 0;
  #running = false;
  #unacknowledged = 0;
  readonly #done = () => {
    this.#unacknowledged--;
  };

  constructor(options: TelemetryLaneOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running = true;
    this.#schedule(IDLE_TICK_MS);
  }

  stop(): void {
    this.#running = false;
    this.#turn++;
    this.#cancel?.();
  }

  /** Messages that the broker has not taken yet. */
  get unacknowledged(): number {
    return this.#unacknowledged;
  }

  committed(batch: JournaledBatch): void {
    this.#newest = batch.position;
    if (!this.#running || !this.#options.connection.connected) return;
    // What does not fit now stays in the journal; it goes out again when the broker has caught up.
    if (!this.#send(batch, batch.payload)) this.counters.postponed++;
  }

  /** The connection is back: what was under way when it broke is sent again now, not in ten seconds. */
  connected(): void {
    this.#catchUpTo = this.#newest;
    this.#restart();
    this.#schedule(0);
  }

  disconnected(): void {
    this.#restart();
    this.#schedule(IDLE_TICK_MS);
  }

  recorded(station: string, batches: readonly BatchId[]): void {
    for (const batch of batches) {
      this.#options.journal.retire(station, batch);
      this.counters.recorded++;
      const key = keyOf(station, batch);
      const bytes = this.#window.get(key);
      if (bytes === undefined) continue;
      this.#window.delete(key);
      this.#windowBytes -= bytes;
      this.#windowSinceMs = this.#options.clock.monotonicMs();
    }
  }

  #restart(): void {
    this.#window.clear();
    this.#windowBytes = 0;
    this.#cursor = 0;
  }

  #send(batch: JournaledBatch, payload: string): boolean {
    let topic = this.#topics.get(batch.station);
    if (topic === undefined) {
      topic = topicOf(this.#options.site, batch.station, 'telemetry');
      this.#topics.set(batch.station, topic);
    }
    if (!this.#options.connection.publish(topic, payload, { qos: 1 }, this.#done)) return false;
    this.#unacknowledged++;
    this.counters.published++;
    return true;
  }

  #schedule(afterMs: number): void {
    if (!this.#running) return;
    this.#cancel?.();
    const turn = ++this.#turn;
    this.#cancel = this.#options.clock.after(afterMs, async () => {
      const more = await this.#resend(turn);
      if (turn === this.#turn) this.#schedule(more ? TICK_MS : IDLE_TICK_MS);
    });
  }

  /** One page of old batches; `true` when there is more to do soon. */
  async #resend(turn: number): Promise<boolean> {
    const { connection, journal, clock } = this.#options;
    if (!connection.connected || journal.counters.waiting === 0) return false;
    const now = clock.monotonicMs();
    if (this.#window.size > 0 && now - this.#windowSinceMs > RESEND_AFTER_MS) this.#restart();
    // New batches first: a backlog never holds them up.
    const room = Math.min(PAGE, WINDOW_BATCHES - this.#window.size, connection.room);
    if (room <= 0 || this.#windowBytes >= WINDOW_BYTES) return true;
    const catchingUp = this.#cursor < this.#catchUpTo;
    const page = await journal.waiting(room, catchingUp ? 0 : RESEND_AFTER_MS, this.#cursor);
    // The connection was lost, or is a new one: what was read belongs to another turn.
    if (turn !== this.#turn) return false;
    let bytes = 0;
    let sent = 0;
    for (const batch of page) {
      if (catchingUp && batch.position > this.#catchUpTo) break;
      if (bytes > PAGE_BYTES || connection.room <= 0) return true;
      // The first occurrence is the header's: names before it cannot hold a quotation mark.
      if (!this.#send(batch, batch.payload.replace('"history":false', '"history":true'))) return false;
      sent++;
      this.counters.resent++;
      bytes += batch.payload.length;
      this.#windowBytes += batch.payload.length;
      this.#window.set(keyOf(batch.station, batch), batch.payload.length);
      this.#windowSinceMs = now;
      this.#cursor = batch.position;
    }
    if (catchingUp && sent < room) this.#cursor = Math.max(this.#cursor, this.#catchUpTo);
    return sent > 0 || this.#window.size > 0;
  }
}
