/**
 * The refill engine at work: what a station says and what a nurse does becomes an input of the refill that is open there;
 * its state goes to every screen, its advisories to the alarm system, its end to the records and the pump's register.
 *
 *   reading, event, status ─┐                     ┌─▶ bus `refill`, `condition`
 *   begin, act (HTTP) ──────┼─▶ OpenRefill ───────┼─▶ records: every input, the record at the end
 *   a second without either ┘   (engine)          └─▶ register: the fill
 */
import type { Reading } from '../../protocols/reading.ts';
import type { AlarmLogEntry } from '../alarms/log.ts';
import type { Bus } from '../bus.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../logger.ts';
import type { RefillPage, RefillQuery, RefillRecord } from '../records/model.ts';
import type { Records } from '../records/port.ts';
import type { OpenRefillRow } from '../records/reader.ts';
import type { NurseAction, RefillInput, RefillState } from '../refill/model.ts';
import type { RefillConfig } from '../refill/settings.ts';
import type { StationEvent, StationInfo, StationStatus } from '../station/model.ts';
import { AtStation } from './at-station.ts';
import { type Begin, beginInput } from './begin.ts';
import { Entry, type Written } from './entry.ts';
import { type LaterInput, OpenRefill } from './open-refill.ts';
import type { PumpRegister } from './pump-register.ts';
import { RefillConditions } from './refill-conditions.ts';
import { actionEvent, eventData } from './refill-events.ts';
import { Refused } from './refused.ts';
import { restoreEntry } from './restore.ts';
import { fillOf } from './summary.ts';
import { within } from './within.ts';

export interface RefillDeskOptions {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
  readonly records: Records;
  readonly register: Pick<PumpRegister, 'get' | 'addFill'>;
  readonly settings: RefillConfig;
  readonly written: Written;
  readonly kept: readonly OpenRefillRow[];
  readonly alarmLog: (source: string, fromMs: number) => Promise<readonly AlarmLogEntry[]>;
}

const LOOK_MS = 1000;
/** A little under ten a second: a reading that comes a millisecond early is said with itself, not with a timer. */
const SAY_EVERY_MS = 80;
/** A screen is not kept waiting longer for the disk. */
const DISK_MS = 5000;
/** A completed refill stays at its station so long, unless the next one begins. */
const LINGER_MS = 120_000;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const SYSTEM = 'hai-bridge';

export class RefillDesk {
  readonly #options: RefillDeskOptions;
  readonly #stations = new Map<string, AtStation>();
  readonly #entries = new Map<string, Entry>();
  readonly #conditions: RefillConditions;
  #ends: (() => void)[] = [];
  #cancelLook = () => {};

  constructor(options: RefillDeskOptions) {
    this.#options = options;
    this.#conditions = new RefillConditions(options.bus);
  }

