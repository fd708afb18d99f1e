/** What each station plays, from a file: one of the scenarios with changes (`--cast`). `docs/scenarios.md` has the format. */
import { z } from 'zod';
import type { RefillCase } from './cases/case.ts';
import { pumpCard } from './cases/scans.ts';
import { changed, pumpUnit, uneventful } from './cases/textbook.ts';
import { FAULTS } from './faults/index.ts';
import { mishapSchema, SENSOR_FAULT } from './mishap-schema.ts';
import { FLUIDS } from './physics/fluids.ts';
import { NEEDLES } from './physics/needle.ts';
import { PUMP_MODELS, pumpModel } from './physics/pump-models.ts';
import { findScenario } from './scenarios/index.ts';
import type { Part, Scenario } from './script.ts';

const names = <T extends string>(list: readonly T[]) => z.enum(list as [T, ...T[]]);
const PLACES = ['out', 'reservoir', 'tissue', 'bolus-gap', 'blocked'] as const;
const kelvinless = z.number().min(-10).max(60);
const fluid = names(Object.keys(FLUIDS) as (keyof typeof FLUIDS)[]);
const kpa = z.number().min(30).max(200);
const days = z.number().min(0).max(4000);

const nurse = z.strictObject({
  pace: z.number().min(0.2).max(5),
  waver: z.number().min(0).max(1),
  testMlPerMin: z.number().min(0.5).max(40),
  fillMlPerMin: z.number().min(0.5).max(40),
  portionMl: z.number().min(0.5).max(60),
  pauseS: z.number().min(0).max(600),
  emptyLeastS: z.number().min(0).max(3600),
  emptyMostS: z.number().min(0).max(3600),
  measureS: z.number().min(0).max(3600),
  forceN: z.number().min(1).max(200),
  aspirates: z.boolean(),
  primes: z.boolean(),
  opensClamp: z.boolean(),
  heed: z.enum(['watchful', 'unaware']),
  touchG: z.number().min(0).max(50),
});

const stretch = z.strictObject({
  days,
  bodyCel: z.number().min(30).max(44).default(37),
  ambientKpa: kpa.default(101.325),
  arterialMmHg: z.number().min(30).max(250).default(90),
});

/** What differs from the case of the scenario that is played. */
const change = z.strictObject({
  kind: z.string().max(40).optional(),
  pump: z
    .strictObject({
      model: names(PUMP_MODELS.map((m) => m.name)),
      labelFlowMlPerDay: z.number().gt(0).max(50),
      flowRatio: z.number().min(0).max(10).default(1),
    })
    .optional(),
  pumpSerial: z
    .string()
    .regex(/^[A-Za-z0-9-]{1,20}$/)
    .optional(),
  since: z
    .strictObject({
      days: days.optional(),
      recordedFillMl: z.number().min(0).max(100).nullable().optional(),
      trueFillMl: z.number().min(0).max(100).optional(),
      stretches: z.array(stretch).min(1).max(50).optional(),
      feverDays: days.optional(),
      feverCel: z.number().min(35).max(44).nullable().optional(),
      homeAltitudeM: z.number().min(-500).max(9000).optional(),
      flightHours: z.number().min(0).max(5000).optional(),
    })
    .optional(),
  bodyCel: kelvinless.optional(),
  pumpCel: kelvinless.optional(),
  arterialMmHg: z.number().min(30).max(250).optional(),
  tissueMlPerKpa: z.number().min(0.1).max(50).optional(),
  roomCel: kelvinless.optional(),
  infusateCel: kelvinless.optional(),
  ambientKpa: kpa.optional(),
  residualFluid: fluid.optional(),
  fluid: fluid.optional(),
  fillMl: z.number().gt(0).max(100).optional(),
  gauge: names(Object.keys(NEEDLES) as (keyof typeof NEEDLES)[]).optional(),
  flush: z
    .strictObject({ ml: z.number().gt(0).max(30), mlPerMin: z.number().min(0.5).max(40) })
    .nullable()
    .optional(),
  attempts: z
    .array(z.strictObject({ afterS: z.number().min(0).max(3600), ends: z.enum(PLACES) }))
    .min(1)
    .max(20)
    .optional(),
  mishaps: z.array(mishapSchema).max(20).optional(),
  sensorFaults: z.array(SENSOR_FAULT).max(20).optional(),
  nurse: nurse.partial().optional(),
});
type Change = z.infer<typeof change>;

const station = z.strictObject({
  plays: z.string().max(64).default('nominal-refill'),
  change: change.default({}),
  /** Patients, one after the other; then nobody comes any more. */
  visits: z.int().min(0).max(1000).optional(),
  /** So much of the scenario has already happened when the station boots, s. */
  startAtS: z.number().min(0).max(100_000).optional(),
  faults: z
    .array(z.strictObject({ name: names(FAULTS.map((f) => f.name)), rate: z.number().min(0).max(1).optional() }))
    .max(20)
    .default([]),
});

export const castSchema = z.strictObject({ stations: z.array(station).min(1).max(2000) });
export type Cast = z.infer<typeof castSchema>;

/** Reads the text of a cast file. Throws RangeError that says where it is wrong. */
export function readCast(text: string): Cast {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new RangeError(`the cast is no JSON: ${(error as Error).message}`);
  }
  const read = castSchema.safeParse(json);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new RangeError(`the cast: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is wrong'}`);
}

export function scenarioOf(cast: Cast): Scenario {
  for (const { plays } of cast.stations) findScenario(plays);
  return {
    name: 'cast',
    group: 'stations',
    summary: 'as the cast file says',
    cast: (index, random): Part => {
      const role = cast.stations[index % cast.stations.length];
      if (role === undefined) throw new RangeError('a cast without stations');
      const part = findScenario(role.plays).cast(index, random);
      const visits = role.visits ?? Number.POSITIVE_INFINITY;
      return {
        ...part,
        startAtS: role.startAtS ?? part.startAtS,
        faults: [...part.faults, ...role.faults],
        visit: (round) => {
          const came = round < visits ? part.visit(round) : null;
          return came === null ? null : changedBy(came, role.change);
        },
      };
    },
  };
}

/** `exactOptionalPropertyTypes` and zod do not agree on what is left out. */
function present<T extends object>(given: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as never;
}

function changedBy(base: RefillCase, { pump, pumpSerial, since, nurse: style, kind, ...rest }: Change): RefillCase {
  const unit = pump === undefined ? base.pump : pumpUnit(pump.model, pump.labelFlowMlPerDay, pump.flowRatio);
  const serial = pumpSerial ?? base.pumpSerial;
  // The card of another pump than the base case's.
  const card = pumpSerial === undefined && pump === undefined ? null : pumpCard(serial, unit.model.udiDi);
  const filled = since?.recordedFillMl ?? (pump === undefined ? null : pumpModel(pump.model).capacityMl);
  const interval =
    since?.days !== undefined || pump !== undefined
      ? uneventful(since?.days ?? base.since.days, filled ?? base.since.recordedFillMl ?? base.since.trueFillMl)
      : base.since;
  return changed(base, {
    ...present(rest),
    ...(kind === undefined ? {} : { kind: kind as RefillCase['kind'] }),
    pump: unit,
    pumpSerial: serial,
    ...(pump !== undefined && rest.fillMl === undefined ? { fillMl: unit.model.capacityMl } : {}),
    since: { ...interval, ...present(since ?? {}) },
    nurse: present(style ?? {}),
    ...(card && { scans: { ...base.scans, pump: card }, ordered: { ...base.ordered, pump: card } }),
  });
}
