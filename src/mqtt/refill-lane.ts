/**
 * The open refill of each station as a retained message: at once when something turns, else once a second, and again and
 * again within its validity. Records of closed refills go out until the broker has acknowledged them.
 */
import type { Clock } from '../clock.ts';
import type { RefillRecord } from '../records/model.ts';
import type { NoRefill, RefillState } from '../refill/model.ts';
import { utc } from './payloads.ts';
import type { MqttConnection } from './port.ts';
import { NAME_PATTERN, reportTopic, type TopicPayload, topicOf } from './topics.ts';

export interface RefillLaneOptions {
  readonly connection: MqttConnection;
  readonly site: string;
  readonly bridge: string;
  readonly clock: Clock;
  /** The broker has the record of this refill. */
  readonly onReported: (refill: string) => void;
}

type Payload = TopicPayload<'refill'>;

export const REFILL_VALID_MS = 30_000;
const SAY_AGAIN_MS = REFILL_VALID_MS / 3;
const SAY_EVERY_MS = 1000;

const NONE = {
  refill: null,
  simulated: false,
  pump: null,
  began: null,
  outcome: null,
  stoppedReason: null,
  phase: null,
  needle: 'unknown',
  clamp: 'unknown',
  link: 'live',
  level: null,
  levelFrom: null,
  residual: null,
  filled: null,
  flushed: null,
  actualFlow: null,
  deviationPercent: null,
  verdict: null,
  holds: {},
  advisories: [],
} as const;

/** No person is named in it. */
export function refillPayloadOf(refill: RefillState | NoRefill, bridge: string, atMs: number): Payload {
  const said = { station: refill.station, bridge, at: utc(atMs), validForMs: REFILL_VALID_MS };
  if (refill.refill === null) return { ...said, ...NONE, holds: {}, advisories: [] };
  const { reconciliation } = refill;
  return {
    ...said,
    refill: refill.refill,
    simulated: refill.simulated,
    pump: refill.pump.pump,
    began: utc(refill.beganMs),
    outcome: refill.outcome,
    stoppedReason: refill.stoppedReason?.slice(0, 500) ?? null,
    phase: refill.phase,
    needle: refill.needle,
    clamp: refill.clamp,
    link: refill.link,
    level: refill.level,
    levelFrom: refill.levelFrom,
    residual: refill.residual,
    filled: refill.filled,
    flushed: refill.flushed ?? null,
    actualFlow: reconciliation?.actualFlow ?? null,
    deviationPercent: reconciliation?.deviationPercent ?? null,
    verdict: reconciliation?.verdict ?? null,
    holds: Object.fromEntries(refill.holds.map(({ hold, state }) => [hold, state])),
    advisories: refill.advisories.filter(({ present }) => present).map(({ advisory }) => advisory),
  };
}

/** All that is no number. Hot path: asked ten times a second, and mostly nothing has turned. */
function turnOf(refill: RefillState | NoRefill): string {
  if (refill.refill === null) return 'none';
  const { phase, outcome, needle, clamp, link, holds, advisories, reconciliation } = refill;
  let turn = `${refill.refill} ${phase} ${outcome} ${needle} ${clamp} ${link} ${reconciliation?.verdict}`;
  for (const { state } of holds) turn += ` ${state}`;
  for (const { advisory, present } of advisories) if (present) turn += ` ${advisory}`;
  return turn;
}

interface Told {
  refill: RefillState | NoRefill;
  turn: string;
  saidMs: number;
}

export class RefillLane {
  readonly #options: RefillLaneOptions;
  readonly #told = new Map<string, Told>();
  readonly #reports = new Map<string, { readonly topic: string; readonly json: string }>();
  #cancel: (() => void) | null = null;

  constructor(options: RefillLaneOptions) {
    this.#options = options;
  }

  start(): void {
    const { clock } = this.#options;
    this.#cancel = clock.after(SAY_AGAIN_MS, () => {
      for (const told of this.#told.values()) if (told.refill.refill !== null) this.#say(told);
      this.start();
    });
  }

  stop(): void {
    this.#cancel?.();
  }

  refill(refill: RefillState | NoRefill): void {
    if (!NAME_PATTERN.test(refill.station)) return;
    const { clock } = this.#options;
    const told = this.#told.get(refill.station) ?? { refill, turn: '', saidMs: Number.NEGATIVE_INFINITY };
    this.#told.set(refill.station, told);
    told.refill = refill;
    const turn = turnOf(refill);
    if (turn === told.turn && clock.monotonicMs() < told.saidMs + SAY_EVERY_MS) return;
    told.turn = turn;
    this.#say(told);
  }

  record(record: RefillRecord): void {
    const { site } = this.#options;
    const { refill, station } = record.summary;
    if (!NAME_PATTERN.test(station)) return;
    this.#reports.set(refill, { topic: reportTopic(site, station), json: JSON.stringify(record) });
    this.#report(refill);
  }

  connected(): void {
    for (const told of this.#told.values()) this.#say(told);
    for (const refill of this.#reports.keys()) this.#report(refill);
  }

  #say(told: Told): void {
    const { connection, site, bridge, clock } = this.#options;
    told.saidMs = clock.monotonicMs();
    const payload = refillPayloadOf(told.refill, bridge, clock.utcMs());
    connection.publish(topicOf(site, payload.station, 'refill'), JSON.stringify(payload), { qos: 1, retain: true });
  }

  #report(refill: string): void {
    const report = this.#reports.get(refill);
    if (report === undefined) return;
    this.#options.connection.publish(report.topic, report.json, { qos: 1, retain: true }, (acknowledged) => {
      if (acknowledged && this.#reports.delete(refill)) this.#options.onReported(refill);
    });
  }
}
