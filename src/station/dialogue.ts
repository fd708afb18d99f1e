/** Carries out what `handshake.ts` and `commands.ts` decide: puts commands on the wire and keeps the time. */
import { encodeLine } from '../../protocols/hrsp/codec.ts';
import type { CommandRequest, HrspCommand, HrspFrame } from '../../protocols/hrsp/messages.ts';
import type { Received } from '../../protocols/reading.ts';
import type { Clock } from '../clock.ts';
import { type CommandAnswer, Commands } from './commands.ts';
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

const CORRELATIONS = 0x1_0000;

export class Dialogue {
  readonly #deps: DialogueDeps;
  readonly #handshake: Handshake;
  readonly #commands: Commands;
  /** We are a sender too, with a boot id and line numbers like the station's. */
  readonly #bootId: string;
  #seq = 0;
  #cancelDue: () => void = () => {};
  #cancelCommand: () => void = () => {};

  constructor(deps: DialogueDeps) {
    this.#deps = deps;
    this.#bootId = hex8(deps.random());
    const first = Math.floor(deps.random() * CORRELATIONS);
    this.#handshake = new Handshake(first, deps.rateHz);
    // Far from those of the handshake, so that no answer is taken for another's.
    this.#commands = new Commands(first + CORRELATIONS / 2, (request) => this.#send(request));
  }

  /** Asks who is there, again and again until somebody answers. */
  begin(): void {
    this.#commands.end('the station is being identified');
    this.#carryOut(this.#handshake.begin(this.#now()));
  }

  /** The identity is good: go on with the settings. */
  accept(): void {
    this.#carryOut(this.#handshake.accept(this.#now()));
  }

  end(): void {
    this.#cancelDue();
    this.#handshake.end();
    this.#cancelCommand();
    this.#commands.end('the link is not open');
  }

  /** Only once somebody is identified. */
  async ask(command: HrspCommand): Promise<CommandAnswer> {
    const answer = this.#commands.ask(command, this.#deps.clock.monotonicMs());
    this.#awaitCommand();
    return answer;
  }

  message(frame: HrspFrame, received: Received): void {
    if (this.#commands.message(frame.message, received.monotonicMs)) this.#awaitCommand();
    else this.#carryOut(this.#handshake.message(frame, received));
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

  #awaitCommand(): void {
    this.#cancelCommand();
    const { clock } = this.#deps;
    const { dueMs } = this.#commands;
    if (dueMs === null) return;
    this.#cancelCommand = clock.after(Math.max(1, Math.ceil(dueMs - clock.monotonicMs())), () => {
      this.#commands.due(clock.monotonicMs());
      this.#awaitCommand();
    });
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
