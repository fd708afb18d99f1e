/**
 * One link and whoever answers on it. Ties the parts of this folder together; each part decides alone and is tested alone.
 *
 *   connecting ──open──▶ identifying ──ID + ACK──▶ live ◀──reading──▶ quiet after 3 periods of silence
 *        ▲                    │
 *        └──lost, from any    └──▶ refused: other version, unusable or doubly claimed serial
 */
import type { HrspCommand, HrspFrame } from '../../protocols/hrsp/messages.ts';
import type { Received } from '../../protocols/reading.ts';
import type { Bus } from '../bus.ts';
import type { Clock } from '../clock.ts';
import type { Config, LinkConfig } from '../config.ts';
import type { Link, LinkFailure } from '../link/link.ts';
import { ReconnectingLink } from '../link/reconnect.ts';
import type { Logger } from '../logger.ts';
import type { CommandAnswer } from './commands.ts';
import { copyCounters, newCounters } from './counters.ts';
import { Dialogue } from './dialogue.ts';
import type { HandshakeOutcome } from './handshake.ts';
import { HealthMeter } from './health.ts';
import { type Claimant, type Identities, unusableSerial } from './identities.ts';
import { Ingest } from './ingest.ts';
import { LeaseDesk, type LeaseHandlers, type LinkLease } from './lease.ts';
import type { Limits } from './limits.ts';
import type { StationInfo, StationStatus } from './model.ts';
import { QuietWatch } from './quiet.ts';
import { StatusBoard, whyNobodyAnswers } from './status.ts';

export interface StationDeps {
  readonly link: Link;
  readonly config: LinkConfig;
  readonly identities: Identities;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly random: () => number;
  readonly limits: Limits;
  readonly freshness: Config['freshness'];
  readonly onForeign: (link: string, bytes: Uint8Array) => void;
  /** This serial answers here now: links that remember it must forget it. */
  readonly onIdentified: (serial: string, by: Station) => void;
}

/** A refused station may have been updated or given its own serial meanwhile. */
const ASK_REFUSED_AGAIN_MS = 10_000;
const UNANSWERED_BEFORE_SAYING_WHY = 3;
const QUIET = 'the port is open but no reading arrives: check the cable and the station';
const QUIET_IN_UPDATE = 'no reading arrives while the firmware is being updated: wait until that is done';
const CHANGED = 'the settings of its link have changed: opening it anew';
const SEVERAL_SPEAK =
  'several stations speak on this one link, nobody can tell whose numbers are whose: connect one station to each port; none is used until then';

export class Station implements Claimant {
  readonly #deps: StationDeps;
  readonly #link: ReconnectingLink;
  readonly #ingest: Ingest;
  readonly #dialogue: Dialogue;
  readonly #quiet: QuietWatch;
  readonly #board: StatusBoard;
  readonly #desk: LeaseDesk;
  readonly #health = new HealthMeter();
  readonly #counters = newCounters();
  /** Who was identified last on this link; `null` when nobody or when refused. */
  #info: StationInfo | null = null;
  #atOpen = { bytes: 0, lines: 0 };
  #unanswered = 0;
  #stopping = false;
  #cancelLook: () => void = () => {};
  #cancelAskAgain: () => void = () => {};

