/** Drives the heartbeat of one connection: says the beats, hears them, and reports what that means for the path. */
import type { Clock } from '../clock.ts';
import { Heartbeat, LOOK_EVERY_MS, NO_ECHO_AFTER_MS, UNHEARD_AFTER_MS } from './heartbeat.ts';
import { echoPayload, echoTopic } from './topics.ts';

export interface EchoWatchOptions {
  readonly site: string;
  readonly bridge: string;
  readonly role: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly unsentBytes: () => number;
  /** QoS 0, expiring. */
  readonly publish: (topic: string, payload: string) => void;
  /** Asks the broker for a sign of life. */
  readonly ping: () => void;
  readonly on: (kind: 'echo' | 'unheard' | 'no-echo', reason: string) => void;
}

const LARGEST = 1024;

export class EchoWatch {
  readonly #options: EchoWatchOptions;
  readonly #heartbeat = new Heartbeat();
  #run = '';
  #cancel: () => void = () => {};

  constructor(options: EchoWatchOptions) {
    this.#options = options;
  }

  get topic(): string {
    return echoTopic(this.#options.site, this.#options.bridge);
  }

  get roundTripMs(): number | null {
    return this.#heartbeat.roundTripMs;
  }

  begin(): void {
    const { role, random, clock } = this.#options;
    // Roles of one machine may share the topic, and beats of an earlier connection prove nothing about this one.
    this.#run = `${role}-${Math.floor(random() * 0xffff_ffff).toString(16)}`;
    this.#heartbeat.begin(clock.monotonicMs());
    this.#beat();
  }

  end(): void {
    this.#cancel();
  }

  /** A packet of any kind has come. */
  heard(): void {
    this.#heartbeat.heard(this.#options.clock.monotonicMs());
  }

  /** Whatever is published on the topic; only our own beats count. */
  arrived(payload: Buffer): void {
    if (payload.length > LARGEST) return;
    let said: unknown;
    try {
      said = JSON.parse(payload.toString('utf8'));
    } catch {
      return;
    }
    const { data } = echoPayload.safeParse(said);
    if (data?.run !== this.#run) return;
    if (this.#heartbeat.returned(data.beat, this.#options.clock.monotonicMs())) this.#options.on('echo', '');
  }

  /** The broker has said that we may not read the topic. */
  refused(): void {
    this.#options.on('no-echo', this.#noEcho());
  }

  #beat(): void {
    const { clock, bridge, publish } = this.#options;
    const beat = this.#heartbeat.due(clock.monotonicMs());
    if (beat !== null) publish(this.topic, JSON.stringify({ bridge, run: this.#run, beat }));
    this.#cancel = clock.after(LOOK_EVERY_MS, () => this.#look());
  }

  #look(): void {
    const { clock, unsentBytes, ping, on } = this.#options;
    const nowMs = clock.monotonicMs();
    const verdict = this.#heartbeat.look(nowMs, unsentBytes());
    if (this.#heartbeat.overdue(nowMs)) ping();
    // First the next turn, then the word: it may end this connection.
    this.#beat();
    if (verdict === 'unheard') {
      on(
        verdict,
        `nothing has come back for ${UNHEARD_AFTER_MS / 1000} s: the broker or the network to it stands still; connecting anew`,
      );
    } else if (verdict === 'no-echo') on(verdict, this.#noEcho());
  }

  #noEcho(): string {
    return `it answers, but for ${NO_ECHO_AFTER_MS / 1000} s no message of ours has come back: let this user publish and subscribe ${this.topic} (the broker's access list), or look whether the broker is overloaded`;
  }
}