  /** Goes on with what was open. After the alarm system has started, before the stations do. */
  async start(): Promise<void> {
    const { bus, kept, clock } = this.#options;
    for (const row of kept) await this.#restore(row);
    this.#ends = [
      bus.on('identified', (info) => this.#identified(info)),
      bus.on('status', (status) => this.#status(status)),
      bus.on('reading', (reading) => this.#reading(reading)),
      bus.on('event', (event) => this.#event(event)),
    ];
    const look = () => {
      this.#look();
      this.#cancelLook = clock.after(LOOK_MS, look);
    };
    this.#cancelLook = clock.after(LOOK_MS, look);
  }

  stop(): void {
    for (const end of this.#ends.splice(0)) end();
    this.#cancelLook();
    for (const entry of this.#entries.values()) entry.cancelSay?.();
  }

  /** Stations that have a refill to show. */
  stations(): readonly string[] {
    return [...this.#entries.keys()];
  }

  /** The refill that is open at this station, or that has just ended there. */
  state(station: string): RefillState | null {
    return this.#entries.get(station)?.state ?? null;
  }

  /** A refill is going on: nothing else may be done with this station. */
  busy(station: string): boolean {
    return this.#entries.get(station)?.inProgress ?? false;
  }

  /** Throws `Refused`. */
  async begin(station: string, asked: Begin): Promise<RefillState> {
    const { clock, records, random, register, settings } = this.#options;
    const before = this.#entries.get(station);
    if (before?.inProgress) {
      throw new Refused('refill-open', `a refill is open at ${station}`, 'finish or abort it first');
    }
    const elsewhere = [...this.#entries.values()].find((e) => e.inProgress && e.state.pump.pump === asked.pump);
    if (elsewhere !== undefined) {
      const where = elsewhere.open.station;
      throw new Refused(
        'pump-in-refill',
        `pump ${asked.pump} is being refilled at ${where}`,
        'finish or abort that first',
      );
    }
    const pump = register.get(asked.pump);
    const input = beginInput({ station, asked, pump, at: this.#at(station), clock, random, settings });
    if (before !== undefined) this.#close(before);
    const versions = this.#versions(station);
    const { open, kept } = OpenRefill.begin(input, versions, { clock, records, onLost: (e) => this.#lost(station, e) });
    const now = clock.monotonicMs();
    const entry = new Entry(open, versions, now, now);
    this.#entries.set(station, entry);
    this.#journal(entry, 'begin', eventData(open.id, asked.by, { pump: asked.pump }));
    for (const input of this.#at(station).missed(now)) void this.#apply(entry, input);
    this.#changed(entry);
    await within(clock, DISK_MS, kept);
    return entry.state;
  }

  /** Throws `Refused` when there is no refill, or when the engine cannot do it now. */
  async act(station: string, by: string, action: NurseAction): Promise<RefillState> {
    const { clock } = this.#options;
    const entry = this.#entries.get(station);
    if (entry === undefined || entry.closed) {
      throw new Refused('no-refill', `no refill is open at ${station}`, 'begin one first');
    }
    const why = entry.open.refusal(action);
    if (why !== null) throw new Refused('action-refused', why, 'look at the refill as it is now');
    const kept = this.#act(entry, by, action);
    await within(clock, DISK_MS, kept);
    return entry.state;
  }

  async list(query: RefillQuery): Promise<RefillPage> {
    const { refills, next } = await this.#options.records.refills(query);
    const now = new Map([...this.#entries.values()].map((entry) => [entry.open.id, entry.summary()]));
    return { refills: refills.map((summary) => now.get(summary.refill) ?? summary), next };
  }

  /** `null`: unknown. */
  async record(refill: string): Promise<RefillRecord | null> {
    const open = [...this.#entries.values()].find((entry) => entry.open.id === refill);
    if (open !== undefined) return open.record(this.#options.written);
    const json = await this.#options.records.record(refill);
    return json === null ? null : (JSON.parse(json) as RefillRecord);
  }

  /** Everything that a refill heard, one JSON text each; empty for one that is not on record. */
  inputs(refill: string): Promise<string[]> {
    return this.#options.records.inputs(refill);
  }

  /** Every entry of the alarm log as it is made. */
  alarmLogged(logged: AlarmLogEntry): void {
    for (const entry of this.#entries.values()) {
      if (!entry.closed && entry.open.station === logged.source) entry.alarms.push(logged);
    }
  }

  async #restore(row: OpenRefillRow): Promise<void> {
    const { clock, records, logger, alarmLog } = this.#options;
    const entry = await restoreEntry(row, { clock, records, logger, alarmLog, onLost: (s, e) => this.#lost(s, e) });
    if (entry === null) return;
    this.#entries.set(entry.open.station, entry);
    logger.info({ refill: entry.open.id, station: entry.open.station }, 'going on with a refill that was open');
    if (entry.state.outcome === 'completed') this.#close(entry);
    this.#changed(entry);
  }

  #identified(info: StationInfo): void {
    this.#at(info.station).identified(info);
  }

  #status(status: StationStatus): void {
    if (status.station === null) return;
    this.#at(status.station).status = status;
    const entry = this.#entries.get(status.station);
    if (entry === undefined || entry.closed) return;
    const state = status.state === 'live' ? 'live' : 'silent';
    if (entry.state.link !== state) void this.#apply(entry, { kind: 'link', state });
  }

  /** Hot path: called for every reading of every station. */
  #reading(reading: Reading): void {
    this.#at(reading.station).latest = reading;
    const entry = this.#entries.get(reading.station);
    if (entry === undefined || entry.closed) return;
    const { values, flags, deviceTickMs, bootId, received } = reading;
    void this.#apply(
      entry,
      { kind: 'reading', reading: { values, flags, deviceTickMs, bootId } },
      received.monotonicMs,
    );
  }

  #event(event: StationEvent): void {
    const { station, source, state, data, received } = event;
    if (source === 'refill') return;
    const entry = this.#entries.get(station);
    this.#at(station).event(event);
    if (entry === undefined || entry.closed) return;
    void this.#apply(entry, { kind: 'station', source, state, data }, received.monotonicMs);
  }

  #act(entry: Entry, by: string, action: NurseAction): Promise<void> {
    const kept = this.#apply(entry, { kind: 'nurse', by, action });
    const { state, data } = actionEvent(entry.open.id, by, action);
    this.#journal(entry, state, data);
    return kept;
  }

  #apply(entry: Entry, input: LaterInput, monotonicMs = this.#options.clock.monotonicMs()): Promise<void> {
    entry.heardMs = monotonicMs;
    const kept = entry.open.apply(input, monotonicMs);
    this.#changed(entry);
    return kept;
  }

  #changed(entry: Entry): void {
    const { clock } = this.#options;
    const now = clock.monotonicMs();
    if (entry.turned()) {
      if (entry.inProgress) entry.endedMs = null;
      else entry.endedMs ??= now;
      if (entry.state.outcome === 'completed') this.#close(entry);
      this.#conditions.update(entry.open.station, entry.state);
      this.#say(entry);
    } else if (now >= entry.saidMs + SAY_EVERY_MS) this.#say(entry);
    else entry.cancelSay ??= clock.after(entry.saidMs + SAY_EVERY_MS - now, () => this.#say(entry));
  }

  #say(entry: Entry): void {
    entry.cancelSay?.();
    entry.cancelSay = null;
    entry.saidMs = this.#options.clock.monotonicMs();
    this.#options.bus.emit('refill', entry.state);
  }

  /** Once a second. */
  #look(): void {
    const { clock, settings } = this.#options;
    const now = clock.monotonicMs();
    for (const [station, entry] of this.#entries) {
      if (!entry.closed && now - entry.heardMs >= LOOK_MS) void this.#apply(entry, { kind: 'time' });
      if (entry.inProgress && now - entry.beganMs > settings.longestHours * HOUR_MS) {
        const reason = `open for longer than ${settings.longestHours} h`;
        void this.#act(entry, SYSTEM, { do: 'abort', reason });
        this.#close(entry);
      }
      const endedFor = entry.endedMs === null ? 0 : now - entry.endedMs;
      if (!entry.closed && endedFor > settings.resumeWithinMinutes * MINUTE_MS) this.#close(entry);
      if (entry.closed && endedFor > LINGER_MS) this.#leave(station, entry);
    }
  }

  /** For good: into the records, and what was filled into the pump's register. Written twice it changes nothing. */
  #close(entry: Entry): void {
    if (entry.closed) return;
    entry.closed = true;
    this.#at(entry.open.station).forgetScans();
    const { bus, records, register, written, logger } = this.#options;
    const record = entry.record(written);
    const fill = fillOf(record.state);
    const failed = (error: unknown) =>
      logger.error({ error, refill: entry.open.id }, 'the end of a refill was not kept');
    // The register first: when the daemon dies between the two, the refill is still open and is closed again.
    if (fill !== null) register.addFill(record.state.pump.pump, fill).catch(failed);
    records.write({ do: 'refill-ended', summary: record.summary, record: JSON.stringify(record) }).catch(failed);
    bus.emit('record', record);
  }

  #leave(station: string, entry: Entry): void {
    entry.cancelSay?.();
    this.#entries.delete(station);
    this.#conditions.update(station, null);
    this.#options.bus.emit('refill', { station, refill: null });
  }

  /** As an event of the station, when it has one to stand with. */
  #journal(entry: Entry, state: string, data: string): void {
    const { bus, clock } = this.#options;
    const { station } = entry.open;
    const at = this.#at(station);
    if (at.bootId === null) return;
    bus.emit('event', {
      station,
      bootId: at.bootId,
      lineSeq: at.latest?.lineSeq ?? 0,
      deviceTickMs: at.latest?.deviceTickMs ?? 0,
      received: { utcMs: clock.utcMs(), monotonicMs: clock.monotonicMs() },
      source: 'refill',
      state,
      data,
    });
  }

  #versions(station: string) {
    const { info } = this.#at(station);
    return {
      firmware: info?.identification.firmwareVersion ?? null,
      hardware: info?.identification.hardwareRevision ?? null,
    };
  }

  #lost(station: string, error: unknown): void {
    this.#options.logger.error({ station, error }, 'an input of the open refill was not kept; it goes on in memory');
  }

  #at(station: string): AtStation {
    let at = this.#stations.get(station);
    if (at === undefined) {
      at = new AtStation();
      this.#stations.set(station, at);
    }
    return at;
  }
}

export type { RefillInput };
