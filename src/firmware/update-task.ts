/**
 * Carries out what the update machine wants: holds the lease, speaks, saves before it speaks on, keeps the time.
 *
 *   bus, lease, clock ──events──▶ machine ──effects──▶ one queue ──▶ conversation, job file, audit log
 */
import type { Bus } from '../bus.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../logger.ts';
import type { LeaseHandlers, LinkLease } from '../station/lease.ts';
import type { StationInfo } from '../station/model.ts';
import { Conversation, type ImageSource } from './conversation.ts';
import type { RefillPort } from './refill-port.ts';
import { UpdateMachine } from './update/machine.ts';
import type { UpdateAct, UpdateEffect, UpdateEvent, UpdateMemory, UpdateOrder, UpdateView } from './update/words.ts';

export interface UpdateTaskDeps {
  readonly order: UpdateOrder;
  readonly memory: UpdateMemory;
  readonly image: ImageSource;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly random: () => number;
  readonly refill: RefillPort;
  /** Throws `LeaseRefused`. */
  readonly lease: (handlers: LeaseHandlers) => LinkLease;
  /** Who answered last on a link, if anybody. */
  readonly identified: (link: string) => StationInfo | null;
  /** Resolves when it is on the disk. */
  readonly save: (memory: UpdateMemory, view: UpdateView) => Promise<void>;
  readonly note: (act: UpdateAct, detail: string) => Promise<void>;
  readonly changed: () => void;
  readonly ended: () => void;
}

const REFILL_CHECK_MS = 1000;
/** Told at most so often. */
const PROGRESS_MS = 250;

export class UpdateTask {
  readonly #deps: UpdateTaskDeps;
  readonly #machine: UpdateMachine;
  readonly #talk: Conversation;
  #lease: LinkLease | null = null;
  #off: (() => void)[] = [];
  #queue: UpdateEffect[] = [];
  #working = false;
  #stopped = false;
  #cancelDue: () => void = () => {};
  #cancelRefill: () => void = () => {};
  #busy: string | null = null;
  #toldMs = Number.NEGATIVE_INFINITY;
  #told = '';

