/**
 * Who is there? The station says so itself; a port path says nothing. A pure state machine: time comes in as an argument,
 * what to send and what was found go out as return values.
 *
 *   begin ──▶ identifying ──ID + ACK──▶ (caller accepts) ──▶ setting: CLOCK, RATE ──▶ done
 *                │  ▲ 500 ms                                   each tried 3 times
 *                └──┘ IDENTIFY again
 *             other major version ──▶ refused
 */
import type {
  CommandRequest,
  HrspCommand,
  HrspFrame,
  HrspHeader,
  Identification,
} from '../../protocols/hrsp/messages.ts';
import { HRSP_VERSION } from '../../protocols/hrsp/messages.ts';
import { negotiateVersion } from '../../protocols/hrsp/version.ts';
import type { Received } from '../../protocols/reading.ts';

export type HandshakeOutcome =
  | { readonly kind: 'identified'; readonly identification: Identification; readonly bootId: string }
  | { readonly kind: 'refused'; readonly reason: string }
  /** Nobody answered this command in time. */
  | { readonly kind: 'timeout'; readonly command: HrspCommand['name'] }
  | { readonly kind: 'set'; readonly command: HrspCommand }
  /** The station would not take a setting; it works on without. */
  | { readonly kind: 'not-set'; readonly command: HrspCommand['name']; readonly reason: string };

export interface HandshakeStep {
  readonly send: CommandRequest | null;
  readonly outcome: HandshakeOutcome | null;
}

const ANSWER_WITHIN_MS = 500;
const TRIES_PER_SETTING = 3;
const CORRELATIONS = 0x1_0000;
/** Answers to our last few questions count: a slow station is not a silent one. */
const OLDEST_ANSWER = 8;
const IDLE: HandshakeStep = { send: null, outcome: null };

export class Handshake {
  readonly #rateHz: number | undefined;
  #phase: 'idle' | 'identifying' | 'setting' | 'refused' = 'idle';
  #correlation: number;
  /** Questions asked since `begin`; older answers are left over from another conversation. */
  #asked = 0;
  #dueMs: number | null = null;
  #identified: { header: HrspHeader; identification: Identification } | null = null;
  #acknowledgedBoot: string | null = null;
  #settings: HrspCommand['name'][] = [];
  #tries = 0;

  /** `firstCorrelation` 0..65535 at random, so that answers to an earlier run of the daemon are told apart. */
  constructor(firstCorrelation: number, rateHz: number | undefined) {
    this.#correlation = firstCorrelation % CORRELATIONS;
    this.#rateHz = rateHz;
  }

  /** When `due` wants to be called, monotonic ms; `null` when there is nothing to wait for. */
  get dueMs(): number | null {
    return this.#dueMs;
  }

  /** A fresh stream, or a station that has booted: ask who it is. */
  begin(now: Received): HandshakeStep {
    this.#phase = 'identifying';
    this.#asked = 0;
    this.#identified = null;
    this.#acknowledgedBoot = null;
    return this.#ask({ name: 'identify', highest: HRSP_VERSION }, now);
  }

  /** The identity is good: tell the station the time, and the rate if one is configured. */
  accept(now: Received): HandshakeStep {
    this.#phase = 'setting';
    this.#settings = this.#rateHz === undefined ? ['clock'] : ['clock', 'rate'];
    this.#tries = 0;
    return this.#nextSetting(now);
  }

  /** Nothing more to say: the link has ended, or the identity was not good. */
  end(): void {
    this.#phase = 'idle';
    this.#dueMs = null;
  }

  message({ header, message }: HrspFrame, now: Received): HandshakeStep {
    if (this.#phase === 'identifying') {
      if (message.type === 'ID') this.#identified = { header, identification: message };
      else if (message.type === 'ACK' && this.#isAnswer(message.correlation)) this.#acknowledgedBoot = header.bootId;
      else if (message.type === 'NAK' && message.reason === 'version' && this.#isAnswer(message.correlation)) {
        return this.#refuse(
          `the station speaks another HRSP${message.text ? ` (${message.text})` : ''}, this program ` +
            `${HRSP_VERSION.major}.${HRSP_VERSION.minor}: update the older of the two`,
        );
      } else return IDLE;
      return this.#judge();
    }
    if (this.#phase === 'setting' && (message.type === 'ACK' || message.type === 'NAK')) {
      const name = this.#settings[0];
      if (name === undefined || message.correlation !== this.#correlation) return IDLE;
      this.#settings.shift();
      this.#tries = 0;
      const outcome: HandshakeOutcome =
        message.type === 'ACK'
          ? { kind: 'set', command: this.#command(name, now) }
          : { kind: 'not-set', command: name, reason: `${message.reason} ${message.text}`.trim() };
      return { send: this.#nextSetting(now).send, outcome };
    }
    return IDLE;
  }

  /** To be called when `dueMs` has come. */
  due(now: Received): HandshakeStep {
    if (this.#dueMs === null || now.monotonicMs < this.#dueMs) return IDLE;
    if (this.#phase === 'identifying') {
      const again = this.#ask({ name: 'identify', highest: HRSP_VERSION }, now);
      return { send: again.send, outcome: { kind: 'timeout', command: 'identify' } };
    }
    const name = this.#settings[0];
    if (this.#phase !== 'setting' || name === undefined) return IDLE;
    if (this.#tries >= TRIES_PER_SETTING) {
      this.#settings.shift();
      this.#tries = 0;
    }
    return { send: this.#nextSetting(now).send, outcome: { kind: 'timeout', command: name } };
  }

  /** The identification and the acknowledgement must be of one boot; which comes first does not matter. */
  #judge(): HandshakeStep {
    const found = this.#identified;
    if (found === null || found.header.bootId !== this.#acknowledgedBoot) return IDLE;
    const { identification, header } = found;
    const negotiation = negotiateVersion(identification.protocol);
    if (!negotiation.ok) return this.#refuse(negotiation.reason);
    this.end();
    return { send: null, outcome: { kind: 'identified', identification, bootId: header.bootId } };
  }

  #refuse(reason: string): HandshakeStep {
    this.#phase = 'refused';
    this.#dueMs = null;
    return { send: null, outcome: { kind: 'refused', reason } };
  }

  #nextSetting(now: Received): HandshakeStep {
    const name = this.#settings[0];
    if (name === undefined) {
      this.end();
      return IDLE;
    }
    this.#tries++;
    return this.#ask(this.#command(name, now), now);
  }

  #command(name: HrspCommand['name'], now: Received): HrspCommand {
    return name === 'rate' ? { name, hz: this.#rateHz ?? 1 } : { name: 'clock', utcMs: Math.round(now.utcMs) };
  }

  #ask(command: HrspCommand, now: Received): HandshakeStep {
    this.#correlation = (this.#correlation + 1) % CORRELATIONS;
    this.#asked++;
    this.#dueMs = now.monotonicMs + ANSWER_WITHIN_MS;
    return { send: { type: 'CMD', correlation: this.#correlation, command }, outcome: null };
  }

  #isAnswer(correlation: number): boolean {
    const age = (this.#correlation - correlation + CORRELATIONS) % CORRELATIONS;
    return age < Math.min(this.#asked, OLDEST_ANSWER);
  }
}
