/** Conditions of stations that the last run left behind, and whose link is no longer in the configuration: nobody else ends them. */
import type { AlarmEntry } from '../alarms/board.ts';
import type { AlarmCondition } from '../alarms/catalogue.ts';
import type { ConditionBook } from './condition-book.ts';
import { detailOf } from './station-conditions.ts';

const OF_LINKS: readonly AlarmCondition[] = ['stationQuiet', 'stationRefused'];

export class RememberedConditions {
  readonly #book: ConditionBook;
  readonly #links: () => readonly string[];
  #waiting: readonly AlarmEntry[];

  /** `links`: names of those configured now. */
  constructor(book: ConditionBook, entries: readonly AlarmEntry[], links: () => readonly string[]) {
    this.#book = book;
    this.#links = links;
    this.#waiting = entries.filter((e) => e.presence === 'present' && OF_LINKS.includes(e.condition));
  }

  look(): void {
    if (this.#waiting.length === 0) return;
    const starts = this.#links().map((link) => detailOf({ link, reason: '', state: 'offline' }));
    const heard = (e: AlarmEntry) => this.#book.knows(e.source, e.condition);
    const stays = (e: AlarmEntry) => starts.some((start) => e.detail?.startsWith(start));
    for (const e of this.#waiting) if (!heard(e) && !stays(e)) this.#book.say(e.source, e.condition, null);
    this.#waiting = this.#waiting.filter((e) => !heard(e));
  }
}
