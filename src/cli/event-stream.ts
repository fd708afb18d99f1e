/** Server-sent events over HTTP: https://html.spec.whatwg.org/multipage/server-sent-events.html, section 9.2.6. */

export interface StreamEvent {
  readonly event: string;
  readonly data: string;
}

/** One event of a fleet of 4,096 stations fits; anything longer is not our daemon. */
const LARGEST_EVENT = 16 * 1024 * 1024;

export class EventTooLarge extends Error {
  override readonly name = 'EventTooLarge';
}

/** Text in any pieces -> events. Keeps only what is not complete yet, up to `largest` characters. */
export class EventStreamParser {
  readonly #largest: number;
  /** Beginning of the line that has not ended yet, in the pieces it came in. */
  #pieces: string[] = [];
  #waiting = 0;
  #event = '';
  #data: string[] = [];
  #size = 0;
  #endedWithReturn = false;

  constructor(largest = LARGEST_EVENT) {
    this.#largest = largest;
  }

  /** Throws `EventTooLarge`. */
  push(text: string): StreamEvent[] {
    const events: StreamEvent[] = [];
    // CR LF may arrive in two pieces; together they end one line.
    let from = this.#endedWithReturn && text.startsWith('\n') ? 1 : 0;
    this.#endedWithReturn = text.endsWith('\r');
    const end = /\r\n|\r|\n/g;
    end.lastIndex = from;
    for (let match = end.exec(text); match !== null; match = end.exec(text)) {
      this.#keep(text.slice(from, match.index));
      const line = this.#pieces.join('');
      this.#pieces = [];
      this.#waiting = 0;
      const event = this.#line(line);
      if (event) events.push(event);
      from = end.lastIndex;
    }
    this.#keep(text.slice(from));
    return events;
  }

  #keep(piece: string): void {
    if (piece === '') return;
    this.#waiting += piece.length;
    if (this.#waiting + this.#size > this.#largest)
      throw new EventTooLarge(`an event is over ${this.#largest} characters`);
    this.#pieces.push(piece);
  }

  #line(line: string): StreamEvent | null {
    if (line === '') return this.#dispatch();
    const colon = line.indexOf(':');
    if (colon === 0) return null;
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + (line[colon + 1] === ' ' ? 2 : 1));
    if (field === 'event') this.#event = value;
    if (field === 'data') {
      this.#data.push(value);
      this.#size += value.length + 1;
    }
    return null;
  }

  #dispatch(): StreamEvent | null {
    const event = this.#data.length === 0 ? null : { event: this.#event || 'message', data: this.#data.join('\n') };
    this.#event = '';
    this.#data = [];
    this.#size = 0;
    return event;
  }
}
