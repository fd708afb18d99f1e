/**
 * Latest values, a few times a second: QoS 0, expiring. Only the newest reading of a station is kept, and only until
 * its turn; nothing is queued for a broker that is away or slow.
 */
import type { Reading } from '../../protocols/reading.ts';
import type { Clock } from '../clock.ts';
import type { MqttConnection } from './connection.ts';
import { livePayloadOf } from './payloads.ts';
import { topicOf } from './topics.ts';

export interface LiveLaneOptions {
  readonly connection: MqttConnection;
  readonly site: string;
  readonly clock: Clock;
  /** Most messages a second per station. */
  readonly liveHz: number;
  /** Age at which readers blank the values. */
  readonly expiryMs: number;
}

/** More than this in the socket: the network is behind, and a live value would arrive old. */
const BUSY_BYTES = 262_144;

interface Slot {
  latest: Reading | null;
  nextMs: number;
  readonly topic: string;
}

export class LiveLane {
  readonly counters = { published: 0, skipped: 0 };
  readonly #options: LiveLaneOptions;
  readonly #slots = new Map<string, Slot>();
  #periodMs: number;
  #expiryMs: number;
  /** Stations with a reading that waits for its turn. */
  #waiting: Slot[] = [];
  #cancel: (() => void) | null = null;
  #dueMs = 0;

  constructor(options: LiveLaneOptions) {
    this.#options = options;
    this.#periodMs = 1000 / options.liveHz;
    this.#expiryMs = options.expiryMs;
  }

  retune({ liveHz, expiryMs }: Pick<LiveLaneOptions, 'liveHz' | 'expiryMs'>): void {
    this.#periodMs = 1000 / liveHz;
    this.#expiryMs = expiryMs;
  }

  reading(reading: Reading): void {
    let slot = this.#slots.get(reading.station);
    if (slot === undefined) {
      slot = { latest: null, nextMs: 0, topic: topicOf(this.#options.site, reading.station, 'live') };
      this.#slots.set(reading.station, slot);
    }
    if (slot.latest !== null) {
      this.counters.skipped++;
      slot.latest = reading;
      return;
    }
    slot.latest = reading;
    const now = reading.received.monotonicMs;
    if (now >= slot.nextMs) {
      this.#send(slot, now);
      return;
    }
    this.#waiting.push(slot);
    this.#schedule(slot.nextMs, now);
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = null;
    for (const slot of this.#waiting.splice(0)) slot.latest = null;
  }

  #schedule(dueMs: number, now: number): void {
    if (this.#cancel !== null && this.#dueMs <= dueMs) return;
    this.#cancel?.();
    this.#dueMs = dueMs;
    this.#cancel = this.#options.clock.after(Math.max(0, dueMs - now), () => this.#turn());
  }

  #turn(): void {
    this.#cancel = null;
    const now = this.#options.clock.monotonicMs();
    const early: Slot[] = [];
    let soonest = Number.POSITIVE_INFINITY;
    for (const slot of this.#waiting) {
      // A turn a few ms early saves a timer per station.
      if (slot.nextMs <= now + 5) this.#send(slot, now);
      else {
        early.push(slot);
        soonest = Math.min(soonest, slot.nextMs);
      }
    }
    this.#waiting = early;
    if (early.length > 0) this.#schedule(soonest, now);
  }

  #send(slot: Slot, now: number): void {
    const reading = slot.latest;
    slot.latest = null;
    slot.nextMs = now + this.#periodMs;
    const { connection } = this.#options;
    const expiryMs = this.#expiryMs;
    if (reading === null || !connection.connected) return;
    if (connection.unsentBytes > BUSY_BYTES) {
      this.counters.skipped++;
      return;
    }
    const payload = JSON.stringify(livePayloadOf(reading, expiryMs));
    if (connection.publish(slot.topic, payload, { qos: 0, expirySeconds: expiryMs / 1000 })) this.counters.published++;
  }
}
