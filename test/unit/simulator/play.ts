/** Plays a case or a scenario at full speed and keeps all that was said and all that was true. */
import type { HrspMessage, Telemetry } from '../../../protocols/hrsp/messages.ts';
import { playRefill, type RefillCase, type TruthSample } from '../../../simulator/batch.ts';
import type { NurseOrder } from '../../../simulator/nurse/orders.ts';
import { seededRandom } from '../../../simulator/random.ts';
import { findScenario } from '../../../simulator/scenarios/index.ts';
import type { Phase } from '../../../simulator/truth.ts';

export interface Played {
  readonly task: RefillCase;
  readonly truths: readonly TruthSample[];
  readonly telemetry: readonly {
    readonly tickMs: number;
    readonly values: Telemetry['values'];
    readonly flags: number;
  }[];
  /** `tick source state data` */
  readonly events: readonly { readonly tickMs: number; readonly what: string; readonly data: string }[];
  readonly end: TruthSample;
  /** Samples of one phase. */
  in(phase: Phase): readonly TruthSample[];
  /** The sample at or next after that second since arrival. */
  at(seconds: number): TruthSample;
}

export interface PlayOptions {
  /** The physics' own samples are kept anyway. */
  readonly keepTelemetry?: boolean;
  /** Told to the nurse when that second has come. */
  readonly orders?: readonly { readonly atS: number; readonly order: NurseOrder }[];
}

export function playCase(task: RefillCase, options: PlayOptions = {}): Played {
  const truths: TruthSample[] = [];
  const telemetry: Played['telemetry'][number][] = [];
  const events: Played['events'][number][] = [];
  const waiting = [...(options.orders ?? [])];
  let nurse: { order(order: NurseOrder): void } | null = null;
  const hear = (message: HrspMessage, tickMs: number) => {
    if (message.type === 'TEL' && options.keepTelemetry) {
      telemetry.push({ tickMs, values: message.values, flags: message.flags });
    } else if (message.type === 'EVT') {
      events.push({ tickMs, what: `${message.source} ${message.state}`, data: message.data });
    }
  };
  playRefill(task, {
    begin: (n) => {
      nurse = n;
    },
    message: hear,
    truth: (truth) => {
      truths.push(truth);
      while (waiting[0] !== undefined && truth.atS >= waiting[0].atS) nurse?.order(waiting.shift()?.order ?? 'pause');
    },
  });
  const end = truths.at(-1);
  if (end === undefined) throw new Error('no truth was told');
  return {
    ...{ task, truths, telemetry, events, end },
    in: (phase) => truths.filter((t) => t.phase === phase),
    at: (seconds) => {
      const found = truths.find((t) => t.atS >= seconds);
      if (found === undefined) throw new Error(`it was over before ${seconds} s`);
      return found;
    },
  };
}

/** The first patient of a scenario. */
export function caseOf(scenario: string, seed = 1): RefillCase {
  const task = findScenario(scenario).cast(0, seededRandom(seed)).visit(0);
  if (task === null) throw new Error(`${scenario} has no patient`);
  return task;
}

export function playScenario(scenario: string, options: PlayOptions = {}): Played {
  return playCase(caseOf(scenario), options);
}
