/**
 * Keeps the inventory: asks every station when it has said who it is, then every so often, and on demand. Never during a
 * refill unless somebody wants it now; never two at one station; few at a time.
 */
import type { Bus } from '../bus.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../logger.ts';
import type { LeaseHandlers, LinkLease } from '../station/lease.ts';
import type { StationState } from '../station/model.ts';
import { interview } from './interview.ts';
import type { Held } from './inventory.ts';
import type { RefillPort } from './refill-port.ts';

export interface InventoryDeps {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly random: () => number;
  readonly refill: RefillPort;
  readonly lease: (name: string, handlers: LeaseHandlers) => LinkLease;
  readonly everyMs: number;
  /** An update has the station: it knows better. */
  readonly inUse: (station: string) => boolean;
  readonly changed: (held: Held) => void;
  /** On this link somebody says who it is again, or nobody answers any more. */
  readonly gone: (link: string) => void;
}

const LOOK_MS = 500;
const AT_ONCE = 4;
/** After the handshake: its settings and first lines go first. */
const SETTLED_MS = 2000;
/** A link on which nobody says who it is, a station that has fallen silent: perhaps only a bootloader is left to answer. */
const NOBODY_MS = 30_000;
/** Its wire was in use: an update ends within minutes. */
const WIRE_AGAIN_MS = 10_000;
/** A station that answered nothing may have been busy. */
const SILENT_AGAIN_MS = 5 * 60_000;

export class InventoryKeeper {
  readonly #deps: InventoryDeps;
  readonly #held = new Map<string, Held>();
  readonly #dueMs = new Map<string, number>();
  /** Stations that send no readings although their port is open. */
  readonly #quiet = new Set<string>();
  readonly #asking = new Map<string, { readonly stop: AbortController; readonly done: Promise<Held | null> }>();
  #off: (() => void)[] = [];
  #cancel: () => void = () => {};

  constructor(deps: InventoryDeps) {
    this.#deps = deps;
  }

  start(): void {
    const { bus, clock } = this.#deps;
    this.#off = [
      bus.on('identified', ({ station }) => this.#dueMs.set(station, clock.monotonicMs() + SETTLED_MS)),
      bus.on('status', ({ station, link, state }) => {
        if (station !== null) this.#said(station, state);
        if (state === 'identifying' && !this.#dueMs.has(link)) this.#dueMs.set(link, clock.monotonicMs() + NOBODY_MS);
        else if (state !== 'identifying') this.#forgetLink(link);
      }),
    ];
    this.#look();
  }

  async stop(): Promise<void> {
    for (const off of this.#off.splice(0)) off();
    this.#cancel();
    const all = [...this.#asking.values()];
    for (const { stop } of all) stop.abort();
    await Promise.all(all.map(({ done }) => done));
  }

  held(station: string): Held | null {
    return this.#held.get(station) ?? null;
  }

  /** Now, for somebody who waits; `null` when its wire is not to be had. */
  ask(name: string): Promise<Held | null> {
    const running = this.#asking.get(name);
    if (running) return running.done;
    const stop = new AbortController();
    const done = this.#ask(name, stop.signal).finally(() => this.#asking.delete(name));
    this.#asking.set(name, { stop, done });
    return done;
  }

  /** Somebody else needs the wire: resolves when it is free. */
  async giveWay(name: string): Promise<void> {
    const running = this.#asking.get(name);
    running?.stop.abort();
    await running?.done;
  }

  async #ask(name: string, signal: AbortSignal): Promise<Held | null> {
    const { clock, random, lease, everyMs, changed, logger } = this.#deps;
    try {
      const held = await interview({
        station: name,
        clock,
        random,
        lease: (handlers) => lease(name, handlers),
        signal,
      });
      if (signal.aborted) return this.held(name);
      // Switched off, it says nothing of what it holds: what is known stays.
      const known = this.held(name);
      if (held.answers === 'silent' && known !== null && this.#quiet.has(name)) return known;
      const silentAgain = held.answers === 'silent' && this.held(name)?.answers !== 'silent';
      const pauseMs = silentAgain ? Math.min(SILENT_AGAIN_MS, everyMs) : everyMs;
      if (this.#dueMs.has(name)) this.#dueMs.set(name, clock.monotonicMs() + pauseMs);
      this.#held.set(name, held);
      changed(held);
      return held;
    } catch (error) {
      if (this.#dueMs.has(name)) this.#dueMs.set(name, clock.monotonicMs() + WIRE_AGAIN_MS);
      logger.debug({ error, station: name }, 'a station could not be asked about its firmware');
      return null;
    }
  }

  #said(station: string, state: StationState): void {
    const dueMs = this.#dueMs.get(station);
    if (state === 'offline' || state === 'refused') this.#dueMs.delete(station);
    if (state !== 'quiet') this.#quiet.delete(station);
    else if (dueMs !== undefined && !this.#quiet.has(station)) {
      this.#quiet.add(station);
      this.#dueMs.set(station, Math.min(dueMs, this.#deps.clock.monotonicMs() + NOBODY_MS));
    }
  }

  #forgetLink(link: string): void {
    this.#dueMs.delete(link);
    if (this.#held.delete(link)) this.#deps.gone(link);
  }

  #look(): void {
    const { clock, refill, inUse } = this.#deps;
    const nowMs = clock.monotonicMs();
    for (const [station, dueMs] of this.#dueMs) {
      if (this.#asking.size >= AT_ONCE) break;
      if (dueMs > nowMs || this.#asking.has(station) || inUse(station)) continue;
      if (refill.refillState(station).use === 'open') continue;
      this.#dueMs.set(station, nowMs + this.#deps.everyMs);
      void this.ask(station);
    }
    this.#cancel = clock.after(LOOK_MS, () => this.#look());
  }
}