  constructor(deps: StationDeps) {
    this.#deps = deps;
    const { link, clock, random, bus, limits, config } = deps;
    this.#board = new StatusBoard(link.name, deps);
    this.#quiet = new QuietWatch(deps.freshness.quietPeriods);
    this.#link = new ReconnectingLink(link, {
      clock,
      random,
      handlers: {
        opened: () => this.#opened(),
        bytes: (chunk) => this.#bytes(chunk),
        openFailed: (failure) => this.#openFailed(failure),
        ended: (failure) => this.#ended(failure),
      },
    });
    this.#desk = new LeaseDesk({
      link: link.name,
      write: (lines) => this.#link.write(lines),
      reopen: () => this.#link.restart(),
      leased: (telemetry) => this.#board.updating(telemetry),
    });
    this.#dialogue = new Dialogue({
      clock,
      random,
      rateHz: config.rateHz,
      write: (line) => this.#write(line),
      onOutcome: (outcome) => this.#conclude(outcome),
    });
    this.#ingest = new Ingest({
      bus,
      clock,
      counters: this.#counters,
      limits,
      handlers: {
        control: (frame, received) => this.#control(frame, received),
        rebooted: () => this.#rebooted(),
        foreign: (bytes) => {
          if (!this.#desk.foreign(bytes)) deps.onForeign(this.linkName, bytes);
        },
      },
    });
  }

  get linkName(): string {
    return this.#link.name;
  }

  get status(): StationStatus {
    return this.#board.status;
  }

  start(): void {
    this.#board.say('connecting', 'opening the link');
    this.#link.start();
  }

  async stop(why: 'with-bridge' | 'changed' | 'removed' = 'with-bridge'): Promise<void> {
    this.#stopping = true;
    await this.#link.stop();
    if (why === 'removed') this.#board.remove('its link was removed from the configuration of the bridge');
    else this.#board.say('offline', why === 'changed' ? CHANGED : 'stopped together with the bridge');
  }

  /** A firmware task has the wire: this is no time to touch it. */
  get leased(): boolean {
    return this.#desk.held;
  }

  /** Other limits of the site, another patience with silence; from the next reading on. */
  retune(limits: Limits, freshness: Config['freshness']): void {
    this.#ingest.limit(limits);
    this.#quiet.patience(freshness.quietPeriods);
  }

  /** Exclusive use of the wire beside the telemetry. Throws `LeaseRefused`. */
  lease(handlers: LeaseHandlers): LinkLease {
    return this.#desk.grant(handlers);
  }

  /** Asks the identified station to do something; nothing is asked during a firmware task. */
  async ask(command: HrspCommand): Promise<CommandAnswer> {
    const { state, reason } = this.#board.status;
    if (this.#info === null || (state !== 'live' && state !== 'quiet')) {
      return { kind: 'not-sent', why: `the station is ${state}${reason === null ? '' : `: ${reason}`}` };
    }
    if (this.#desk.held) return { kind: 'not-sent', why: 'a firmware task uses its wire' };
    return this.#dialogue.ask(command);
  }

  /** Once a second. */
  reportHealth(): void {
    if (this.#info === null) return;
    const { bus, clock } = this.#deps;
    const { rateHz, linkQuality } = this.#health.sample(this.#counters, clock.monotonicMs());
    bus.emit('health', {
      station: this.#info.station,
      atUtcMs: clock.utcMs(),
      state: this.#board.state,
      counters: copyCounters(this.#counters),
      rateHz,
      linkQuality,
      tickDriftMs: this.#ingest.tickDriftMs,
    });
  }

  /** `Claimant`: nothing from here is used until somebody good is identified. */
  refuse(reason: string): void {
    const { clock } = this.#deps;
    this.#info = null;
    this.#ingest.forget();
    this.#dialogue.end();
    this.#quiet.opened(clock.monotonicMs());
    this.#board.say('refused', reason);
    this.#cancelAskAgain();
    this.#cancelAskAgain = clock.after(ASK_REFUSED_AGAIN_MS, () => this.#dialogue.begin());
  }

  /** `Claimant`: the other link that claimed the same serial is gone. */
  askAgain(): void {
    if (this.#board.state === 'refused' && !this.#stopping) {
      this.#identifyAnew('the other link that claimed this station is gone; asking again who is here');
    }
  }

  /** The station that was here answers elsewhere. */
  forget(serial: string): void {
    if (this.#board.station !== serial) return;
    this.#info = null;
    this.#board.say(this.#board.state, this.#board.status.reason, null);
  }

  #opened(): void {
    this.#counters.opens++;
    this.#atOpen = { bytes: this.#counters.bytes, lines: this.#counters.lines };
    this.#unanswered = 0;
    this.#ingest.open();
    this.#quiet.opened(this.#deps.clock.monotonicMs());
    // Silence is an alarm that only a reading ends: a port that we opened anew is still quiet.
    if (this.#board.state !== 'quiet') this.#board.say('identifying', 'the port is open; asking who is there');
    this.#dialogue.begin();
    this.#look();
    this.#desk.opened();
  }

  #openFailed(failure: LinkFailure): void {
    this.#counters.openFailures++;
    this.#board.say('connecting', failure.message);
  }

  #ended(failure: LinkFailure | null): void {
    this.#cancelLook();
    this.#cancelAskAgain();
    this.#dialogue.end();
    this.#ingest.close();
    if (failure !== null) {
      this.#counters.disconnects++;
      this.#board.say('connecting', failure.message);
    }
    this.#deps.identities.release(this);
    this.#desk.closed();
  }

  #bytes(chunk: Uint8Array): void {
    const { lines, readings } = this.#counters;
    try {
      this.#ingest.push(chunk);
    } catch (error) {
      // Only a mistake of ours gets here. This link starts afresh; the others do not notice.
      this.#deps.logger.error({ error, link: this.linkName }, 'reading a chunk failed; opening the link again');
      this.#link.restart();
      return;
    }
    if (this.#counters.lines === lines) return;
    const nowMs = this.#deps.clock.monotonicMs();
    const ended = this.#quiet.heard(nowMs, this.#counters.readings > readings);
    if (ended && this.#board.state === 'quiet') this.#board.say('live', null);
  }

  #write(line: Uint8Array): void {
    this.#link.write(line).catch((error: unknown) => {
      this.#deps.logger.debug({ error, link: this.linkName }, 'a command was not sent');
    });
  }

  #control(frame: HrspFrame, received: Received): void {
    const { message } = frame;
    if (message.type === 'STA') {
      this.#quiet.pausing(message.state === 'starting' || message.state === 'updating', received.monotonicMs);
      this.#look();
    }
    if (message.type === 'HB') this.#expect(message.rateHz);
    const inUse = this.#board.state === 'live' || this.#board.state === 'quiet';
    if (inUse && message.type === 'ID' && message.serial !== this.#board.station) {
      this.#identifyAnew('another station answers on this link; asking who it is');
    }
    this.#dialogue.message(frame, received);
  }

  #identifyAnew(reason: string): void {
    this.#cancelAskAgain();
    this.#ingest.forget();
    this.#quiet.opened(this.#deps.clock.monotonicMs());
    this.#board.say('identifying', reason);
    this.#dialogue.begin();
  }

  #conclude(outcome: HandshakeOutcome): void {
    switch (outcome.kind) {
      case 'identified':
        this.#identified(outcome);
        break;
      case 'refused':
        this.refuse(outcome.reason);
        break;
      case 'timeout':
        this.#counters.commandTimeouts++;
        if (outcome.command === 'identify' && this.#board.state === 'identifying') this.#nobodyAnswers();
        break;
      case 'set':
        if (outcome.command.name === 'rate') this.#expect(outcome.command.hz);
        break;
      case 'not-set':
        this.#deps.logger.warn({ ...outcome, station: this.#board.station }, 'the station refused a setting');
    }
  }

  #rebooted(): void {
    if (this.#ingest.severalSpeak) this.#severalSpeak();
    else this.#identifyAnew('the station has started anew; asking who it is');
  }

  #severalSpeak(): void {
    this.#deps.identities.release(this);
    this.refuse(SEVERAL_SPEAK);
  }

  #nobodyAnswers(): void {
    if (++this.#unanswered < UNANSWERED_BEFORE_SAYING_WHY) return;
    this.#board.say('identifying', whyNobodyAnswers(this.#deps.config, this.#counters, this.#atOpen));
  }

  #identified({ identification, bootId }: Extract<HandshakeOutcome, { kind: 'identified' }>): void {
    const { identities, bus, clock, onIdentified } = this.#deps;
    const { serial } = identification;
    if (this.#ingest.severalSpeak) {
      this.#severalSpeak();
      return;
    }
    const unusable = unusableSerial(serial) ?? identities.admit(serial);
    const before = this.#board.station;
    if (before !== null && before !== serial) {
      this.#board.say('offline', `another station (${serial.slice(0, 64)}) answers on its link now`);
      this.#board.say('identifying', 'asking who is there', null);
    }
    const problem = unusable ?? identities.claim(serial, this);
    if (problem !== null) {
      if (unusable === null) this.#board.say('refused', problem, serial);
      this.refuse(problem);
      return;
    }
    onIdentified(serial, this);
    if (this.#info?.station === serial && this.#info.bootId !== bootId) this.#counters.reboots++;
    this.#info = { station: serial, link: this.linkName, bootId, identification, identifiedUtcMs: clock.utcMs() };
    this.#ingest.identify(serial, bootId, identification);
    this.#link.good();
    this.#health.restart(this.#counters, clock.monotonicMs());
    bus.emit('identified', this.#info);
    // After silence only a reading makes it live again, not an answer.
    if (this.#board.state !== 'quiet') this.#board.say('live', null, serial);
    this.#expect(identification.rateHz);
    this.#dialogue.accept();
  }

  #expect(rateHz: number): void {
    this.#quiet.expect(rateHz, this.#deps.clock.monotonicMs());
    this.#look();
  }

  #look(): void {
    this.#cancelLook();
    const nowMs = this.#deps.clock.monotonicMs();
    const { silence, nextMs } = this.#quiet.look(nowMs);
    if (silence !== 'speaking' && this.#board.state === 'live') {
      this.#counters.quiets++;
      this.#board.say('quiet', this.#desk.held ? QUIET_IN_UPDATE : QUIET);
    }
    if (silence === 'dead' && !this.#desk.held) this.#link.restart();
    else this.#cancelLook = this.#deps.clock.after(nextMs - nowMs, () => this.#look());
  }
}
