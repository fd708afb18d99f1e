/** What a station reports beside its readings, as events: one per thing that happened or changed. */
import type { HrspFrame, StateReport } from '../../protocols/hrsp/messages.ts';
import type { Received } from '../../protocols/reading.ts';
import type { StationEvent } from './model.ts';

type Source = StationEvent['source'];
const STATE_PARTS = ['state', 'needle', 'clamp', 'door', 'power'] as const satisfies readonly (Source &
  keyof StateReport)[];

/**
 * Turns EVT, ERR and STA into events. STA repeats what EVT has said, so only what differs from the last known state
 * becomes an event; an EVT that was lost on the wire is made good by the next STA.
 */
export class Reporter {
  readonly #emit: (event: StationEvent) => void;
  readonly #known = new Map<Source, string>();

  constructor(emit: (event: StationEvent) => void) {
    this.#emit = emit;
  }

  /** Another boot or another station: nothing is known. */
  forget(): void {
    this.#known.clear();
  }

  report(station: string, { header, message }: HrspFrame, received: Received): void {
    const say = (source: Source, state: string, data: string) =>
      this.#emit({
        station,
        bootId: header.bootId,
        lineSeq: header.seq,
        deviceTickMs: header.tick,
        received,
        source,
        state,
        data,
      });
    if (message.type === 'EVT') {
      this.#known.set(message.source, message.state.toLowerCase());
      say(message.source, message.state, message.data);
    } else if (message.type === 'ERR') {
      say('error', message.severity, `${message.code} ${message.text}`.trim());
    } else if (message.type === 'STA') {
      for (const part of STATE_PARTS) {
        const now = message[part];
        const before = this.#known.get(part);
        if (now === before || (before === undefined && now === 'unknown')) continue;
        this.#known.set(part, now);
        say(part, now, '');
      }
    }
  }
}