  constructor(deps: UpdateTaskDeps) {
    this.#deps = deps;
    this.#machine = new UpdateMachine(deps.order, deps.memory);
    this.#talk = new Conversation({
      write: (lines) => this.#write(lines),
      answered: (id, answer) => this.#tell({ kind: 'answer', id, answer }),
      image: deps.image,
      firstSequence: Math.floor(deps.random() * 256),
    });
  }

  get view(): UpdateView {
    return this.#machine.view;
  }

  /** What was heard and what was lost on the way, for the record. */
  get wire(): Readonly<Conversation['counters']> {
    return this.#talk.counters;
  }

  /** Throws `LeaseRefused`; then nothing has been done. */
  start(): void {
    const { bus, order } = this.#deps;
    const lease = this.#deps.lease({
      foreign: (line) => this.#talk.line(line),
      opened: () => {
        this.#talk.opened();
        this.#tell({ kind: 'link', open: true });
      },
      closed: () => this.#tell({ kind: 'link', open: false }),
    });
    this.#lease = lease;
    lease.telemetry('interleaved');
    const ours = (station: string) => order.anonymous === true || station === order.station;
    this.#off = [
      bus.on('identified', (info) => {
        if (info.link === lease.link) this.#identified(info);
      }),
      bus.on('reading', ({ station }) => {
        if (ours(station)) this.#tell({ kind: 'reading' });
      }),
      bus.on('health', ({ station, counters }) => {
        if (!ours(station)) return;
        this.#tell({ kind: 'health', lines: counters.lines, badChecksums: counters.faults['bad-checksum'] });
      }),
      bus.on('event', ({ station, source, state, data }) => {
        if (!ours(station)) return;
        const severe = source === 'error' && (state === 'error' || state === 'fatal');
        if (severe) this.#tell({ kind: 'fault', what: data });
        else if (source === 'state' && state === 'fault') this.#tell({ kind: 'fault', what: 'its state is "fault"' });
        this.#checkRefill();
      }),
    ];
    this.#busy = this.#refill();
    this.#carryOut(this.#machine.begin({ linkOpen: lease.isOpen, refill: this.#busy }, this.#deps.clock.monotonicMs()));
    const known = this.#deps.identified(lease.link);
    if (known !== null) this.#identified(known);
    this.#watchRefill();
  }

  abort(by: string): void {
    this.#tell({ kind: 'abort', by });
  }

  /** The daemon stops: what is known is on the disk, and the next start goes on from there. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#release();
    if (this.#machine.view.outcome === null) await this.#deps.save(this.#machine.memory, this.#machine.view);
  }

  #identified({ station, bootId, identification }: StationInfo): void {
    const { hardwareRevision, firmwareVersion } = identification;
    this.#tell({ kind: 'identified', station, bootId, hardwareRevision, firmwareVersion });
  }

  #tell(event: UpdateEvent): void {
    if (this.#stopped || this.#lease === null) return;
    this.#carryOut(this.#machine.on(event, this.#deps.clock.monotonicMs()));
  }

  #carryOut(effects: readonly UpdateEffect[]): void {
    this.#queue.push(...effects);
    this.#schedule();
    this.#progress();
    if (!this.#working) void this.#work();
  }

  /** In order: what must be on the disk is there before the next word is said. */
  async #work(): Promise<void> {
    this.#working = true;
    const { save, note, logger } = this.#deps;
    for (let effect = this.#queue.shift(); effect !== undefined; effect = this.#queue.shift()) {
      try {
        if (effect.do === 'ask') this.#talk.ask(effect.id, effect.ask);
        else if (effect.do === 'save') await save(this.#machine.memory, this.#machine.view);
        else if (effect.do === 'note') await note(effect.act, effect.detail);
        else if (effect.do === 'telemetry') this.#lease?.telemetry(effect.is);
        else this.#lease?.reopen();
      } catch (error) {
        logger.error({ error, job: this.#deps.order.job, effect: effect.do }, 'a step of a firmware update failed');
      }
    }
    this.#working = false;
    if (this.#machine.view.outcome !== null && this.#lease !== null) {
      this.#release();
      this.#deps.ended();
    }
  }

  #write(lines: Uint8Array): void {
    if (this.#stopped) return;
    this.#lease?.write(lines).catch((error: unknown) => {
      this.#deps.logger.debug({ error, job: this.#deps.order.job }, 'a firmware request was not sent');
    });
  }

  #schedule(): void {
    this.#cancelDue();
    const { dueMs } = this.#machine;
    if (dueMs === null || this.#stopped) return;
    const { clock } = this.#deps;
    const waitMs = Math.max(1, Math.ceil(dueMs - clock.monotonicMs()));
    this.#cancelDue = clock.after(waitMs, () => this.#tell({ kind: 'time' }));
  }

  #progress(): void {
    const { phase, waitsFor, outcome } = this.#machine.view;
    const now = `${phase}|${waitsFor}|${outcome?.code}`;
    const nowMs = this.#deps.clock.monotonicMs();
    if (now === this.#told && nowMs - this.#toldMs < PROGRESS_MS) return;
    this.#told = now;
    this.#toldMs = nowMs;
    this.#deps.changed();
  }

  #refill(): string | null {
    const { refill, order } = this.#deps;
    const { use, reason } = refill.refillState(order.station);
    // One that is only due refuses a beginning: what has begun is over sooner when it goes on.
    return use === 'open' ? (reason ?? 'a refill has the station') : null;
  }

  #checkRefill(): void {
    const busy = this.#refill();
    if (busy === this.#busy) return;
    this.#busy = busy;
    this.#tell({ kind: 'refill', busy });
  }

  #watchRefill(): void {
    if (this.#lease === null) return;
    this.#cancelRefill = this.#deps.clock.after(REFILL_CHECK_MS, () => {
      this.#checkRefill();
      this.#watchRefill();
    });
  }

  #release(): void {
    for (const off of this.#off.splice(0)) off();
    this.#cancelDue();
    this.#cancelRefill();
    this.#lease?.release();
    this.#lease = null;
  }
}
