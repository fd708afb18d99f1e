/** Carries out what `handshake.ts` decides: puts commands on the wire and keeps the time. */
import { encodeLine } from '../../protocols/hrsp/codec.ts';
import type { CommandRequest, HrspFrame } from '../../protocols/hrsp/messages.ts';
import type { Received } from '../../protocols/reading.ts';
import type { Clock } from '../clock.ts';
import { Handshake, type HandshakeOutcome, type HandshakeStep } from './handshake.ts';

export interface DialogueDeps {
  readonly clock: Clock;
  readonly random: () => number;
  /** Telemetry rate to ask for; left alone when `undefined`. */
  readonly rateHz: number | undefined;
  /** Must not throw; what cannot be written is asked again after the timeout. */
  readonly write: (line: Uint8Array) => void;
  readonly onOutcome: (outcome: HandshakeOutcome) => void;
}

export class Dialogue {
  readonly #deps: DialogueDeps;
  readonly #handshake: Handshake;
  /** We are a sender too, with a boot id and line numbers like the station's. */
  readonly #bootId: string;
  #seq = 0;
  #cancelDue: () => void = () => {};

  constructor(deps: DialogueDeps) {
    this.#deps = deps;
    this.#bootId = hex8(deps.random());
    this.#handshake = new Handshake(Math.floor(deps.random() * 0x1_0000), deps.rateHz);
  }

  /** Asks who is there, again and again until somebody answers. */
  begin(): void {
    this.#carryOut(this.#handshake.begin(this.#now()));
  }

  /** The identity is good: go on with the settings. */
  accept(): void {
    this.#carryOut(this.#handshake.accept(this.#now()));
  }

  end(): void {
    this.#cancelDue();
    this.#handshake.end();
  }

  message(frame: HrspFrame, received: Received): void {
    this.#carryOut(this.#handshake.message(frame, received));
  }

  /** The next deadline stands before the outcome is told, which may begin or end the dialogue. */
  #carryOut({ send, outcome }: HandshakeStep): void {
    if (send !== null) this.#send(send);
    this.#cancelDue();
    const { clock, onOutcome } = this.#deps;
    const { dueMs } = this.#handshake;
    if (dueMs !== null) {
      const wait = Math.max(1, Math.ceil(dueMs - clock.monotonicMs()));
      this.#cancelDue = clock.after(wait, () => this.#carryOut(this.#handshake.due(this.#now())));
    }
    if (outcome !== null) onOutcome(outcome);
  }

  #send(request: CommandRequest): void {
    const tick = Math.floor(this.#deps.clock.monotonicMs()) >>> 0;
    const line = encodeLine({ bootId: this.#bootId, seq: this.#seq, tick }, request);
    this.#seq = (this.#seq + 1) >>> 0;
    this.#deps.write(Buffer.from(line, 'latin1'));
  }

  #now(): Received {
    const { clock } = this.#deps;
    return { utcMs: clock.utcMs(), monotonicMs: clock.monotonicMs() };
  }
}

function hex8(random: number): string {
  const number = Math.floor(random * 0x1_0000_0000);
  return number.toString(16).toUpperCase().padStart(8, '0');
}
