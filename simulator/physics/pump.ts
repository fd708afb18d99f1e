/**
 * A gas-driven constant-flow pump: a bellows of drug pressed by a two-phase propellant at body heat, emptying through a
 * capillary restrictor. Pure: time is an argument, nothing is read from outside.
 *
 * Pressures are kPa, temperatures Cel, volumes mL. Volumes are drainable: the dead volume that no needle reaches is left out.
 */

const KPA_PER_MMHG = 0.133322;
const SECONDS_PER_DAY = 86_400;
/** Heat capacity of the infusate, J/(mL K): water 4.186 J/(g K) times 1.005 g/mL. */
const INFUSATE_HEAT_J_PER_ML_K = 4.207;

/** Conditions at which the flow on a pump's label holds. */
export const LABEL_CONDITIONS = { temperatureCel: 37, ambientKpa: 101.325, arterialMmHg: 90 } as const;

export interface PumpModel {
  /** Label volume: the bellows reaches its stop here. */
  readonly capacityMl: number;
  /** Flow on the label, mL/d at `LABEL_CONDITIONS`. */
  readonly labelFlowMlPerDay: number;
  /** Actual flow over label flow: 1 is a pump that keeps its label, 1.2 one that runs 20 % fast. */
  readonly flowRatio: number;
  /** Heat capacity of the pump without its contents, J/K. */
  readonly thermalMassJPerK: number;
  /** Time constant of rewarming by the body, s; `Infinity` for a pump on a bench. */
  readonly rewarmingS: number;
  /** Share of the capacity over which the propellant's push fades as the bellows comes to its empty stop. */
  readonly emptyStopShare: number;
  /** Rise of the pressure beyond the full stop, kPa/mL. */
  readonly fullStopKpaPerMl: number;
}

export const PUMP_30ML: PumpModel = {
  capacityMl: 30,
  labelFlowMlPerDay: 1.3,
  flowRatio: 1,
  thermalMassJPerK: 94,
  rewarmingS: 600,
  emptyStopShare: 0.03,
  fullStopKpaPerMl: 40,
};

/** What is around the pump. */
export interface Surroundings {
  readonly bodyCel: number;
  readonly ambientKpa: number;
  readonly arterialMmHg: number;
}

export interface PumpState {
  /** Drainable volume. */
  readonly volumeMl: number;
  readonly temperatureCel: number;
}

/** Absolute vapour pressure of the propellant (trichlorofluoromethane, Antoine equation), kPa. */
export function vapourPressureKpa(temperatureCel: number): number {
  return 10 ** (6.8843 - 1043.004 / (236.88 + temperatureCel)) * KPA_PER_MMHG;
}

/** Dynamic viscosity of water, mPa s (Vogel form, 0.690 at 37 Cel). */
export function viscosityMpas(temperatureCel: number): number {
  return 0.02414 * 10 ** (247.8 / (temperatureCel + 133.15));
}

/** How much of the propellant's push reaches the fluid: 1, fading to 0 over the last share before empty. */
function push(model: PumpModel, volumeMl: number): number {
  return Math.min(1, Math.max(0, volumeMl / (model.emptyStopShare * model.capacityMl)));
}

/** Gauge pressure of the fluid in the reservoir. */
export function reservoirGaugeKpa(model: PumpModel, state: PumpState, ambientKpa: number): number {
  const propellant = vapourPressureKpa(state.temperatureCel) - ambientKpa;
  const beyond = Math.max(0, state.volumeMl - model.capacityMl);
  return propellant * push(model, state.volumeMl) + beyond * model.fullStopKpaPerMl;
}

function drivingKpa(temperatureCel: number, ambientKpa: number, arterialMmHg: number): number {
  return vapourPressureKpa(temperatureCel) - ambientKpa - arterialMmHg * KPA_PER_MMHG;
}

/** Flow over label flow at these conditions, reservoir well filled: Poiseuille through the restrictor. */
export function flowFactor(temperatureCel: number, ambientKpa: number, arterialMmHg: number): number {
  const c = LABEL_CONDITIONS;
  const pressure =
    drivingKpa(temperatureCel, ambientKpa, arterialMmHg) / drivingKpa(c.temperatureCel, c.ambientKpa, c.arterialMmHg);
  return Math.max(0, pressure * (viscosityMpas(c.temperatureCel) / viscosityMpas(temperatureCel)));
}

/** Flow to the catheter, mL/d. */
export function catheterFlowMlPerDay(model: PumpModel, state: PumpState, around: Surroundings): number {
  const factor = flowFactor(state.temperatureCel, around.ambientKpa, around.arterialMmHg);
  return model.labelFlowMlPerDay * model.flowRatio * factor * push(model, state.volumeMl);
}

/** Temperature after `volumeMl` of fluid came in (no heat from the body): all contents and the pump share it. */
function mixed(model: PumpModel, state: PumpState, volumeMl: number, fluidCel: number): number {
  const before = model.thermalMassJPerK + INFUSATE_HEAT_J_PER_ML_K * Math.max(0, state.volumeMl);
  const added = INFUSATE_HEAT_J_PER_ML_K * volumeMl;
  return (state.temperatureCel * before + fluidCel * added) / (before + added);
}

/**
 * The pump `seconds` later, with `inflowMl` having come through the septum (negative: drained) at `inflowCel`.
 * Never drains below empty.
 */
export function stepPump(
  model: PumpModel,
  state: PumpState,
  around: Surroundings,
  seconds: number,
  inflowMl: number,
  inflowCel: number,
): PumpState {
  let temperatureCel = inflowMl > 0 ? mixed(model, state, inflowMl, inflowCel) : state.temperatureCel;
  temperatureCel += (around.bodyCel - temperatureCel) * (1 - Math.exp(-seconds / model.rewarmingS));
  const delivered = (catheterFlowMlPerDay(model, state, around) * seconds) / SECONDS_PER_DAY;
  return { volumeMl: Math.max(0, state.volumeMl + inflowMl - delivered), temperatureCel };
}

/** Volume left after `days` of undisturbed running from a full reservoir: what the next visit finds. */
export function residualMl(model: PumpModel, filledMl: number, days: number): number {
  return Math.max(0, filledMl - model.labelFlowMlPerDay * model.flowRatio * days);
}
