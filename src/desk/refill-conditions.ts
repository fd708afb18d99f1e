/** What an open refill says about alarm conditions: its advisories, and that its station is silent. Said when it changes. */
import type { AlarmCondition } from '../alarms/catalogue.ts';
import type { Bus } from '../bus.ts';
import { ADVISORIES, type RefillState } from '../refill/model.ts';
import { adviceOf } from './advisory-words.ts';

const SILENT = 'the station is silent in the middle of a refill: values shown are old; check cable and station';

export class RefillConditions {
  readonly #bus: Bus;
  readonly #said = new Map<string, Map<AlarmCondition, boolean>>();

  constructor(bus: Bus) {
    this.#bus = bus;
  }

  /** `null`: no refill is open at this station, so nothing of it is present. The first time everything is said. */
  update(station: string, state: RefillState | null): void {
    const open = state?.outcome === 'in-progress' ? state : null;
    for (const kind of ADVISORIES) {
      const last = open?.advisories.findLast(({ advisory, present }) => advisory === kind && present);
      this.#say(station, kind, last !== undefined, () => (last === undefined ? null : adviceOf(last)));
    }
    this.#say(station, 'stationQuietInRefill', open?.link === 'silent', () => SILENT);
    if (state === null) this.#said.delete(station);
  }

  #say(source: string, condition: AlarmCondition, present: boolean, detail: () => string | null): void {
    const said = this.#said.get(source) ?? new Map<AlarmCondition, boolean>();
    this.#said.set(source, said);
    if (said.get(condition) === present) return;
    said.set(condition, present);
    this.#bus.emit('condition', { source, condition, present, detail: present ? detail() : null });
  }
}
