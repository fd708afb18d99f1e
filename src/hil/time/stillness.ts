/**
 * When nothing is under way any more in this process: the event loop has turned twice without an event, no file or connection
 * request is open, and everything written to a socket of this process has been read at its other end in this process. So
 * time that somebody makes may go on without overtaking anything.
 *
 * What clients in this process say over sockets may wait for the next rest and leave in one go: packet by packet, system calls
 * cost a tenth of a run.
 *
 * Threads take as long as a disk takes. Their answers are held back until it is time for them, and then come in the order
 * in which they were asked for, so that a slow disk and a quick one give the same run.
 */
import { performance } from 'node:perf_hooks';
import { answersThrough, callsUnderWay } from '../../worker/calls.ts';
import { SocketPairs } from './socket-pairs.ts';

const QUIET_TURNS = 2;
/** A thread that ends answers nothing: how long we sleep through that. */
const ANSWER_MS = 5;
/** After so many turns in vain we let others have the processor. */
const SPINS = 30;
const REQUEST = /^(FSReq|GetAddrInfo|TCPConnectWrap|WriteWrap|ShutdownWrap|PipeConnect)/;
/** Something never ends: better to say so than to hang. */
const LONGEST_MS = 300_000;
const MOST_ROUNDS = 10_000;

const events = () => performance.nodeTiming.uvMetricsInfo.events;
const turn = () => new Promise<void>((done) => setImmediate(done));
const breathe = () => new Promise<void>((done) => setTimeout(done, 1));

export class Stillness {
  readonly #sockets = new SocketPairs();
  readonly #holds: boolean;
  #held: { readonly call: number; readonly deliver: () => void }[] = [];
  #wake: () => void = () => {};

  /** `holds`: whether what is said over sockets waits for a rest; not where somebody looks on while a window passes. */
  constructor(options: { readonly holds: boolean }) {
    this.#holds = options.holds;
  }

  /** From now on answers of threads wait for `threads()`. */
  start(): void {
    this.#sockets.start();
    answersThrough((call, deliver) => {
      this.#held.push({ call, deliver });
      this.#wake();
    });
  }

  stop(): void {
    answersThrough(null);
    this.#sockets.stop();
    for (const { deliver } of this.#held.splice(0)) deliver();
  }

  /** Nothing is left to do at this moment; what was published may still be on its way. */
  async moment(): Promise<void> {
    await turn();
  }

  /** Everything that was published has been heard; threads may be at work. */
  async loop(): Promise<void> {
    await this.#quiet(() => true);
  }

  /** Every thread has answered and everybody who asked has heard it; and whoever asked again, too. */
  async threads(): Promise<void> {
    for (let rounds = 0; rounds < MOST_ROUNDS; rounds++) {
      await this.#quiet(() => callsUnderWay() === 0);
      if (this.#held.length === 0) return;
      const due = this.#held.splice(0).sort((a, b) => a.call - b.call);
      for (const { deliver } of due) deliver();
    }
    throw new Error('threads are asked again and again without an end');
  }

  /** Every thread has done what it was asked so far; that it has is heard when it is time for it. */
  async done(): Promise<void> {
    await this.#quiet(() => callsUnderWay() === 0);
  }

  /** Every thread has answered what it was asked so far, and everybody who asked has heard it. */
  async answers(): Promise<void> {
    await this.#quiet(() => callsUnderWay() === 0);
    const due = this.#held.splice(0).sort((a, b) => a.call - b.call);
    for (const { deliver } of due) deliver();
    await this.loop();
  }

  #answer(): Promise<void> {
    return new Promise((done) => {
      const timer = setTimeout(done, ANSWER_MS);
      this.#wake = () => {
        clearTimeout(timer);
        done();
      };
    });
  }

  async #quiet(also: () => boolean): Promise<void> {
    this.#sockets.release();
    await this.#rest(also);
    if (this.#holds) this.#sockets.hold();
  }

  async #rest(also: () => boolean): Promise<void> {
    const sinceMs = performance.now();
    let seen = events();
    let still = 0;
    let vain = 0;
    for (let turns = 0; ; turns++) {
      // A thread that is waited for wants the processor more than we do.
      await (!also() ? this.#answer() : turns % SPINS === SPINS - 1 ? breathe() : turn());
      const now = events();
      still = now === seen && also() ? still + 1 : 0;
      seen = now;
      if (still >= QUIET_TURNS) {
        if (!this.#sockets.underWay() && !requestsOpen()) return;
        // Mostly it is here within some turns; if not, whoever carries it wants the processor.
        if (++vain % SPINS === 0) await breathe();
      }
      if (performance.now() - sinceMs > LONGEST_MS) {
        throw new Error(
          `nothing comes to rest: ${callsUnderWay()} calls to threads under way, ${process.getActiveResourcesInfo().join(', ')}`,
        );
      }
    }
  }
}

function requestsOpen(): boolean {
  return process.getActiveResourcesInfo().some((name) => REQUEST.test(name));
}
