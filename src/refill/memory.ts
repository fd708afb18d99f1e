/**
 * Everything the engine remembers between two inputs, as plain data: it can be written as JSON at any moment and gone on
 * with later. Seconds are counted by the station's clock, moments are host UTC ms.
 */
import { type FluidMemory, freshFluid } from './advisories/fluid.ts';
import { type LineMemory, quietLine } from './advisories/line.ts';
import { agreement, type DisagreementMemory } from './disagreement.ts';
import { type FlowMemory, freshFlow, freshScale, type ScaleMemory } from './estimate.ts';
import { type FlushMemory, notFlushed } from './flush.ts';
import { type Fusion, newFusion } from './fusion.ts';
import type { LevelMemory } from './level.ts';
import {
  type Advisory,
  type AdvisoryKind,
  HOLD_POINTS,
  type HoldPoint,
  type HoldState,
  type RefillInput,
  type RefillState,
} from './model.ts';
import { type MovedMemory, stillStanding } from './moved.ts';
import { nowhereYet, type PlaceMemory } from './place.ts';
import { noPressure, type PressureMemory } from './pressure.ts';
import { expectedLevel } from './residual.ts';
import { type Thresholds, thresholdsWith } from './thresholds.ts';

export type BeginInput = Extract<RefillInput, { kind: 'begin' }>;

type Changing<T> = { -readonly [K in keyof T]: T[K] };

/** Written in snapshots: one of another format is refused, and its refill replayed from its inputs. */
export const MEMORY_FORMAT = 2;

/** What is shown as it is. */
type Shown = Changing<
  Pick<
    RefillState,
    | 'refill'
    | 'station'
    | 'simulated'
    | 'pump'
    | 'order'
    | 'context'
    | 'by'
    | 'beganMs'
    | 'atMs'
    | 'outcome'
    | 'stoppedReason'
    | 'phase'
    | 'needle'
    | 'clamp'
    | 'reconciliation'
    | 'link'
  >
>;

export interface Memory extends Shown {
  readonly format: typeof MEMORY_FORMAT;
  readonly thresholds: Thresholds;
  readonly off: readonly AdvisoryKind[];
  phases: RefillState['phases'][number][];
  corrections: NonNullable<RefillState['corrections']>[number][];
  /** The needle came out: `record` begins by itself at this time unless it goes in again. */
  recordDueMs: number | null;
  readonly holds: Record<HoldPoint, Changing<HoldState>>;
  readonly advisories: Changing<Advisory>[];
  advisoriesBegun: number;
  /** Those that are present, and since when they have not been seen any more. */
  readonly open: Partial<Record<AdvisoryKind, { goneMs: number | null }>>;
  readonly scans: RefillState['scans'][number][];
  identity: { expected: number; matched: number; strange: number };
  /** Needle in; `null` while it is out. */
  accessMs: number | null;
  /** The needle was in before the refill began: what was drained and filled until then is not known, and stays so. */
  missedStart: boolean;
  tared: boolean;
  zeroed: boolean;
  readonly clock: { bootId: string | null; tick: number; atMs: number; periodS: number };
  readonly fusion: Fusion;
  readonly scale: ScaleMemory;
  readonly flow: FlowMemory;
  readonly disagreement: DisagreementMemory;
  moved: MovedMemory;
  readonly pressure: PressureMemory;
  place: PlaceMemory;
  readonly level: LevelMemory;
  /** In the reservoir now, as far as it is known, mL. */
  contentMl: number;
  /** Of pump and content, Cel, as far as it can be inferred. */
  pumpCel: number;
  /** ... and the coldest that it may be. */
  coldestCel: number;
  test: { inMl: number; outMl: number; restS: number };
  readonly flush: FlushMemory;
  readonly line: LineMemory;
  readonly fluid: FluidMemory;
}

function holds(): Memory['holds'] {
  const list = HOLD_POINTS.map((hold) => [hold, { hold, state: 'pending', atMs: null, by: null, reason: null }]);
  return Object.fromEntries(list) as Memory['holds'];
}

export function newMemory(begin: BeginInput): Memory {
  const thresholds = thresholdsWith(begin.settings?.thresholds ?? {});
  const { refill, station, simulated, pump, order, context, by, atMs } = begin;
  const base = expectedLevel(pump, atMs, context, thresholds);
  return {
    format: MEMORY_FORMAT,
    ...{ refill, station, simulated, pump, order, context, by, atMs },
    beganMs: atMs,
    thresholds,
    off: begin.settings?.advisoriesOff ?? [],
    outcome: 'in-progress',
    stoppedReason: null,
    phase: 'identify',
    phases: [{ phase: 'identify', atMs, by: 'readings' }],
    corrections: [],
    recordDueMs: null,
    holds: holds(),
    advisories: [],
    advisoriesBegun: 0,
    open: {},
    reconciliation: null,
    scans: [],
    identity: { expected: 0, matched: 0, strange: 0 },
    link: 'live',
    needle: 'unknown',
    clamp: 'unknown',
    accessMs: null,
    missedStart: false,
    tared: false,
    zeroed: false,
    clock: { bootId: null, tick: 0, atMs, periodS: 0.1 },
    fusion: newFusion({
      flowGain: thresholds.flowGainSd,
      flowOffsetMlPerMin: thresholds.flowOffsetMlPerMin,
      scaleDriftGPerMin: thresholds.scaleDriftGPerMin,
    }),
    scale: freshScale(thresholds.massSdG),
    flow: freshFlow(),
    disagreement: agreement(),
    moved: stillStanding(),
    pressure: noPressure(),
    place: nowhereYet(),
    level: {
      base,
      drained: null,
      filled: null,
      filledBefore: false,
      from: base === null ? null : 'expected',
      residual: null,
      residualBy: null,
      residualMs: 0,
    },
    contentMl: base?.value ?? 0,
    pumpCel: 37,
    coldestCel: 37,
    test: { inMl: 0, outMl: 0, restS: 0 },
    flush: notFlushed(),
    line: quietLine(),
    fluid: freshFluid(),
  };
}
