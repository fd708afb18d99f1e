/**
 * A recording as a link: the recorded bytes at their times, under the clock it is given. Decision 0015 says what of them is
 * changed (who it is, and the number of the command that a reply answers) and why nothing else is.
 */
import { decodeLine, encodeLine } from '../../protocols/hrsp/codec.ts';
import type { HrspCommand, HrspHeader, Identification } from '../../protocols/hrsp/messages.ts';
import type { Clock } from '../clock.ts';
import { type Link, LinkFailure, type LinkHandlers } from '../link/link.ts';
import type { Cue, Episode, Script } from './script.ts';

export interface ReplayOptions {
  readonly clock: Pick<Clock, 'monotonicMs' | 'after'>;
  /** Recorded seconds per second of the clock. Default 1. */
  readonly speed?: number;
  /** The serial it goes by; default `REPLAY-` and the recorded one, so that nothing of it is stored as the real station's. */
  readonly serial?: (recorded: string) => string;
}

export interface ReplayProgress {
  /** Recorded ms that have been played, over all episodes, and how many there are. */
  readonly playedMs: number;
  readonly totalMs: number;
  /** Recorded ms that were not played because the host had closed the link. */
  readonly skippedMs: number;
  readonly over: boolean;
}

/** How long the recording stands still for a command that it shows as answered, ms of the clock. */
const WAIT_MS: Partial<Record<HrspCommand['name'], number>> = { identify: 1000, clock: 200, rate: 200 };
/**
 * The stream begins when the host first speaks, or so long after the opening: under any clock that is after `open` has resolved,
 * before which a host hears nothing.
 */
const BEGIN_MS = 50;
const LONGEST_SERIAL = 64;
const LONGEST_HOST_LINE = 4096;

export const markedSerial = (recorded: string) => `REPLAY-${recorded}`.slice(0, LONGEST_SERIAL);

export class ReplayLink implements Link {
  readonly name: string;
  readonly #script: Script;
  readonly #clock: ReplayOptions['clock'];
  readonly #speed: number;
  readonly #serial: (recorded: string) => string;
  readonly #done: Promise<void>;
  #resolveDone: () => void = () => {};
  #episode = 0;
  #next = 0;
  #handlers: LinkHandlers | null = null;
  /** Clock ms at which the episode's `fromMs` was, or would have been. */
  #baseMs = 0;
  #notBeforeMs = Number.NEGATIVE_INFINITY;
  /** Commands that were asked and not answered yet, with their numbers. */
  readonly #asked = new Map<HrspCommand['name'], number>();
  #waiting: { readonly name: HrspCommand['name']; readonly sinceMs: number } | null = null;
  #preamble: Episode['preamble'] = null;
  #begun = false;
  #hostLine = '';
  #skippedMs = 0;
  #cancel: () => void = () => {};

