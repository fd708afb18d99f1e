/** Says a condition when it begins and when it ends, and nothing in between; of one that is not there, once that it is not. */
import type { AlarmCondition } from '../alarms/catalogue.ts';
import type { Bus } from '../bus.ts';

export class ConditionBook {
  readonly #bus: Bus;
  /** By `source condition`: bounded by stations and conditions. */
  readonly #said = new Map<string, boolean>();

  constructor(bus: Bus) {
    this.#bus = bus;
  }

  /**
   * `detail`: what is wrong and what to do; `null` when the condition is not there. That is said at the first time too:
   * the alarm system may remember the condition from the run before.
   */
  say(source: string, condition: AlarmCondition, detail: string | null): void {
    const key = `${source} ${condition}`;
    const present = detail !== null;
    if (this.#said.get(key) === present) return;
    this.#said.set(key, present);
    this.#bus.emit('condition', { source, condition, present, detail });
  }

  /** Something has been said of it in this run. */
  knows(source: string, condition: AlarmCondition): boolean {
    return this.#said.has(`${source} ${condition}`);
  }
}
