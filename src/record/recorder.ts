/**
 * Telemetry from the broker -> store -> `recorded` back to the journal. The acknowledgement is sent when the store has
 * the rows, never earlier; what is not acknowledged comes again. So anything here may be dropped, and nothing is lost.
 */
import type { Clock } from '../clock.ts';
import type { Logger } from '../logger.ts';
import type { MqttConnection } from '../mqtt/connection.ts';
import { StrangerLog } from '../mqtt/strangers.ts';
import { type BatchId, parseTopic, TOPIC_ROOT, topicOf } from '../mqtt/topics.ts';
import { type StoredRow, type StoreImpression, StoreUnavailable, type TimeSeriesStore } from '../store/port.ts';
import { decodeRows, type Envelope, envelopes, UnreadableRows } from './decode.ts';
import type { Quarantine } from './quarantine.ts';
import { type Group, type Queued, RecordingQueue } from './queue.ts';
import { type RefusalCounters, Refusals } from './refusals.ts';
import { StoreView } from './store-view.ts';
import { type Refusal, writeAll } from './write-all.ts';

export interface RecorderOptions {
  readonly connection: MqttConnection;
  readonly store: TimeSeriesStore;
  readonly quarantine: Quarantine;
  readonly site: string;
  /** Its name in the acknowledgements. */
  readonly recorder: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly random?: () => number;
  /** It listens from now on, or again: what was said meanwhile can be said again. */
  readonly onListen?: () => void;
  /** Most rows and events in memory; more are left to be sent again. */
  readonly queueLimit?: number;
}

export interface RecorderCounters extends RefusalCounters {
  messages: number;
  rows: number;
  events: number;
  /** Rows and events the store has. */
  written: number;
  /** Messages that are not telemetry of this site's bridges. */
  invalid: number;
  /** Messages not taken because the queue was full: they come again. */
  overflow: number;
  retries: number;
  acknowledged: number;
  /** Times the topic was left to other recorders, because the store did not answer. */
  stoodBack: number;
}

const LARGEST_MESSAGE = 2_000_000;
const GROUP_ROWS = 5000;
const GROUP_MS = 50;
/** While the store works on one full group the next ones are on their way to it; four give no more than three. */
const GROUPS_AT_ONCE = 3;
const QUEUE_LIMIT = 100_000;
const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 5000;
/** Without its store for so long, a recorder leaves the telemetry to others; a restart of the store is shorter. */
const STAND_BACK_MS = 3000;
const STOP_MS = 3000;
const MOST_BATCHES_SAID = 500;