  constructor(script: Script, { clock, speed = 1, serial = markedSerial }: ReplayOptions) {
    this.name = `replay of ${script.link}`;
    this.#script = script;
    this.#clock = clock;
    this.#speed = speed;
    this.#serial = serial;
    this.#done = new Promise((resolve) => {
      this.#resolveDone = resolve;
    });
  }

  /** Resolves when everything has been played. */
  get done(): Promise<void> {
    return this.#done;
  }

  get progress(): ReplayProgress {
    const { episodes } = this.#script;
    const length = ({ fromMs, untilMs }: Episode) => untilMs - fromMs;
    const before = episodes.slice(0, this.#episode).reduce((sum, episode) => sum + length(episode), 0);
    const now = episodes[this.#episode];
    const within =
      now && this.#handlers && this.#preamble === null ? Math.min(this.#positionMs(), now.untilMs) - now.fromMs : 0;
    return {
      playedMs: before + Math.max(0, within) - this.#skippedMs,
      totalMs: episodes.reduce((sum, episode) => sum + length(episode), 0),
      skippedMs: this.#skippedMs,
      over: this.#episode >= episodes.length,
    };
  }

  async open(handlers: LinkHandlers): Promise<void> {
    const episode = this.#script.episodes[this.#episode];
    if (episode === undefined) throw new LinkFailure('no-such-port', `the ${this.name} is over`);
    const early = this.#notBeforeMs - this.#clock.monotonicMs();
    if (early > 0) {
      throw new LinkFailure(
        'no-such-port',
        `${this.name}: in the recording the station is away for another ${Math.ceil(early)} ms`,
      );
    }
    this.#handlers = handlers;
    this.#next = 0;
    this.#asked.clear();
    this.#waiting = null;
    this.#hostLine = '';
    this.#preamble = episode.preamble;
    this.#begun = false;
    this.#baseMs = this.#clock.monotonicMs();
    this.#cancel = this.#clock.after(BEGIN_MS, () => this.#begin());
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.#handlers === null) throw new LinkFailure('lost', `${this.name} is not open`);
    const lines = (this.#hostLine + Buffer.from(bytes).toString('latin1')).split('\n');
    this.#hostLine = (lines.pop() ?? '').slice(-LONGEST_HOST_LINE);
    for (const line of lines) {
      const decoded = decodeLine(Buffer.from(line, 'latin1'));
      if (decoded.kind !== 'message' || decoded.message.type !== 'CMD') continue;
      this.#asked.set(decoded.message.command.name, decoded.message.correlation);
    }
    // The answer takes a turn, as it does on any wire.
    if (!this.#begun) this.#begin();
    else if (this.#preamble !== null || this.#waiting !== null) {
      this.#cancel();
      this.#cancel = this.#clock.after(0, () => this.#play());
    }
  }

  async close(): Promise<void> {
    if (this.#handlers === null) return;
    const episode = this.#script.episodes[this.#episode];
    if (episode !== undefined)
      this.#skippedMs += Math.max(0, episode.untilMs - Math.max(episode.fromMs, this.#positionMs()));
    this.#end();
  }

  /** Recorded ms at which the recording stands now. */
  #positionMs(): number {
    const { fromMs } = this.#script.episodes[this.#episode] as Episode;
    if (this.#preamble !== null) return fromMs;
    const nowMs = this.#waiting?.sinceMs ?? this.#clock.monotonicMs();
    return fromMs + (nowMs - this.#baseMs) * this.#speed;
  }

  #begin(): void {
    this.#cancel();
    this.#begun = true;
    this.#baseMs = this.#clock.monotonicMs();
    this.#cancel = this.#clock.after(0, () => this.#play());
  }

  /** Says everything that is due, then sleeps until the next. */
  #play(): void {
    const episode = this.#script.episodes[this.#episode];
    while (this.#handlers !== null && episode !== undefined) {
      if (this.#preamble !== null && !this.#introduce(this.#preamble)) return;
      const cue = episode.cues[this.#next];
      const dueMs = this.#baseMs + ((cue?.atMs ?? episode.untilMs) - episode.fromMs) / this.#speed;
      const nowMs = this.#clock.monotonicMs();
      if (this.#waiting === null && dueMs > nowMs) {
        this.#cancel = this.#clock.after(dueMs - nowMs, () => this.#play());
        return;
      }
      if (cue === undefined) {
        const { handlers } = this.#lost();
        handlers?.closed(new LinkFailure('lost', `${this.name}: the recording of this connection ends here`));
        return;
      }
      const text = this.#textOf(cue, nowMs);
      if (text === null) return;
      this.#next++;
      this.#handlers.bytes(text);
    }
  }

  /** Who is there, for a recording that begins behind its handshake: as soon as somebody asks. */
  #introduce({ header, id }: NonNullable<Episode['preamble']>): boolean {
    const correlation = this.#asked.get('identify');
    if (correlation === undefined) return false;
    this.#asked.delete('identify');
    this.#preamble = null;
    this.#baseMs = this.#clock.monotonicMs();
    const ack = encodeLine({ ...header, seq: (header.seq + 1) >>> 0 }, { type: 'ACK', correlation, result: '' });
    this.#handlers?.bytes(Buffer.from(this.#identity(header, id) + ack, 'latin1'));
    return true;
  }

  /** `null`: it waits for the command that the cue answers. */
  #textOf(cue: Cue, nowMs: number): Uint8Array | null {
    if (cue.kind === 'bytes') return cue.bytes;
    if (cue.kind === 'id') return Buffer.from(this.#identity(cue.header, cue.id), 'latin1');
    const correlation = cue.to === null ? undefined : this.#asked.get(cue.to);
    if (cue.to !== null && correlation === undefined) {
      const patience = WAIT_MS[cue.to] ?? 0;
      const sinceMs = this.#waiting?.sinceMs ?? nowMs;
      if (nowMs - sinceMs < patience) {
        this.#waiting = { name: cue.to, sinceMs };
        this.#cancel = this.#clock.after(sinceMs + patience - nowMs, () => this.#play());
        return null;
      }
    }
    // The recording stood still meanwhile.
    if (this.#waiting !== null) this.#baseMs += nowMs - this.#waiting.sinceMs;
    this.#waiting = null;
    if (cue.to !== null) this.#asked.delete(cue.to);
    return Buffer.from(
      encodeLine(cue.header, { ...cue.reply, correlation: correlation ?? cue.reply.correlation }),
      'latin1',
    );
  }

  #identity(header: HrspHeader, recorded: Identification): string {
    const id: Identification = { ...recorded, mode: 'simulated', serial: this.#serial(recorded.serial) };
    try {
      return encodeLine(header, id);
    } catch {
      // Longer than a line may be, by the mark: what is attached is of no use in a replay.
      return encodeLine(header, { ...id, instruments: [] });
    }
  }

  #lost(): { handlers: LinkHandlers | null } {
    const handlers = this.#handlers;
    this.#end();
    return { handlers };
  }

  #end(): void {
    this.#cancel();
    this.#handlers = null;
    const { episodes } = this.#script;
    const ended = episodes[this.#episode];
    const next = episodes[++this.#episode];
    if (next === undefined || ended === undefined) this.#resolveDone();
    else this.#notBeforeMs = this.#clock.monotonicMs() + (next.fromMs - ended.untilMs) / this.#speed;
  }
}
