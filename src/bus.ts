/**
 * The daemon's in-process bus: typed, synchronous, in order. One failing listener cannot hurt another.
 *
 *   station ──▶ bus ──┬──▶ journal ──▶ mqtt
 *                     ├──▶ web
 *                     └──▶ metrics
 */
import type { Reading } from '../protocols/reading.ts';
import type { AlarmBoard } from './alarms/board.ts';
import type { ConditionReport } from './alarms/catalogue.ts';
import type { StationFirmwareView } from './firmware/views.ts';
import type { RefillRecord } from './records/model.ts';
import type { NoRefill, RefillState } from './refill/model.ts';
import type { StationEvent, StationHealth, StationInfo, StationStatus } from './station/model.ts';

export interface BusEvents {
  status: StationStatus;
  identified: StationInfo;
  reading: Reading;
  event: StationEvent;
  /** Once a second per identified station. */
  health: StationHealth;
  /** An alarm condition begins or ends; said again only when it changes. */
  condition: ConditionReport;
  /** The alarm system's board has changed. */
  alarms: AlarmBoard;
  /** The state of a station's open refill, at most 10 a second and at every change; at its end the last one, then `NoRefill`. */
  refill: RefillState | NoRefill;
  /** A refill is closed: its record, which nothing changes any more. */
  record: RefillRecord;
  /** What bridges say of their alarms or refills has changed; only at a dashboard apart from them. */
  elsewhere: null;
  /** A station's firmware as it was asked, or judged anew. */
  firmware: StationFirmwareView;
}

export type Listener<T> = (payload: T) => void;

export class Bus {
  readonly #listeners: { [K in keyof BusEvents]: Listener<BusEvents[K]>[] } = {
    status: [],
    identified: [],
    reading: [],
    event: [],
    health: [],
    condition: [],
    alarms: [],
    refill: [],
    record: [],
    elsewhere: [],
    firmware: [],
  };
  readonly #onListenerError: (error: unknown, topic: keyof BusEvents) => void;

  constructor(onListenerError: (error: unknown, topic: keyof BusEvents) => void) {
    this.#onListenerError = onListenerError;
  }

  /** Returns the function that removes the listener again. */
  on<K extends keyof BusEvents>(topic: K, listener: Listener<BusEvents[K]>): () => void {
    const list = this.#listeners[topic];
    list.push(listener);
    return () => {
      const at = list.indexOf(listener);
      if (at >= 0) list.splice(at, 1);
    };
  }

  emit<K extends keyof BusEvents>(topic: K, payload: BusEvents[K]): void {
    const list = this.#listeners[topic];
    for (let i = 0; i < list.length; i++) {
      try {
        list[i]?.(payload);
      } catch (error) {
        this.#onListenerError(error, topic);
      }
    }
  }
}
