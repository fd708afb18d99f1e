/**
 * Journal batches, QoS 1. New ones go out at once; those no recorder has acknowledged go out again, oldest first, many to
 * a message, in a window that moves with the acknowledgements: a recorder that is away is not flooded, one that is back
 * sets the pace.
 */
import type { Clock } from '../clock.ts';
import type { Journal, JournaledBatch } from '../journal/port.ts';
import { type Bundle, bundles } from './bundles.ts';
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
const PAGE = 1000;
/** Brokers keep some hundred messages for a reader that is slow, and silently drop what is beyond. */
const WINDOW_MESSAGES = 256;
const WINDOW_BATCHES = 10_000;
/** Some 40,000 readings: enough for a recorder and its store to be never without work, and few enough to be young objects when they are stored. */
const WINDOW_CHARACTERS = 4_000_000;

/** A message under way, until each of its batches is acknowledged. */
interface Outstanding {
  unanswered: number;
}

const keyOf = (station: string, b: BatchId) => `${station}/${b.epoch}/${b.firstSeq}`;

export class TelemetryLane {
  readonly counters = { published: 0, resent: 0, recorded: 0, postponed: 0 };
  readonly #options: TelemetryLaneOptions;
  readonly #topics = new Map<string, string>();
  /** Batches that were sent again and are not yet acknowledged by a recorder. */
  readonly #window = new Map<string, { readonly characters: number; readonly message: Outstanding }>();
  #windowMessages = 0;
  #windowCharacters = 0;
  #windowSinceMs = 0;
  #cursor = 0;
  #newest = 0;
  /** Batches that were made to wait again: they stand before the cursor. */
  #again = 0;
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
    if (!this.#send(batch.station, batch.payload)) this.counters.postponed++;
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
      const sent = this.#window.get(key);
      if (sent === undefined) continue;
      this.#window.delete(key);
      this.#windowCharacters -= sent.characters;
      if (--sent.message.unanswered === 0) this.#windowMessages--;
      this.#windowSinceMs = this.#options.clock.monotonicMs();
    }
  }

  #restart(): void {
    this.#window.clear();
    this.#windowMessages = 0;
    this.#windowCharacters = 0;
    this.#cursor = 0;
  }

  #send(station: string, payload: string): boolean {
    let topic = this.#topics.get(station);
    if (topic === undefined) {
      topic = topicOf(this.#options.site, station, 'telemetry');
      this.#topics.set(station, topic);
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
    if (journal.counters.again !== this.#again) this.#restart();
    this.#again = journal.counters.again;
    if (this.#window.size > 0 && now - this.#windowSinceMs > RESEND_AFTER_MS) this.#restart();
    // New batches first: a backlog never holds them up.
    const room = Math.min(WINDOW_MESSAGES - this.#windowMessages, connection.room);
    const full = this.#windowCharacters >= WINDOW_CHARACTERS || this.#window.size >= WINDOW_BATCHES;
    if (room <= 0 || full) return true;
    const catchingUp = this.#cursor < this.#catchUpTo;
    const page = await journal.waiting(PAGE, catchingUp ? 0 : RESEND_AFTER_MS, this.#cursor);
    // The connection was lost, or is a new one: what was read belongs to another turn.
    if (turn !== this.#turn) return false;
    const due = catchingUp ? page.filter((batch) => batch.position <= this.#catchUpTo) : page;
    const messages = bundles(due, Math.min(room, connection.room));
    for (const message of messages) if (!this.#sendAgain(message)) return false;
    const sent = messages.reduce((sum, { batches }) => sum + batches.length, 0);
    this.#cursor = due[sent - 1]?.position ?? this.#cursor;
    if (catchingUp && due.length === 0) this.#cursor = this.#catchUpTo;
    return sent > 0 || this.#window.size > 0;
  }

  #sendAgain({ station, batches, payload }: Bundle): boolean {
    if (!this.#send(station, payload)) return false;
    const message: Outstanding = { unanswered: batches.length };
    this.#windowMessages++;
    for (const batch of batches) {
      this.#window.set(keyOf(station, batch), { characters: batch.payload.length, message });
      this.#windowCharacters += batch.payload.length;
    }
    this.counters.resent += batches.length;
    this.#windowSinceMs = this.#options.clock.monotonicMs();
    return true;
  }
}