export class Recorder {
  readonly counters: RecorderCounters = {
    messages: 0,
    rows: 0,
    events: 0,
    written: 0,
    rejected: 0,
    heldBack: 0,
    quarantineBytes: 0,
    invalid: 0,
    overflow: 0,
    retries: 0,
    acknowledged: 0,
    stoodBack: 0,
  };
  readonly #options: RecorderOptions;
  readonly #strangers: StrangerLog;
  readonly #refusals: Refusals;
  readonly #random: () => number;
  readonly #view: StoreView;
  readonly #queue: RecordingQueue;
  readonly #writing = new Set<Promise<void>>();
  #lastWriteMs = Number.NEGATIVE_INFINITY;
  #cancelTimer: (() => void) | null = null;
  readonly #pauses = new Set<() => void>();
  #unsubscribe: (() => void) | null = null;
  #stopping = false;

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#strangers = new StrangerLog(options.clock, options.logger);
    this.#refusals = new Refusals({ ...options, counters: this.counters });
    this.#queue = new RecordingQueue({ limit: options.queueLimit ?? QUEUE_LIMIT, groupRows: GROUP_ROWS });
    this.#random = options.random ?? Math.random;
    this.#view = new StoreView(options.clock);
  }

  /** What writing has met. */
  get storeImpression(): StoreImpression {
    return this.#view.now;
  }

  /** The store must have been opened. */
  start(): void {
    this.#stopping = false;
    this.#listen();
  }

  #listen(): void {
    if (this.#unsubscribe !== null) return;
    const { connection, site, onListen } = this.#options;
    this.#unsubscribe = connection.subscribe(
      `${TOPIC_ROOT}/${site}/+/telemetry`,
      { qos: 1, share: 'recorder' },
      (topic, payload) => this.receive(topic, payload),
    );
    onListen?.();
  }

  /** Writes and acknowledges what is in memory, if the store takes it within 3 s; the rest comes again. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#unsubscribe?.();
    this.#unsubscribe = null;
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    for (const wake of this.#pauses) wake();
    if (this.#writing.size === 0 && !this.#queue.empty) this.#write();
    let late = false;
    let cancel = () => {};
    const deadline = new Promise<void>((resolve) => {
      cancel = this.#options.clock.after(STOP_MS, () => {
        late = true;
        resolve();
      });
    });
    while (this.#writing.size > 0 && !late) await Promise.race([deadline, Promise.all(this.#writing)]);
    cancel();
  }

  /** One message of the telemetry topic; called by the subscription. */
  receive(topic: string, payload: Buffer): void {
    this.counters.messages++;
    const batches = this.#strangers.read(topic, payload, envelopes, LARGEST_MESSAGE);
    if (batches === null) this.counters.invalid++;
    else for (const batch of batches) this.#take(topic, batch, payload);
    if (!this.#queue.empty) this.#schedule();
  }

  #take(topic: string, message: Envelope, payload: Buffer): void {
    if (!this.#queue.hasRoomFor(message.rows.length + message.events.length)) {
      this.counters.overflow++;
      return;
    }
    try {
      if (message.station !== parseTopic(topic)?.station) {
        throw new UnreadableRows('the station inside is not the one in the topic');
      }
      const { rows, events } = decodeRows(message);
      const { station, bridge, epoch, firstSeq, lastSeq } = message;
      this.counters.rows += rows.length;
      this.counters.events += events.length;
      this.#queue.add({ topic, station, bridge, batch: { epoch, firstSeq, lastSeq }, payload, rows, events });
    } catch (error) {
      if (!(error instanceof UnreadableRows)) throw error;
      this.counters.invalid++;
      this.#strangers.refuse(topic, error.message, payload);
    }
  }

  #schedule(): void {
    if (this.#stopping) return;
    while (this.#queue.full && this.#mayWrite) {
      this.#cancelTimer?.();
      this.#write();
    }
    if (this.#cancelTimer !== null || this.#writing.size > 0) return;
    const idleMs = this.#options.clock.monotonicMs() - this.#lastWriteMs;
    this.#cancelTimer = this.#options.clock.after(Math.max(0, GROUP_MS - idleMs), () => this.#write());
  }

  /** A store in trouble gets one group at a time. */
  get #mayWrite(): boolean {
    return this.#writing.size < (this.#view.now.trouble === null ? GROUPS_AT_ONCE : 1);
  }

  #write(): void {
    this.#cancelTimer = null;
    const group = this.#queue.takeGroup();
    const writing: Promise<void> = this.#writeGroup(group)
      .catch((error: unknown) => {
        this.#options.logger.error({ problem: String(error) }, 'recording failed in an unforeseen way; it goes on');
      })
      .then(() => {
        this.#writing.delete(writing);
        this.#queue.release(group);
        this.#lastWriteMs = this.#options.clock.monotonicMs();
        if (this.#queue.empty) return;
        if (this.#stopping) this.#write();
        else this.#schedule();
      });
    this.#writing.add(writing);
  }

  async #writeGroup({ batches }: Group): Promise<void> {
    const refused = await this.#writeUntilTaken(batches);
    if (refused === null) return;
    const held = await this.#refusals.setAside(batches, refused);
    this.#acknowledge(held.size === 0 ? batches : batches.filter((batch) => !held.has(batch)));
  }

  /** What the store refuses for good; `null` when it was told to stop before the store answered. */
  async #writeUntilTaken(group: readonly Queued[]): Promise<Refusal[] | null> {
    const { store, site, clock } = this.#options;
    const none: readonly StoredRow[] = [];
    const rows = none.concat(...group.map((batch) => batch.rows));
    const events = group.flatMap((batch) => batch.events);
    const sinceMs = clock.monotonicMs();
    for (let attempt = 0; ; attempt++) {
      try {
        const refused = await this.#view.watch(writeAll(store, { site, rows, events }));
        this.counters.written += rows.length + events.length - refused.length;
        if (!this.#stopping) this.#listen();
        return refused;
      } catch (error) {
        this.#storeFailed(error, attempt);
        if (clock.monotonicMs() - sinceMs >= STAND_BACK_MS) this.#standBack();
        if (this.#stopping) return null;
        await this.#pause(Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(attempt, 10)));
        if (this.#stopping) return null;
      }
    }
  }

  #storeFailed(error: unknown, attempt: number): void {
    const { store, logger } = this.#options;
    this.counters.retries++;
    if (attempt % 12 !== 0) return;
    const text = error instanceof Error ? error.message : String(error);
    const fields = { store: store.description, problem: text, waiting: this.#queue.inMemory, attempt };
    if (error instanceof StoreUnavailable)
      logger.warn(fields, 'the store does not answer; it is tried again, nothing is lost');
    else logger.error(fields, 'the store failed in an unforeseen way; it is tried again');
  }

  /** What it has it goes on trying to write; what comes from now on is for recorders whose store works. */
  #standBack(): void {
    if (this.#unsubscribe === null || this.#stopping) return;
    this.#unsubscribe();
    this.#unsubscribe = null;
    this.counters.stoodBack++;
    this.#options.logger.warn(
      { store: this.#options.store.description },
      'this recorder takes no more telemetry until its store answers; other recorders do, or the journals keep it',
    );
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        this.#pauses.delete(wake);
        cancel();
        resolve();
      };
      const cancel = this.#options.clock.after(ms * (0.75 + this.#random() / 2), wake);
      this.#pauses.add(wake);
    });
  }

  #acknowledge(group: readonly Queued[]): void {
    const byStation = new Map<string, BatchId[]>();
    for (const { station, batch } of group) {
      const list = byStation.get(station);
      if (list) list.push(batch);
      else byStation.set(station, [batch]);
    }
    const { connection, site, recorder } = this.#options;
    for (const [station, all] of byStation) {
      const topic = topicOf(site, station, 'recorded');
      for (let at = 0; at < all.length; at += MOST_BATCHES_SAID) {
        const batches = all.slice(at, at + MOST_BATCHES_SAID);
        if (connection.publish(topic, JSON.stringify({ station, recorder, batches }), { qos: 1 })) {
          this.counters.acknowledged += batches.length;
        }
      }
    }
  }
}
