/**
 * One whole refill at full speed, without ports, timers or files: what a host that has identified the station would be
 * told, as decoded messages, and the truth beside it. For Monte Carlo runs over thousands of refills; the same case gives
 * the same messages every time.
 */
import { encodeLine } from '../protocols/hrsp/codec.ts';
import { HRSP_VERSION, type HrspMessage } from '../protocols/hrsp/messages.ts';
import type { RefillCase } from './cases/case.ts';
import { Ledger } from './ledger.ts';
import type { NurseOrder } from './nurse/orders.ts';
import { NOTHING_HAPPENS, type Scenario } from './script.ts';
import { Station } from './station.ts';
import type { Voice } from './transmitter.ts';
import type { TruthSample } from './truth.ts';

export type { RefillCase } from './cases/case.ts';
export { describeCase } from './cases/describe.ts';
export { type Expected, expectedOf } from './cases/expected.ts';
export { ALL_KINDS, CASE_KINDS, type CaseKind, SENSOR_KINDS } from './cases/kinds.ts';
export { expectedMl, residualMl } from './cases/patient.ts';
export { sampleCase } from './cases/sample.ts';
export { type CaseChange, changed, NOMINAL } from './cases/textbook.ts';
export type { NurseOrder } from './nurse/orders.ts';
export { FLUIDS } from './physics/fluids.ts';
export type { TruthSample } from './truth.ts';

export interface RefillHearer {
  /** Every message of the station, in order; `tickMs` since its boot. The object is the hearer's to keep. */
  message(message: HrspMessage, tickMs: number): void;
  /** About once a second and at every change of phase. */
  truth?(truth: TruthSample): void;
  /** Called first: a way to tell the nurse something while it plays. */
  begin?(nurse: { order(order: NurseOrder): void }): void;
}

export interface BatchOptions {
  /** Telemetry lines a second, default 10. */
  readonly rateHz?: number;
}

/** The host asks who is here at this time after power-on, ms. */
const IDENTIFIES_AT_MS = 500;
const STRIDE_MS = 1000;
/** A nurse who was told to pause for ever must not keep us for ever. */
const LONGEST_MS = 4 * 3_600_000;
const SERIAL = 'SIM-0001';

/** Plays the refill from the patient's arrival until the bay is free. */
export function playRefill(task: RefillCase, hear: RefillHearer, options: BatchOptions = {}): void {
  const visit = (round: number) => (round === 0 ? task : null);
  const scenario: Scenario = {
    name: task.kind,
    group: 'refills',
    summary: '',
    cast: () => ({ script: NOTHING_HAPPENS, visit, startAtS: 0, faults: [] }),
  };
  const station = new Station({
    serial: SERIAL,
    index: 0,
    seed: task.seed,
    scenario,
    faults: [],
    rateHz: options.rateHz ?? 10,
    speed: 1,
    voice: () => new DirectVoice(hear),
    ledger: new Ledger(null),
    truth: (truth) => hear.truth?.(truth),
  });
  hear.begin?.({ order: (order) => station.order(order) });
  station.advance(IDENTIFIES_AT_MS);
  station.receive(Buffer.from(IDENTIFY, 'latin1'), IDENTIFIES_AT_MS);
  for (let ms = STRIDE_MS; !station.over && ms < LONGEST_MS; ms += STRIDE_MS) station.advance(ms);
}

const IDENTIFY = encodeLine(
  { bootId: '00000000', seq: 0, tick: 0 },
  { type: 'CMD', correlation: 1, command: { name: 'identify', highest: HRSP_VERSION } },
);

/** Straight to the hearer: nothing is encoded, dropped or damaged. */
class DirectVoice implements Voice {
  readonly dropped = 0;
  private readonly hear: RefillHearer;
  private seq = 0;

  constructor(hear: RefillHearer) {
    this.hear = hear;
  }

  boot(): void {
    this.seq = 0;
  }

  freshStart(): void {}

  say(message: HrspMessage, tick: number): number {
    // The station uses one telemetry object again and again.
    const own = message.type === 'TEL' ? { ...message, values: message.values.slice() } : message;
    this.hear.message(own, tick);
    return this.seq++;
  }

  raw(): void {}

  flush(): void {}
}
