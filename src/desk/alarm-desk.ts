/**
 * The alarm system at work: reports come in over the bus, the pure machine decides, the board goes out to every screen,
 * log and state go to the disk. What nurses do at screens comes in here too, so that all screens agree.
 */
import type { AlarmBoard } from '../alarms/board.ts';
import type { AlarmCondition } from '../alarms/catalogue.ts';
import type { AlarmLogEntry, AlarmLogRow } from '../alarms/log.ts';
import { type Acknowledged, AlarmMachine, type AlarmSnapshot, type Moment } from '../alarms/machine.ts';
import { boardOf } from '../alarms/make-board.ts';
import { type AlarmSettings, settingsInWords } from '../alarms/settings.ts';
import type { Bus } from '../bus.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../logger.ts';
import type { AlarmLogQuery } from '../records/model.ts';
import type { Records } from '../records/port.ts';
import { within } from './within.ts';

export interface AlarmDeskOptions {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly records: Records;
  readonly settings: AlarmSettings;
  readonly version: string;
  /** Of the run before. */
  readonly kept: { readonly alarmState: string | null; readonly lastAlarmId: number };
}

/** Many conditions that begin together (a hub unplugged) are one change of the board. */
const ANNOUNCE_MS = 20;
/** A screen is not kept waiting longer for the disk; the change holds already. */
const DISK_MS = 2000;

export class AlarmDesk {
  readonly #options: AlarmDeskOptions;
  readonly #machine: AlarmMachine;
  #lastId: number;
  #ends: (() => void)[] = [];
  #cancelDue = () => {};
  #cancelAnnounce: (() => void) | null = null;
  #log: AlarmLogEntry[] = [];
  #onLogged: (entry: AlarmLogEntry) => void = () => {};
  #saving: Promise<void> = Promise.resolve();
  #nextSave: Promise<void> | null = null;

  constructor(options: AlarmDeskOptions) {
    this.#options = options;
    this.#machine = new AlarmMachine(options.settings);
    this.#lastId = options.kept.lastAlarmId;
  }

  /** Goes on where the last run stopped. Before the parts that determine conditions start. */
  start(): void {
    const { bus, kept, logger, settings, version } = this.#options;
    const now = this.#now();
    try {
      if (kept.alarmState !== null) this.#machine.restore(JSON.parse(kept.alarmState) as AlarmSnapshot, now);
    } catch (error) {
      logger.error({ error }, 'the alarm state of the last run cannot be read; alarms begin anew');
    }
    this.#logRow({
      atUtcMs: now.utcMs,
      event: 'started',
      source: null,
      condition: null,
      priority: null,
      by: null,
      detail: `hai-bridge ${version}; ${settingsInWords(settings)}`,
    });
    this.#ends = [
      bus.on('condition', (report) => {
        this.#machine.report(report, this.#now());
        this.#changed();
      }),
    ];
    this.#changed();
  }

  /** What waits is on its way to the disk when this resolves, or has been given up. */
  async stop(): Promise<void> {
    for (const end of this.#ends.splice(0)) end();
    this.#cancelDue();
    this.#cancelAnnounce?.();
    await within(this.#options.clock, DISK_MS, this.#save());
  }

  board(): AlarmBoard {
    return boardOf(this.#machine, this.#now());
  }

  async acknowledge(by: string, source: string, condition: AlarmCondition): Promise<Acknowledged> {
    const done = this.#machine.acknowledge(by, source, condition, this.#now());
    await this.#changedByHand();
    return done;
  }

  /** `source: null` = all; `seconds: null` = the site's own. */
  async pause(by: string, source: string | null, seconds: number | null): Promise<void> {
    this.#machine.pause(by, source, seconds ?? this.#options.settings.audioPauseS, this.#now());
    await this.#changedByHand();
  }

  /** `false` when there is no such pause. */
  async resume(by: string, source: string | null): Promise<boolean> {
    const ended = this.#machine.resume(by, source, this.#now());
    await this.#changedByHand();
    return ended;
  }

  /** Hears every entry of the log as it is made. */
  onLogged(listener: (entry: AlarmLogEntry) => void): void {
    this.#onLogged = listener;
  }

  /** The log of one source from a moment on, oldest first; at most a thousand entries. */
  async since(source: string, fromMs: number): Promise<AlarmLogEntry[]> {
    const query = { source, fromMs, toMs: null, before: null, limit: 1000 };
    return (await this.#options.records.alarmLog(query)).reverse();
  }

  log(query: AlarmLogQuery): Promise<AlarmLogEntry[]> {
    return this.#options.records.alarmLog(query);
  }

  #now(): Moment {
    const { clock } = this.#options;
    return { utcMs: clock.utcMs(), steadyMs: clock.monotonicMs() };
  }

  async #changedByHand(): Promise<void> {
    this.#changed();
    await within(this.#options.clock, DISK_MS, this.#save());
  }

  #changed(): void {
    const { bus, clock } = this.#options;
    for (const row of this.#machine.takeLog()) this.#logRow(row);
    this.#cancelAnnounce ??= clock.after(ANNOUNCE_MS, () => {
      this.#cancelAnnounce = null;
      void this.#save();
      bus.emit('alarms', this.board());
    });
    this.#cancelDue();
    const { dueMs } = this.#machine;
    if (dueMs === null) return;
    this.#cancelDue = clock.after(Math.max(1, Math.ceil(dueMs - clock.monotonicMs())), () => {
      this.#machine.time(this.#now());
      this.#changed();
    });
  }

  #logRow(row: AlarmLogRow): void {
    const { logger } = this.#options;
    const entry = { ...row, id: ++this.#lastId };
    this.#log.push(entry);
    this.#onLogged(entry);
    logger.info(entry, `alarm ${row.event}${row.condition === null ? '' : ` ${row.condition}`}`);
  }

  /** Resolves when all that holds now is on the disk. One write at a time; what changes meanwhile is the next one. */
  #save(): Promise<void> {
    this.#nextSave ??= this.#saving.then(() => {
      this.#nextSave = null;
      const { records, logger } = this.#options;
      const log = this.#log.splice(0);
      this.#saving = records
        .write({ do: 'alarms', state: JSON.stringify(this.#machine.snapshot()), log })
        .catch((error: unknown) => logger.error({ error, log }, 'alarm log entries were not kept'));
      return this.#saving;
    });
    return this.#nextSave;
  }
}
