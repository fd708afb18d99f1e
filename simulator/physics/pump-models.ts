/**
 * Gas-driven constant-flow pumps as the simulator knows them, apart from the daemon's own data so that a mistake there
 * is not repeated here. No maker publishes propellant, heat capacity or stiffness: those figures are assumptions that give
 * a plausible pump, and every figure under `unverified` wants the instructions for use of the exact model.
 */
import type { Propellant } from './propellant.ts';

export interface PumpModel {
  readonly name: string;
  readonly maker: string;
  /** Drainable volume on the label: the bellows reaches its stop here, mL. */
  readonly capacityMl: number;
  /** What no needle reaches, mL; never part of a volume elsewhere. */
  readonly deadVolumeMl: number;
  /** Flows the model is made in, mL/d. */
  readonly labelFlowsMlPerDay: readonly number[];
  /** Deviation from the label beyond which the pump is looked at, %. */
  readonly tolerancePercent: number;
  readonly septa: 1 | 2;
  /** Device identifier of its UDI; `null` when not known. */
  readonly udiDi: string | null;
  readonly propellant: Propellant;
  /** Heat capacity without its contents, J/K. */
  readonly thermalMassJPerK: number;
  /** Time constant of rewarming by the body, s; `Infinity` for a pump on a bench. */
  readonly rewarmingS: number;
  /** Share of the capacity over which the push fades as the bellows comes to its empty stop. */
  readonly emptyStopShare: number;
  /** Rise of the pressure beyond the full stop, kPa/mL. */
  readonly fullStopKpaPerMl: number;
  readonly source: string;
  /** Fields above that nobody has confirmed. */
  readonly unverified: readonly string[];
}

const R11: Propellant = { law: 'r11' };
const ASSUMED = ['propellant', 'thermalMassJPerK', 'rewarmingS', 'emptyStopShare', 'fullStopKpaPerMl'] as const;
/** Fall-off after 97 % delivered: published for an external vapour-pressure pump (Infu-Disk). */
const STOPS = { emptyStopShare: 0.03, fullStopKpaPerMl: 40 } as const;

function codman(capacityMl: number, flows: readonly number[], thermalMassJPerK: number): PumpModel {
  return {
    name: `codman-3000-${capacityMl}`,
    maker: 'Codman',
    capacityMl,
    deadVolumeMl: 1.5,
    labelFlowsMlPerDay: flows,
    tolerancePercent: 15,
    septa: 2,
    udiDi: null,
    propellant: R11,
    thermalMassJPerK,
    rewarmingS: 600,
    ...STOPS,
    source: 'construction: PMA P890055 summary of safety and effectiveness; volumes and flow classes recalled',
    unverified: ['capacityMl', 'deadVolumeMl', 'labelFlowsMlPerDay', 'tolerancePercent', ...ASSUMED],
  };
}

/** 80 kPa stands for pumps with a stronger propellant, so that nothing is tuned to one pressure. */
function isomedLike(capacityMl: number, thermalMassJPerK: number): PumpModel {
  return {
    name: `isomed-like-${capacityMl}`,
    maker: 'like Medtronic IsoMed',
    capacityMl,
    deadVolumeMl: 1.4,
    labelFlowsMlPerDay: [0.3, 0.5, 1, 1.5, 2, 2.5],
    tolerancePercent: 15,
    septa: 1,
    udiDi: null,
    propellant: { law: 'exponential', gaugeKpaAt37: 80, perK: 0.031 },
    thermalMassJPerK,
    rewarmingS: 480,
    ...STOPS,
    source: 'model codes 8472-20/-35 and flow suffixes of the IsoMed prescriber information; the rest assumed',
    unverified: ['deadVolumeMl', 'labelFlowsMlPerDay', 'tolerancePercent', ...ASSUMED],
  };
}

export const PUMP_MODELS = [
  {
    name: 'intera-3000',
    maker: 'Intera Oncology',
    capacityMl: 30,
    deadVolumeMl: 1.5,
    labelFlowsMlPerDay: [1, 1.1, 1.2, 1.3],
    tolerancePercent: 15,
    septa: 2,
    udiDi: '00850014110147',
    propellant: R11,
    thermalMassJPerK: 94,
    rewarmingS: 600,
    ...STOPS,
    source: 'recall letter of 2022 (15 %), recall data of openFDA (UDI-DI), maker text (about 1 oz)',
    unverified: ['capacityMl', 'deadVolumeMl', 'labelFlowsMlPerDay', ...ASSUMED],
  },
  codman(16, [0.3, 0.5, 1, 1.3], 70),
  codman(30, [0.3, 0.5, 1, 1.3, 1.7], 94),
  codman(50, [0.5, 1, 1.7, 2.3, 3.4], 130),
  isomedLike(20, 80),
  isomedLike(35, 105),
] as const satisfies readonly PumpModel[];

export type PumpModelName = (typeof PUMP_MODELS)[number]['name'];

export function pumpModel(name: string): PumpModel {
  const model = PUMP_MODELS.find((m) => m.name === name);
  if (model) return model;
  throw new RangeError(`pump model ${JSON.stringify(name)}: known are ${PUMP_MODELS.map((m) => m.name).join(', ')}`);
}
