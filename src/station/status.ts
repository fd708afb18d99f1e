/** What a station's state is and why, in words that say what to do. */
import type { Bus } from '../bus.ts';
import type { Clock } from '../clock.ts';
import type { LinkConfig } from '../config.ts';
import type { Logger } from '../logger.ts';
import type { TelemetryDuringLease } from './lease.ts';
import type { StationCounters, StationState, StationStatus } from './model.ts';

const LONGEST_REASON = 500;

/** Says a status once, when it changes. */
export class StatusBoard {
  readonly #deps: { readonly bus: Bus; readonly clock: Clock; readonly logger: Logger };
  #status: StationStatus;

  constructor(link: string, deps: { bus: Bus; clock: Clock; logger: Logger }) {
    this.#deps = deps;
    this.#status = { station: null, link, state: 'offline', reason: 'not started yet', sinceUtcMs: 0 };
  }

  get status(): StationStatus {
    return this.#status;
  }

  get state(): StationState {
    return this.#status.state;
  }

  get station(): string | null {
    return this.#status.station;
  }

  /** The station stays who it was unless another is named. */
  say(state: StationState, reason: string | null, station = this.#status.station): void {
    const was = this.#status;
    if (was.state === state && was.reason === reason && was.station === station) return;
    const { bus, clock, logger } = this.#deps;
    this.#status = {
      ...was,
      station,
      state,
      reason: reason?.slice(0, LONGEST_REASON) ?? null,
      sinceUtcMs: was.state === state && was.station === station ? was.sinceUtcMs : clock.utcMs(),
    };
    logger.info({ ...this.#status }, `station ${station ?? '(unknown)'} is ${state}`);
    bus.emit('status', this.#status);
  }

  /** The last word: the link is taken out of the configuration. */
  remove(reason: string): void {
    const { bus, clock, logger } = this.#deps;
    this.#status = { ...this.#status, state: 'offline', reason, sinceUtcMs: clock.utcMs(), removed: true };
    logger.info({ ...this.#status }, `station ${this.#status.station ?? '(unknown)'} is removed`);
    bus.emit('status', this.#status);
  }

  /** The wire is leased, and what that means for the readings; `null`: no longer. */
  updating(telemetry: TelemetryDuringLease | null): void {
    const { updating: was, ...rest } = this.#status;
    if ((was ?? null) === telemetry) return;
    this.#status = telemetry === null ? rest : { ...rest, updating: telemetry };
    this.#deps.bus.emit('status', this.#status);
  }
}

/** What a port that is open but has no identified station most likely suffers from. */
export function whyNobodyAnswers(
  link: LinkConfig,
  counted: Readonly<StationCounters>,
  atOpen: { readonly bytes: number; readonly lines: number },
): string {
  if (counted.lines > atOpen.lines) {
    return 'the station speaks but does not answer: check the wire that leads to it';
  }
  if (counted.bytes > atOpen.bytes) {
    const settings = link.url.includes('://')
      ? 'the serial settings of the device server'
      : `the baud rate (${link.baudRate} here)`;
    return `bytes arrive, but no line of a refill station: check ${settings} and which device is plugged in`;
  }
  return 'the port is open but nobody answers: is the station on, and is its cable plugged in at both ends?';
}
